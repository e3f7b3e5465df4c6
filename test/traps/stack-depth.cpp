// Recursion 50,000 calls deep: it fits the program's stack, and must fit wherever it is moved to.
// RUN: %run-program %s
#include <cstdio>
#include <vector>

unsigned long deep(unsigned depth, unsigned seed) {
  if (depth == 0)
    return seed;
  return deep(depth - 1, seed * 1664525u + depth) * 31 + depth;
}

int main() {
  std::vector<unsigned long> values;
  for (unsigned i = 0; i < 20; ++i)
    values.push_back(deep(50000, i) + deep(40000, i + 1));
  for (const unsigned long value : values)
    std::printf("%lu\n", value);
}
