// The spread of a mean, by drawing many samples with replacement; each draw has a generator of its own.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 27000
// DOMAIN: statistics
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

double resampledMean(const std::vector<double> &data, unsigned seed) {
  double sum = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    seed = seed * 1664525u + 1013904223u;
    sum += data[(seed >> 8) % data.size()];
  }
  return sum / static_cast<double>(data.size());
}

int main(int argc, char **argv) {
  std::vector<double> data;
  for (int i = 0; i < 20000; ++i)
    data.push_back(i * 7919 % 10007 / 100.0);
  const std::size_t draws = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
  std::vector<double> means(draws);
  for (unsigned draw = 0; draw < means.size(); ++draw)
    means[draw] = resampledMean(data, draw * 977 + 1);
  std::sort(means.begin(), means.end());
  std::printf("90%% of the means lie between %.6f and %.6f\n", means[draws / 20], means[draws * 19 / 20 - 1]);
}
