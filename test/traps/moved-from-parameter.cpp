// The callee moves from its by-value parameter, and the destructor of what is left tells.
// RUN: %run-program %s
// EXPECT-NO-TASK: drained
// CHECK-REMARK: changes or moves from 'vessel', whose destructor does more
#include <cstdio>
#include <string>
#include <vector>

static unsigned full;
struct Vessel {
  std::vector<unsigned> contents;
  explicit Vessel(unsigned count) : contents(count, 7) {}
  Vessel(Vessel &&) = default;
  ~Vessel() { full += !contents.empty(); }
};

unsigned drained(Vessel vessel) {
  const std::vector<unsigned> taken = std::move(vessel.contents);
  unsigned sum = 0;
  for (int round = 0; round < 3000; ++round)
    for (unsigned value : taken)
      sum = sum * 31 + value;
  return sum;
}

int main() {
  std::vector<unsigned> sums;
  for (unsigned i = 0; i < 30; ++i)
    sums.push_back(drained(Vessel(i)));
  for (unsigned sum : sums)
    std::printf("%u\n", sum);
  std::printf("%u\n", full);
}
