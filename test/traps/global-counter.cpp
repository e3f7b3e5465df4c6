// The work numbers its results by a global counter: moved, every piece of it would count for itself and all numbers
// would be 1.
// RUN: %run-program %s
// EXPECT-NO-TASK: labelled
// CHECK-REMARK: 'labelled' changes global 'counter'
#include <cstdio>
#include <vector>

long counter = 0;

struct Label {
  long number;
  unsigned hash;
};

Label labelled(unsigned seed) {
  for (int i = 0; i < 200000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return {++counter, seed};
}

int main() {
  std::vector<Label> labels;
  for (unsigned i = 0; i < 40; ++i)
    labels.push_back(labelled(i));
  for (const Label &label : labels)
    std::printf("%ld %u\n", label.number, label.hash);
  std::printf("%ld\n", counter);
}
