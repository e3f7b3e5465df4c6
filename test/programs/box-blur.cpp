// A picture class with private pixels, blurred several times: each row of the result from the rows around it.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 75
// DOMAIN: image
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Pixel {
  unsigned char red = 0, green = 0, blue = 0;
};

class Picture {
public:
  Picture(int width, int height) : columns(width), rows(height), pixels(width * height) {}
  int width() const { return columns; }
  int height() const { return rows; }
  const Pixel &at(int x, int y) const { return pixels[y * columns + x]; }
  void setRow(int y, const std::vector<Pixel> &row) {
    for (int x = 0; x < columns; ++x)
      pixels[y * columns + x] = row[x];
  }

private:
  int columns, rows;
  std::vector<Pixel> pixels;
};

std::vector<Pixel> blurredRow(const Picture &picture, int y, int radius) {
  std::vector<Pixel> row(picture.width());
  for (int x = 0; x < picture.width(); ++x) {
    int red = 0, green = 0, blue = 0, count = 0;
    for (int j = y - radius; j <= y + radius; ++j)
      for (int i = x - radius; i <= x + radius; ++i) {
        if (i < 0 || j < 0 || i >= picture.width() || j >= picture.height())
          continue;
        const Pixel &pixel = picture.at(i, j);
        red += pixel.red;
        green += pixel.green;
        blue += pixel.blue;
        ++count;
      }
    row[x] = {static_cast<unsigned char>(red / count), static_cast<unsigned char>(green / count),
              static_cast<unsigned char>(blue / count)};
  }
  return row;
}

Picture blurred(const Picture &picture, int radius) {
  Picture result(picture.width(), picture.height());
  for (int y = 0; y < picture.height(); ++y)
    result.setRow(y, blurredRow(picture, y, radius));
  return result;
}

int main(int argc, char **argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 3;
  Picture picture(480, 320);
  for (int y = 0; y < picture.height(); ++y) {
    std::vector<Pixel> row(picture.width());
    for (int x = 0; x < picture.width(); ++x)
      row[x] = {static_cast<unsigned char>(x * y), static_cast<unsigned char>(x ^ y), static_cast<unsigned char>(x / 7 * 31)};
    picture.setRow(y, row);
  }
  for (int round = 0; round < rounds; ++round)
    picture = blurred(picture, 4);
  unsigned long sum = 0;
  for (int y = 0; y < picture.height(); ++y)
    for (int x = 0; x < picture.width(); ++x)
      sum = sum * 31 + picture.at(x, y).red * 65536 + picture.at(x, y).green * 256 + picture.at(x, y).blue;
  std::printf("%lu\n", sum);
}
