// The program would exit with a status of its own while the call before is still at work; but that call fails an
// assertion, and it came first.
// RUN: %run-program %s
#include <cassert>
#include <cstdio>
#include <cstdlib>

unsigned checked(unsigned number, int steps) {
  unsigned seed = number;
  for (int i = 0; i < steps; ++i)
    seed = seed * 1664525u + 1013904223u;
  assert(seed == number);
  return seed;
}

unsigned spun(unsigned seed, int steps) {
  for (int i = 0; i < steps; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

int main(int argc, char **) {
  const unsigned number = static_cast<unsigned>(argc) + 7;
  const unsigned first = checked(number, 9000000);
  const unsigned second = spun(number, 1000000);
  if (second != number)
    std::exit(3);
  std::printf("%u %u\n", first, second);
}
