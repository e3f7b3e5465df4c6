// Holes, triangles, strides, backwards, locals with containers, static and global arrays, struct fields, 2-D arrays.
// RUN: %run-program %s
// EXPECT-RAN: loop
#include <cmath>
#include <cstdio>
#include <array>
#include <string>
#include <vector>
struct Cell { double heat; int kind; float extra[3]; };
static double table[512][64];
static int weights[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static unsigned char image[300 * 200];
int main(int argc, char **) {
  weights[3] = argc + 40;
  for (int i = 0; i < 512; ++i)
    for (int j = 0; j <= i % 64; ++j) { double x = i + j; for (int k = 0; k < 30; ++k) x = std::sqrt(x + weights[(i + k) % 16]); table[i][j] = x; }
  std::vector<double> lower(400 * 400);
  const int n = 400;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j) { double s = 0; for (int k = 0; k < 40; ++k) s += std::sin(i * k + j); lower[i * n + j] = s; }
  std::vector<double> upper(400 * 400);
  for (int i = 0; i < n; ++i)
    for (int j = i + 1; j < n; ++j) { double s = 0; for (int k = 0; k < 40; ++k) s += std::cos(i * k + j); upper[i * n + j] = s; }
  std::vector<Cell> cells(3000);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    double x = i;
    for (int k = 0; k < 100; ++k) x = std::sin(x) + 2;
    cells[i].heat = x;
    if (i % 3 == 0) cells[i].extra[1] = static_cast<float>(x);
  }
  for (int i = 2999; i >= 0; --i) {
    double x = cells[i].heat;
    for (int k = 0; k < 100; ++k) x = std::sin(x) + 2;
    cells[i].kind = static_cast<int>(x * 1000);
  }
  for (int y = 0; y < 200; ++y)
    for (int x = 0; x < 300; ++x) {
      double a = 0, b = 0; int k = 0;
      while (k < 60 && a * a + b * b < 4) { double t = a * a - b * b + (x - 200) / 120.0; b = 2 * a * b + (y - 100) / 100.0; a = t; ++k; }
      image[y * 300 + x] = static_cast<unsigned char>(k);
    }
  std::vector<long> lengths(500);
  for (int i = 0; i < 500; ++i) {
    std::vector<int> seen;
    std::string text;
    for (int k = 0; k < 200; ++k) { seen.push_back((i * k) % 101); text += static_cast<char>('a' + (i + k) % 26); }
    long sum = 0;
    for (int v : seen) sum += v * v;
    for (char c : text) sum += c;
    lengths[i] = sum;
  }
  double s = 0;
  for (auto &row : table) for (double v : row) s += v;
  for (double v : lower) s += v;
  for (double v : upper) s += v;
  for (auto &c : cells) s += c.heat + c.kind + c.extra[1];
  for (unsigned char p : image) s += p;
  for (long v : lengths) s += v;
  std::printf("%.17g\n", s);
}
