// Nobody catches what the work throws: the program dies by SIGABRT as the plain one does, after printing what it
// printed.
// RUN: %run-program %s
#include <cstdio>
#include <stdexcept>

unsigned fragile(unsigned number) {
  unsigned seed = number;
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  if (number == 21)
    throw std::logic_error("twenty-one");
  return seed;
}

int main() {
  for (unsigned i = 0; i < 40; ++i) {
    std::printf("%u\n", fragile(i));
    std::fflush(stdout);
  }
}
