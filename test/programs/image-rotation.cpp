// A picture turned by several angles: each pixel of the result is gathered from four of the source.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 200
// DOMAIN: image
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Image {
  int width = 0, height = 0;
  std::vector<float> pixels;
};

Image rotated(const Image &image, double degrees) {
  Image result{image.width, image.height, std::vector<float>(image.pixels.size())};
  const double angle = degrees * 3.14159265358979323846 / 180, c = std::cos(angle), s = std::sin(angle);
  const double middleX = image.width / 2.0, middleY = image.height / 2.0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      const double fromX = c * (x - middleX) + s * (y - middleY) + middleX;
      const double fromY = c * (y - middleY) - s * (x - middleX) + middleY;
      const int left = static_cast<int>(std::floor(fromX)), top = static_cast<int>(std::floor(fromY));
      if (left < 0 || top < 0 || left + 1 >= image.width || top + 1 >= image.height)
        continue;
      const float u = static_cast<float>(fromX - left), v = static_cast<float>(fromY - top);
      const float *source = &image.pixels[top * image.width + left];
      result.pixels[y * image.width + x] = (source[0] * (1 - u) + source[1] * u) * (1 - v) +
                                           (source[image.width] * (1 - u) + source[image.width + 1] * u) * v;
    }
  return result;
}

int main(int argc, char **argv) {
  const int frameCount = argc > 1 ? std::atoi(argv[1]) : 40;
  Image image{400, 400, std::vector<float>(160000)};
  for (int i = 0; i < 160000; ++i)
    image.pixels[i] = static_cast<float>(i / 400 / 20 % 2 * 0.75 + i % 400 / 25 % 2 * 0.25);
  std::vector<Image> frames;
  for (int i = 0; i < frameCount; ++i)
    frames.push_back(rotated(image, i * 360.0 / frameCount));
  for (const Image &frame : frames) {
    double sum = 0;
    for (std::size_t i = 0; i < frame.pixels.size(); i += 7)
      sum += frame.pixels[i];
    std::printf("%.6f\n", sum);
  }
}
