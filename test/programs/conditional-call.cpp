// The call is made for some elements only, with two different functions, and some results are thrown away.
// RUN: %run-program %s
// EXPECT-TASK: heavy
#include <cstdio>
#include <vector>

unsigned heavy(unsigned seed) {
  for (int i = 0; i < 150000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

unsigned light(unsigned seed) { return seed * 3 + 1; }

int main() {
  unsigned long sum = 0;
  int kept = 0;
  for (unsigned i = 0; i < 60; ++i) {
    if (i % 3 == 0)
      continue;
    const unsigned value = i % 5 == 0 ? light(i) : heavy(i);
    if (value % 2 == 0)
      continue;
    sum = sum * 31 + value;
    ++kept;
  }
  std::printf("%d kept, %lu\n", kept, sum);
}
