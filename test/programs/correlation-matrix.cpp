// The correlation of every pair of series: a triangular nest of loops over a table.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 850
// DOMAIN: statistics
// EXPECT-LOCAL: loop
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int series = argc > 1 ? std::atoi(argv[1]) : 120, length = 4000;
  std::vector<std::vector<double>> data(series, std::vector<double>(length));
  unsigned seed = 19;
  for (int s = 0; s < series; ++s)
    for (int t = 0; t < length; ++t) {
      seed = seed * 1664525u + 1013904223u;
      data[s][t] = seed / 4294967296.0 + (s > 0 ? data[s - 1][t] * (s % 5) / 5 : 0);
    }
  for (auto &row : data) {
    double mean = 0, norm = 0;
    for (const double value : row)
      mean += value / length;
    for (double &value : row) {
      value -= mean;
      norm += value * value;
    }
    for (double &value : row)
      value /= std::sqrt(norm);
  }
  std::vector<std::vector<double>> correlation(series, std::vector<double>(series));
  for (int i = 0; i < series; ++i)
    for (int j = 0; j <= i; ++j) {
      double sum = 0;
      for (int t = 0; t < length; ++t)
        sum += data[i][t] * data[j][t];
      correlation[i][j] = correlation[j][i] = sum;
    }
  for (int s = 0; s + 1 < series; s += 7)
    std::printf("%.9f\n", correlation[s][s + 1]);
}
