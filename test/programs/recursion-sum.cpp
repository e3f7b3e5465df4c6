// Recursion inside a loop, summed in integers: the knight's walks of length n on a board (compare nqueens).
// RUN: %run-program %s
// EXPECT-TASK: walks
#include <array>
#include <cstdio>
#include <utility>

constexpr std::array<std::pair<int, int>, 8> moves{{{1, 2}, {2, 1}, {2, -1}, {1, -2}, {-1, -2}, {-2, -1}, {-2, 1}, {-1, 2}}};

long walks(int x, int y, int steps) {
  if (x < 0 || y < 0 || x > 7 || y > 7)
    return 0;
  if (steps == 0)
    return 1;
  long count = 0;
  for (const auto &[dx, dy] : moves)
    count += walks(x + dx, y + dy, steps - 1);
  return count;
}

int main() {
  std::printf("%ld from the corner\n", walks(0, 0, 8));
  std::printf("%ld from the middle\n", walks(3, 3, 7));
}
