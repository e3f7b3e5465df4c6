// As global-counter.cpp, but three calls down and in a branch that is rarely taken: the effect must climb the call
// graph, and "rarely" is not "never".
// RUN: %run-program %s
// EXPECT-NO-TASK: score
// CHECK-REMARK: 'score' changes global 'rare'
#include <cstdio>

int rare = 0;

void note(unsigned value) {
  if (value % 61 == 3)
    ++rare;
}

unsigned step(unsigned value) {
  note(value);
  return value * 1664525u + 1013904223u + static_cast<unsigned>(rare);
}

unsigned score(unsigned seed) {
  for (int i = 0; i < 20000; ++i)
    seed = step(seed);
  return seed;
}

int main() {
  unsigned long total = 0;
  for (unsigned i = 0; i < 60; ++i)
    total = total * 31 + score(i);
  std::printf("%lu %d\n", total, rare);
}
