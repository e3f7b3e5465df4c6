// The program leaves through exit() while work of a loop that it began is still under way: same output, same status,
// and no worker is left behind.
// RUN: %run-program %s
#include <cstdio>
#include <cstdlib>

unsigned score(unsigned number) {
  unsigned seed = number;
  for (int i = 0; i < 300000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

int main() {
  unsigned long sum = 0;
  for (unsigned i = 0; i < 200; ++i) {
    sum += score(i);
    if (i == 11) {
      std::printf("%lu\n", sum);
      std::exit(3);
    }
  }
}
