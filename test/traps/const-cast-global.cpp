// A `const` reference to a table that is not const: one call in the middle changes the table through const_cast, so
// the calls before it and after it read different numbers. The table may not be taken for a constant.
// RUN: %run-program %s
// CHECK-REMARK: call of 'weigh' stays in place: an iteration may change global 'weightsStorage'
#include <array>
#include <cstdio>
#include <vector>

static std::array<unsigned, 4> weightsStorage{3, 5, 7, 11};
const std::array<unsigned, 4> &weights = weightsStorage;

unsigned weigh(unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + weights[seed >> 30];
  return seed;
}

int main() {
  std::vector<unsigned> results;
  for (unsigned i = 0; i < 40; ++i) {
    if (i == 20)
      const_cast<std::array<unsigned, 4> &>(weights)[2] = 13;
    results.push_back(weigh(i));
  }
  for (const unsigned result : results)
    std::printf("%u\n", result);
}
