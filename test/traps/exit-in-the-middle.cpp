// The program ends by exit() inside the work, with a status of its own and lines still in stdio's buffer. atexit
// handlers run once, in the program.
// RUN: %run-program %s
// EXPECT-NO-TASK: survived
// CHECK-REMARK: 'survived' may end the program through 'exit'
#include <cstdio>
#include <cstdlib>

unsigned survived(unsigned number) {
  unsigned seed = number;
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  if (number == 23)
    std::exit(7);
  return seed;
}

int main() {
  std::atexit([] { std::puts("bye"); });
  unsigned long sum = 0;
  for (unsigned i = 0; i < 40; ++i) {
    sum += survived(i);
    std::printf("%lu\n", sum);
  }
  std::puts("never printed");
}
