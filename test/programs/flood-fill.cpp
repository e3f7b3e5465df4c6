// The rooms of a maze, found by flooding: which cell belongs to which room depends on the cells flooded before.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 6500
// DOMAIN: image
// EXPECT-NO-TASK: flood
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

int flood(std::vector<std::vector<int>> &cells, int x, int y, int room) {
  std::vector<std::pair<int, int>> open{{x, y}};
  int size = 0;
  while (!open.empty()) {
    const auto [cx, cy] = open.back();
    open.pop_back();
    if (cy < 0 || cy >= static_cast<int>(cells.size()) || cx < 0 || cx >= static_cast<int>(cells[cy].size()) ||
        cells[cy][cx] != 0)
      continue;
    cells[cy][cx] = room;
    ++size;
    open.insert(open.end(), {{cx + 1, cy}, {cx - 1, cy}, {cx, cy + 1}, {cx, cy - 1}});
  }
  return size;
}

int main(int argc, char **argv) {
  const int size = argc > 1 ? std::atoi(argv[1]) : 1000;
  std::vector<std::vector<int>> cells(size, std::vector<int>(size));
  unsigned seed = 29;
  for (auto &row : cells)
    for (int &cell : row)
      cell = (seed = seed * 1664525u + 1013904223u) >> 8 > 10200000u ? -1 : 0;
  std::vector<int> sizes;
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x)
      if (cells[y][x] == 0)
        sizes.push_back(flood(cells, x, y, static_cast<int>(sizes.size()) + 1));
  std::sort(sizes.rbegin(), sizes.rend());
  std::printf("%zu rooms, the largest %d %d %d\n", sizes.size(), sizes[0], sizes[1], sizes[2]);
}
