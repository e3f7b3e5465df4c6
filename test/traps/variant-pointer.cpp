// One alternative of a variant is a pointer: following it elsewhere would miss the target.
// RUN: %run-program %s
// EXPECT-NO-TASK: total
// CHECK-REMARK: an alternative of 'std::variant<{{.*}}' (member 'value' of 'Cell') is a raw pointer
#include <cstdio>
#include <variant>
#include <vector>

struct Cell {
  std::variant<unsigned, unsigned *> value;
};

static unsigned spun(unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

unsigned total(const Cell &cell, unsigned round) {
  unsigned start = cell.value.index() ? *std::get<1>(cell.value) : std::get<0>(cell.value);
  return spun(start + round);
}

int main() {
  unsigned shared = 3;
  std::vector<Cell> cells(10, Cell{5u});
  cells.push_back({&shared});
  std::vector<unsigned> totals;
  for (unsigned round = 0; round < 3; ++round)
    for (const Cell &cell : cells) {
      totals.push_back(total(cell, round));
      shared += totals.back();
    }
  for (unsigned one : totals)
    std::printf("%u\n", one);
}
