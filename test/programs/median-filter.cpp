// A series smoothed by the median of a window around each place.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 320000
// DOMAIN: statistics
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

double median(std::span<const double> window) {
  std::vector<double> sorted(window.begin(), window.end());
  const auto middle = sorted.begin() + static_cast<long>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

int main(int argc, char **argv) {
  const int length = argc > 1 ? std::atoi(argv[1]) : 12000;
  std::vector<double> series;
  unsigned seed = 23;
  for (int i = 0; i < length; ++i) {
    seed = seed * 1664525u + 1013904223u;
    series.push_back(i % 500 / 10.0 + (seed >> 28 ? 0 : 1000) + (seed >> 8) % 100 / 100.0);
  }
  const std::size_t width = 1001;
  std::vector<double> smooth;
  for (std::size_t at = 0; at + width <= series.size(); ++at)
    smooth.push_back(median(std::span<const double>(series).subspan(at, width)));
  for (std::size_t i = 0; i < smooth.size(); i += 1000)
    std::printf("%.2f\n", smooth[i]);
}
