// In how many ways can n queens stand on a board of n by n squares so that none attacks another?
//
//   nqueens [n]

#include <cstdio>
#include <cstdlib>

// Row by row. A set bit is a square of the next row that is attacked: along its column, or along a diagonal that runs
// down to the left or to the right.
long placements(unsigned board, unsigned columns, unsigned left, unsigned right) {
  if (columns == board)
    return 1;
  long count = 0;
  for (unsigned free = board & ~(columns | left | right); free != 0; free &= free - 1) {
    const unsigned queen = free & -free;
    count += placements(board, columns | queen, (left | queen) << 1, (right | queen) >> 1);
  }
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
