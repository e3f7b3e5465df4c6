// std::array, std::pair and std::tuple as parameters and results, structured bindings at the call.
// RUN: %run-program %s
// EXPECT-RAN: extremes
#include <array>
#include <cstdio>
#include <tuple>
#include <utility>
#include <vector>

using Range = std::pair<int, int>;

std::tuple<unsigned, unsigned, std::array<int, 4>> extremes(const std::array<unsigned, 3> &seeds, Range range) {
  unsigned least = ~0u, greatest = 0;
  std::array<int, 4> quarters{};
  for (int i = range.first; i < range.second; ++i) {
    const unsigned value = (seeds[0] * static_cast<unsigned>(i) ^ seeds[1]) * 2654435761u + seeds[2];
    least = value < least ? value : least;
    greatest = value > greatest ? value : greatest;
    ++quarters[value >> 30];
  }
  return {least, greatest, quarters};
}

int main() {
  const std::array<unsigned, 3> seeds{3, 1415926, 5358979};
  std::vector<Range> ranges;
  for (int i = 0; i < 32; ++i)
    ranges.emplace_back(i * 200000, (i + 1) * 200000);
  for (const Range &range : ranges) {
    const auto [least, greatest, quarters] = extremes(seeds, range);
    std::printf("%u %u %d %d %d %d\n", least, greatest, quarters[0], quarters[1], quarters[2], quarters[3]);
  }
}
