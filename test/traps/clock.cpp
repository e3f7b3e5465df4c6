// The work asks for the time of day. A task cannot (it has no clock), and must not be made to answer twice alike.
// RUN: %run-program %s
// EXPECT-NO-TASK: stamped
// CHECK-REMARK: 'stamped' calls 'time', whose answer is not a function of its inputs
#include <cstdio>
#include <ctime>
#include <vector>

struct Stamped {
  bool isAfter2020;
  unsigned value;
};

Stamped stamped(unsigned seed) {
  for (int i = 0; i < 200000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return {std::time(nullptr) > 1577836800, seed};
}

int main() {
  std::vector<Stamped> all;
  for (unsigned i = 0; i < 30; ++i)
    all.push_back(stamped(i));
  for (const Stamped &one : all)
    std::printf("%d %u\n", one.isAfter2020, one.value);
}
