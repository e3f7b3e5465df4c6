// examples/nqueens.cpp with OpenMP's tasks: one task for each queen that is placed, no cut-off.
#include <array>
#include <cstdio>
#include <cstdlib>

long placements(unsigned board, unsigned columns, unsigned left, unsigned right) {
  if (columns == board)
    return 1;
  std::array<long, 32> counts;
  int branches = 0;
  for (unsigned free = board & ~(columns | left | right); free != 0; free &= free - 1) {
    const unsigned queen = free & -free;
    const int branch = branches++;
#pragma omp task shared(counts)
    counts[branch] = placements(board, columns | queen, (left | queen) << 1, (right | queen) >> 1);
  }
#pragma omp taskwait
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
  long count = 0;
#pragma omp parallel
#pragma omp single
  count = placements((1u << n) - 1, 0, 0, 0);
  std::printf("%d queens: %ld ways\n", n, count);
}
