// A function-local static remembers the greatest value so far. There is no global in sight at the call, and the
// result of one call depends on the calls before it.
// RUN: %run-program %s
// EXPECT-NO-TASK: greatestSoFar
// CHECK-REMARK: 'greatestSoFar' changes static 'greatest'
#include <cstdio>
#include <vector>

unsigned greatestSoFar(unsigned seed) {
  static unsigned greatest = 0;
  for (int i = 0; i < 200000; ++i)
    seed = seed * 1664525u + 1013904223u;
  if (seed > greatest)
    greatest = seed;
  return greatest;
}

int main() {
  std::vector<unsigned> row;
  for (unsigned i = 0; i < 40; ++i)
    row.push_back(greatestSoFar(i));
  for (const unsigned value : row)
    std::printf("%u\n", value);
}
