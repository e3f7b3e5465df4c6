// A call's result was still on its way (a future, joined before the first instruction that reads it) when a loop began
// whose calls run ahead and share that result. The join stood at the call inside the loop, where the program reads it;
// but the loop's generator reads from the loop's entry on, and sent what was not there yet. Found by test/fuzz (seeds 5
// and 114 of its first day): garbage read, or a crash. A future is now joined before a loop whose generator reads it.
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

unsigned work(unsigned one, const Key &shared) {
  for (unsigned k = 0; k < 100000; ++k)
    one = one * 1664525u + (k % 2u ? shared[1] : shared[2]);
  return one;
}

int main() {
  const Key shared = made(1, 2000000);
  const std::vector<unsigned> meanwhile = grown(2);
  std::vector<unsigned> results;
  for (unsigned n = 0; n < 40; ++n)
    results.push_back(work(n, shared));
  for (const unsigned result : results)
    std::printf("%u\n", result);
  std::printf("%u\n", meanwhile.back());
}
