// examples/nqueens.cpp with oneTBB's task_group: one task for each queen that is placed, no cut-off.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <tbb/task_group.h>

long placements(unsigned board, unsigned columns, unsigned left, unsigned right) {
  if (columns == board)
    return 1;
  std::array<long, 32> counts;
  int branches = 0;
  tbb::task_group group;
  for (unsigned free = board & ~(columns | left | right); free != 0; free &= free - 1) {
    const unsigned queen = free & -free;
    long &count = counts[branches++];
    group.run([=, &count] { count = placements(board, columns | queen, (left | queen) << 1, (right | queen) >> 1); });
  }
  group.wait();
  long count = 0;
  for (int i = 0; i < branches; ++i)
    count += counts[i];
  return count;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 12;
  if (n < 1 || n > 30) {
    std::fprintf(stderr, "nqueens: a board has 1 to 30 rows\n");
    return 1;
  }
  std::printf("%d queens: %ld ways\n", n, placements((1u << n) - 1, 0, 0, 0));
}
