// Each call reads the next line of standard input: which call gets which line is the order of the calls.
// RUN: %run-program %s
// STDIN: Inputs/numbers.txt
// EXPECT-NO-TASK: nextScore
// CHECK-REMARK: 'nextScore' does input or output through 'operator>>'
#include <cstdio>
#include <iostream>
#include <vector>

unsigned nextScore() {
  unsigned seed = 0;
  std::cin >> seed;
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

int main() {
  std::vector<unsigned> scores;
  for (int i = 0; i < 24; ++i)
    scores.push_back(nextScore());
  for (const unsigned score : scores)
    std::printf("%u\n", score);
}
