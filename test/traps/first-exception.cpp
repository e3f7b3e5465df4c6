// Several of the calls throw. The one that is first in program order must leave the loop, with what was printed and
// stored before it, however early a later one failed.
// RUN: %run-program %s
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

unsigned checked(unsigned number) {
  unsigned seed = number;
  const int steps = number == 17 ? 900000 : 100000; // the first to throw is the last to get there
  for (int i = 0; i < steps; ++i)
    seed = seed * 1664525u + 1013904223u;
  if (number >= 17 && number % 2 == 1)
    throw std::runtime_error("number " + std::to_string(number) + " is odd");
  return seed;
}

int main() {
  std::vector<unsigned> results;
  try {
    for (unsigned i = 0; i < 40; ++i) {
      results.push_back(checked(i));
      std::printf("stored %zu\n", results.size());
    }
  } catch (const std::runtime_error &error) {
    std::printf("stopped: %s, %zu stored, last %u\n", error.what(), results.size(), results.back());
  }
}
