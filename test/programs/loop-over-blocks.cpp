// The shape the design starts from: count each block, merge in order. A struct result with vectors in it, merged by
// a function that takes the total by value.
// RUN: %run-program %s
// EXPECT-RAN: summarised
#include <cstdio>
#include <utility>
#include <vector>

struct Summary {
  std::vector<long> histogram;
  long count = 0;
  double sum = 0;
};

Summary summarised(const std::vector<double> &block) {
  Summary result{std::vector<long>(16), 0, 0};
  for (int round = 0; round < 20; ++round)
    for (const double value : block) {
      ++result.histogram[static_cast<std::size_t>(value * 16)];
      ++result.count;
      result.sum += value * value;
    }
  return result;
}

Summary merged(Summary total, const Summary &part) {
  for (std::size_t i = 0; i < part.histogram.size(); ++i)
    total.histogram[i] += part.histogram[i];
  total.count += part.count;
  total.sum += part.sum;
  return total;
}

int main() {
  std::vector<std::vector<double>> blocks;
  unsigned state = 1;
  for (int b = 0; b < 24; ++b) {
    std::vector<double> block;
    for (int i = 0; i < 10000; ++i) {
      state = state * 1664525u + 1013904223u;
      block.push_back(state / 4294967296.0);
    }
    blocks.push_back(std::move(block));
  }
  Summary total{std::vector<long>(16), 0, 0};
  for (const auto &block : blocks)
    total = merged(std::move(total), summarised(block));
  for (const long count : total.histogram)
    std::printf("%ld\n", count);
  std::printf("%ld %.17g\n", total.count, total.sum);
}
