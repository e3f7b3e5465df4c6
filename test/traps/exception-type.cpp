// What is thrown is a class of the program's own with data in it, caught by its base class two frames up, then the
// loop goes on. Work that threw is done again in place; nothing of it may show twice.
// RUN: %run-program %s
#include <cstdio>
#include <exception>
#include <vector>

struct Refused : std::exception {
  explicit Refused(unsigned value) : value(value) {}
  const char *what() const noexcept override { return "refused"; }
  unsigned value;
};

unsigned approved(unsigned number) {
  unsigned seed = number;
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  if (seed % 3 == 0)
    throw Refused(seed);
  return seed;
}

int main() {
  std::vector<unsigned> results;
  int refused = 0;
  for (unsigned i = 0; i < 40; ++i) {
    try {
      results.push_back(approved(i));
    } catch (const std::exception &error) {
      ++refused;
      std::printf("%u: %s %u\n", i, error.what(), dynamic_cast<const Refused &>(error).value);
    }
  }
  for (const unsigned result : results)
    std::printf("%u\n", result);
  std::printf("%d refused\n", refused);
}
