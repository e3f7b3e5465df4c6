// Relaxation in place: every cell is set from neighbours of which two are new already.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 300
// DOMAIN: numeric
// EXPECT-NO-TASK: sweep
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

double sweep(std::vector<std::vector<double>> &grid) {
  double change = 0;
  for (std::size_t y = 1; y + 1 < grid.size(); ++y)
    for (std::size_t x = 1; x + 1 < grid[y].size(); ++x) {
      const double value = (grid[y - 1][x] + grid[y][x - 1] + grid[y + 1][x] + grid[y][x + 1]) / 4;
      change = std::fmax(change, std::fabs(value - grid[y][x]));
      grid[y][x] = value;
    }
  return change;
}

int main(int argc, char **argv) {
  const unsigned long side = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200;
  std::vector<std::vector<double>> grid(side, std::vector<double>(side));
  for (double &cell : grid.front())
    cell = 1;
  int sweeps = 0;
  while (sweep(grid) > 1e-4)
    ++sweeps;
  std::printf("%d sweeps, %.9f in the middle\n", sweeps, grid[side / 2][side / 2]);
}
