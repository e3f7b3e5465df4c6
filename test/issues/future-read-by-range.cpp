// As future-read-ahead.cpp, with a loop that runs as ranges of iterations: the ranges read the result of a call that was
// still on its way, from the loop's entry on, while the join stood inside the loop.
// RUN: %run-program %s
// EXPECT-RAN: made
#include <array>
#include <cstdio>
#include <vector>

using Key = std::array<unsigned, 5>;

Key made(unsigned seed, int rounds) {
  Key value{};
  for (unsigned &one : value) {
    for (int k = 0; k < rounds; ++k)
      seed = seed * 1664525u + 1013904223u;
    one = seed;
  }
  return value;
}

std::vector<unsigned> grown(unsigned seed) {
  std::vector<unsigned> values;
  for (int k = 0; k < 20000; ++k)
    values.push_back(seed = seed * 1664525u + 1013904223u);
  return values;
}

int main() {
  const Key shared = made(1, 2000000);
  const std::vector<unsigned> meanwhile = grown(2);
  std::vector<unsigned> results(400000);
  for (unsigned n = 0; n < 400000; ++n) {
    unsigned one = n;
    for (unsigned k = 0; k < 50; ++k)
      one = one * 1664525u + shared[k % 5u];
    results[n] = one;
  }
  std::printf("%u %u\n", results[7], results[399999]);
  std::printf("%u\n", meanwhile.back());
}
