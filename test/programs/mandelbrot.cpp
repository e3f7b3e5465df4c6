// The Mandelbrot set as text, a row at a time.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 320
// DOMAIN: image
// EXPECT-ITEMS: 60 row
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

int escapeTime(std::complex<double> c, int limit) {
  double x = 0, y = 0;
  for (int n = 0; n < limit; ++n) {
    const double xx = x * x, yy = y * y;
    if (xx + yy > 4)
      return n;
    y = 2 * x * y + c.imag();
    x = xx - yy + c.real();
  }
  return limit;
}

std::string row(double imaginary, int width) {
  const std::string shades = " .:-=+*#%@";
  std::string text;
  for (int i = 0; i < width; ++i) {
    const int n = escapeTime({-2.2 + 3.2 * i / width, imaginary}, 10000);
    text += shades[n * 9 / 10000 % 10];
  }
  return text;
}

int main(int argc, char **argv) {
  const int height = argc > 1 ? std::atoi(argv[1]) : 60, width = 2 * height;
  std::vector<std::string> picture;
  for (int j = 0; j < height; ++j)
    picture.push_back(row(-1.2 + 2.4 * j / height, width));
  for (const std::string &line : picture)
    std::puts(line.c_str());
}
