// A lambda has captured an output stream by reference and is passed on as a template argument: the stream is reached
// through a closure, not through a global.
// RUN: %run-program %s
// EXPECT-NO-TASK: visited
// CHECK-REMARK: does input or output through 'operator<<'
#include <cstdio>
#include <iostream>
#include <sstream>
#include <vector>

template <typename Visitor> unsigned visited(unsigned seed, const Visitor &visitor) {
  for (int i = 0; i < 100000; ++i) {
    seed = seed * 1664525u + 1013904223u;
    if (i % 25000 == 0)
      visitor(seed);
  }
  return seed;
}

int main() {
  std::ostringstream journal;
  const auto write = [&journal](unsigned value) { journal << value << '\n'; };
  unsigned long sum = 0;
  for (unsigned i = 0; i < 30; ++i)
    sum = sum * 31 + visited(i, write);
  std::cout << journal.str() << sum << '\n';
}
