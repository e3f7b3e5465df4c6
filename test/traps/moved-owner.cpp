// Between the call and the use of its result the argument is swapped, moved away and its buffer handed to another
// vector, which then changes: the owner has a new name, the memory is the same.
// RUN: %run-program %s
// CHECK-REMARK: an iteration may change 'left'
#include <cstdio>
#include <utility>
#include <vector>

unsigned digest(const std::vector<unsigned> &values) {
  unsigned hash = 2166136261u;
  for (int round = 0; round < 50; ++round)
    for (const unsigned value : values)
      hash = (hash ^ value) * 16777619u;
  return hash;
}

int main() {
  std::vector<unsigned> left(20000, 1), right(20000, 2);
  unsigned total = 0;
  for (unsigned i = 0; i < 20; ++i) {
    const unsigned first = digest(left);
    std::swap(left, right);
    right[i] = i + 3; // was left's
    const unsigned second = digest(left);
    std::vector<unsigned> taken = std::move(left);
    taken[i] = i + 5; // was right's
    const unsigned third = digest(taken);
    left = std::move(taken);
    total = total * 31 + first + second * 3 + third * 7;
    std::printf("%u %u %u %u\n", first, second, third, total);
  }
}
