// Counts over a grid of points of a Julia set, as two nested loops with the iteration inside them.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 3000 2200
// DOMAIN: image
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int width = argc > 1 ? std::atoi(argv[1]) : 400, height = argc > 2 ? std::atoi(argv[2]) : 300, limit = 400;
  std::vector<int> counts(width * height);
  for (int j = 0; j < height; ++j)
    for (int i = 0; i < width; ++i) {
      double x = -1.6 + 3.2 * i / width, y = -1.2 + 2.4 * j / height;
      int n = 0;
      while (n < limit && x * x + y * y < 4) {
        const double t = x * x - y * y - 0.7269;
        y = 2 * x * y + 0.1889;
        x = t;
        ++n;
      }
      counts[j * width + i] = n;
    }
  long total = 0;
  int inside = 0;
  for (const int n : counts) {
    total += n;
    inside += n == limit;
  }
  std::printf("%ld iterations, %d points inside, centre %d\n", total, inside, counts[height / 2 * width + width / 2]);
}
