// Floyd and Steinberg's dithering: the error at each pixel is carried on to the pixels after it.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 90000
// DOMAIN: image
// EXPECT-NO-TASK: dither
#include <cstdio>
#include <cstdlib>
#include <vector>

void dither(std::vector<int> &grey, int width, int height) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      int &pixel = grey[y * width + x];
      const int value = pixel < 128 ? 0 : 255, error = pixel - value;
      pixel = value;
      if (x + 1 < width)
        grey[y * width + x + 1] += error * 7 / 16;
      if (y + 1 < height) {
        if (x > 0)
          grey[(y + 1) * width + x - 1] += error * 3 / 16;
        grey[(y + 1) * width + x] += error * 5 / 16;
        if (x + 1 < width)
          grey[(y + 1) * width + x + 1] += error / 16;
      }
    }
}

int main(int argc, char **argv) {
  const int width = 1200, height = argc > 1 ? std::atoi(argv[1]) : 900;
  std::vector<int> grey(width * height);
  for (int i = 0; i < width * height; ++i)
    grey[i] = (i % width) * 255 / width;
  dither(grey, width, height);
  for (int y = 0; y < height; y += 100) {
    int white = 0;
    for (int x = 0; x < width; ++x)
      white += grey[y * width + x] == 255;
    std::printf("row %d: %d white\n", y, white);
  }
}
