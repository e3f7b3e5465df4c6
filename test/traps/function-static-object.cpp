// The static is a container with a guarded constructor: the first call builds it, each call appends to it.
// RUN: %run-program %s
// EXPECT-NO-TASK: remembered
// CHECK-REMARK: 'remembered' changes static 'history'
#include <cstdio>
#include <vector>

std::vector<unsigned> remembered(unsigned seed) {
  static std::vector<unsigned> history;
  for (int i = 0; i < 200000; ++i)
    seed = seed * 1664525u + 1013904223u;
  history.push_back(seed);
  return history;
}

int main() {
  std::vector<std::vector<unsigned>> all;
  for (unsigned i = 0; i < 30; ++i)
    all.push_back(remembered(i));
  for (const auto &row : all)
    std::printf("%zu %u\n", row.size(), row.front() ^ row.back());
}
