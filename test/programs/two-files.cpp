// The work is defined in another translation unit: its effects are known only when the program is seen whole.
// RUN: %run-program %s %S/Inputs/two-files-work.cpp
// EXPECT-RAN: collatz
#include "Inputs/two-files-work.h"
#include <cstdio>
#include <vector>

int main() {
  std::vector<Longest> found;
  for (long first = 1; first < 300000; first += 10000)
    found.push_back(collatz(first, first + 10000));
  for (const Longest &longest : found)
    std::printf("%ld takes %ld steps\n", longest.start, longest.steps);
}
