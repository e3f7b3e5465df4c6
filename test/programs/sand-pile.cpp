// Grains of sand fall on one cell; a cell of four topples onto its neighbours until nothing moves.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 60000
// DOMAIN: simulation
// EXPECT-NO-TASK: drop
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

constexpr int size = 101;
std::array<std::array<int, size>, size> pile{};
long topplings = 0;

void drop(int x, int y) {
  std::vector<std::pair<int, int>> unstable{{x, y}};
  ++pile[y][x];
  while (!unstable.empty()) {
    const auto [cx, cy] = unstable.back();
    unstable.pop_back();
    if (pile[cy][cx] < 4)
      continue;
    pile[cy][cx] -= 4;
    ++topplings;
    for (const auto &[dx, dy] : {std::pair{1, 0}, std::pair{-1, 0}, std::pair{0, 1}, std::pair{0, -1}}) {
      const int nx = cx + dx, ny = cy + dy;
      if (nx < 0 || ny < 0 || nx >= size || ny >= size)
        continue;
      if (++pile[ny][nx] >= 4)
        unstable.emplace_back(nx, ny);
    }
  }
}

int main(int argc, char **argv) {
  const int grains = argc > 1 ? std::atoi(argv[1]) : 12000;
  for (int grain = 0; grain < grains; ++grain)
    drop(size / 2, size / 2);
  std::array<int, 4> heights{};
  for (const auto &row : pile)
    for (const int height : row)
      ++heights[height];
  std::printf("%ld topplings, heights %d %d %d %d\n", topplings, heights[0], heights[1], heights[2], heights[3]);
}
