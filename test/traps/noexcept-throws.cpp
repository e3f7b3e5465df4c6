// The work throws inside a noexcept function: std::terminate, at its place in program order, not a retry.
// RUN: %run-program %s
#include <cstdio>
#include <stdexcept>

unsigned fragile(unsigned number) noexcept {
  unsigned seed = number;
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  if (number == 13)
    throw std::logic_error("thirteen");
  return seed;
}

int main() {
  try {
    for (unsigned i = 0; i < 30; ++i) {
      std::printf("%u\n", fragile(i));
      std::fflush(stdout);
    }
  } catch (const std::logic_error &) {
    std::puts("never caught");
  }
}
