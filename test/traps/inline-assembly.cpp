// Inline assembly can do anything. This one is harmless, and nobody can know.
// RUN: %run-program %s
// EXPECT-NO-TASK: added
// CHECK-REMARK: 'added' contains inline assembly
#include <cstdio>
#include <vector>

unsigned added(unsigned seed) {
  for (int i = 0; i < 100000; ++i) {
    asm volatile("addl $3, %0" : "+r"(seed) : : "cc");
    seed = seed * 1664525u;
  }
  return seed;
}

int main() {
  std::vector<unsigned> values;
  for (unsigned i = 0; i < 30; ++i)
    values.push_back(added(i));
  for (const unsigned value : values)
    std::printf("%u\n", value);
}
