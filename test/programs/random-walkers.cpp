// Walkers on a grid of hills, each with its own state, moved in place by a function that returns the moved walker.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 100000
// DOMAIN: simulation
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Walker {
  int x = 0, y = 0;
  unsigned luck = 1;
  long climbed = 0;
};

using Hills = std::vector<std::vector<int>>;

Walker walked(Walker walker, const Hills &hills, int steps) {
  const int size = static_cast<int>(hills.size());
  for (int i = 0; i < steps; ++i) {
    walker.luck = walker.luck * 1664525u + 1013904223u;
    const int before = hills[walker.y][walker.x];
    switch (walker.luck >> 30) {
    case 0:
      walker.x = std::min(walker.x + 1, size - 1);
      break;
    case 1:
      walker.x = std::max(walker.x - 1, 0);
      break;
    case 2:
      walker.y = std::min(walker.y + 1, size - 1);
      break;
    default:
      walker.y = std::max(walker.y - 1, 0);
    }
    walker.climbed += std::max(hills[walker.y][walker.x] - before, 0);
  }
  return walker;
}

int main(int argc, char **argv) {
  const int steps = argc > 1 ? std::atoi(argv[1]) : 40000;
  Hills hills(64, std::vector<int>(64));
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x)
      hills[y][x] = (x * x + y * 37) % 53;
  std::vector<Walker> walkers(200);
  for (std::size_t i = 0; i < walkers.size(); ++i)
    walkers[i] = {static_cast<int>(i % 64), static_cast<int>(i / 4), static_cast<unsigned>(i * 7919 + 3), 0};
  for (int day = 0; day < 5; ++day) {
    for (Walker &walker : walkers)
      walker = walked(walker, hills, steps);
    const auto best = std::max_element(walkers.begin(), walkers.end(),
                                       [](const Walker &a, const Walker &b) { return a.climbed < b.climbed; });
    std::printf("day %d: walker %ld has climbed %ld\n", day, static_cast<long>(best - walkers.begin()), best->climbed);
  }
}
