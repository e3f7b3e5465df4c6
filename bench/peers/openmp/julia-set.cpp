// test/programs/julia-set.cpp, made parallel by hand with OpenMP.
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int width = argc > 1 ? std::atoi(argv[1]) : 400, height = argc > 2 ? std::atoi(argv[2]) : 300, limit = 400;
  std::vector<int> counts(width * height);
#pragma omp parallel for schedule(dynamic)
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
