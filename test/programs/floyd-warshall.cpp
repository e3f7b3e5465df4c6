// All shortest paths at once: for each way station, every row of the table may get shorter.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 1300
// DOMAIN: graph
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 450, far = 1000000;
  std::vector<std::vector<int>> distance(n, std::vector<int>(n, far));
  unsigned seed = 17;
  for (int i = 0; i < n; ++i) {
    distance[i][i] = 0;
    for (int k = 0; k < 6; ++k) {
      seed = seed * 1664525u + 1013904223u;
      distance[i][(seed >> 10) % n] = 1 + static_cast<int>(seed >> 4 & 63);
    }
  }
  for (int k = 0; k < n; ++k)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        distance[i][j] = std::min(distance[i][j], distance[i][k] + distance[k][j]);
  long sum = 0;
  int longest = 0;
  for (const auto &row : distance)
    for (const int d : row) {
      sum += d;
      longest = std::max(longest, d);
    }
  std::printf("%ld %d\n", sum, longest);
}
