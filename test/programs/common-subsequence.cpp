// How alike are texts pair by pair: the length of their longest common subsequence, in a table of the pairs above the
// diagonal.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 80
// DOMAIN: text
// EXPECT-ITEMS: 153 commonLength
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

int commonLength(std::string_view a, std::string_view b) {
  std::vector<int> before(b.size() + 1), now(b.size() + 1);
  for (const char letter : a) {
    for (std::size_t j = 0; j < b.size(); ++j)
      now[j + 1] = letter == b[j] ? before[j] + 1 : std::max(before[j + 1], now[j]);
    before.swap(now);
  }
  return before.back();
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 18;
  std::vector<std::string> genes;
  unsigned seed = 5;
  for (int g = 0; g < count; ++g) {
    std::string gene;
    for (int i = 0; i < 700; ++i)
      gene += "acgt"[(seed = seed * 1664525u + 1013904223u) >> 30];
    genes.push_back(gene);
  }
  for (std::size_t i = 0; i < genes.size(); ++i)
    for (std::size_t j = i + 1; j < genes.size(); ++j)
      std::printf("%zu %zu: %d\n", i, j, commonLength(genes[i], genes[j]));
}
