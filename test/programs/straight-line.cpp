// Futures across statements: three results that are not needed until the last line, and between the calls work of
// the program's own.
// RUN: %run-program %s
// EXPECT-TASK: primesBelow
#include <cstdio>
#include <vector>

long primesBelow(int limit) {
  std::vector<char> isComposite(static_cast<std::size_t>(limit));
  long count = 0;
  for (int i = 2; i < limit; ++i) {
    if (isComposite[static_cast<std::size_t>(i)])
      continue;
    ++count;
    for (long j = 2L * i; j < limit; j += i)
      isComposite[static_cast<std::size_t>(j)] = 1;
  }
  return count;
}

int main() {
  const long small = primesBelow(500000);
  std::puts("counting");
  const long medium = primesBelow(1000000);
  const long large = primesBelow(1500000);
  std::printf("%ld %ld %ld\n", small, medium, large);
}
