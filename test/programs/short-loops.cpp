// Loops that are not worth beginning, over and over: of some calls of some nanoseconds each. And such in a recursion, where the
// same loop is heavy above and light below.
// RUN: %run-program %s
// EXPECT-LOCAL: weight
#include <cstdio>
#include <vector>

// Of different lengths, so that nobody can tell beforehand what a call costs.
unsigned reversed(unsigned number) {
  unsigned result = 0;
  for (; number; number /= 10)
    result = result * 10 + number % 10;
  return result;
}

bool onlyOdd(unsigned number) {
  for (; number; number /= 10)
    if (number % 2 == 0)
      return false;
  return true;
}

// One long loop: its first calls tell that they are small.
unsigned countReversible(unsigned limit) {
  unsigned count = 0;
  for (unsigned i = 1; i < limit; ++i)
    if (i % 10 && onlyOdd(i + reversed(i)))
      ++count;
  return count;
}

// Many short ones.
unsigned digits(const std::vector<unsigned> &numbers) {
  unsigned sum = 0;
  for (const unsigned number : numbers)
    sum = sum * 7 + reversed(number);
  return sum;
}

// The same loop at each depth of a recursion: three quarters of the work is in the first branch.
long weight(unsigned seed, long size) {
  if (size < 40) {
    long sum = 0;
    for (long k = 0; k < size * 50; ++k)
      sum += (seed = seed * 1664525u + 1013904223u) >> 30;
    return sum;
  }
  long total = 0;
  for (unsigned branch = 0; branch < 4; ++branch)
    total = total * 3 + weight(seed + branch, branch ? size / 12 : size * 3 / 4) % 1000003;
  return total;
}

int main(int argc, char **) {
  std::printf("%u\n", countReversible(60000u * argc));
  unsigned sum = 0;
  for (unsigned k = 0; k < 60000; ++k)
    sum += digits({k, k * 7, k * k});
  std::printf("%u\n", sum);
  std::printf("%ld\n", weight(5, 200000));
}
