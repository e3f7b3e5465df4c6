// Every call needs the result of the one before: there is no parallelism to be had, and none may be invented.
// RUN: %run-program %s
// CHECK-REMARK: an iteration may change 'cells', which 'evolved' or the loop's control reads in a later one
#include <cstdio>
#include <vector>

std::vector<unsigned> evolved(const std::vector<unsigned> &cells) {
  std::vector<unsigned> next(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i)
    next[i] = cells[(i + cells.size() - 1) % cells.size()] * 3 + cells[i] + (cells[(i + 1) % cells.size()] >> 1);
  return next;
}

int main() {
  std::vector<unsigned> cells(50000, 1);
  cells[7] = 12345;
  for (int i = 0; i < 60; ++i) {
    cells = evolved(cells);
    if (i % 10 == 0)
      std::printf("%u\n", cells[7]);
  }
  unsigned hash = 0;
  for (const unsigned cell : cells)
    hash = (hash ^ cell) * 16777619u;
  std::printf("%u\n", hash);
}
