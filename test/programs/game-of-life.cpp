// Conway's game on a torus: each generation is made row by row from the one before.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 1200
// DOMAIN: simulation
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using World = std::vector<std::string>;

std::string nextRow(const World &world, std::size_t y) {
  const std::size_t height = world.size(), width = world[y].size();
  std::string row = world[y];
  for (std::size_t x = 0; x < width; ++x) {
    int alive = 0;
    for (std::size_t dy = height - 1; dy <= height + 1; ++dy)
      for (std::size_t dx = width - 1; dx <= width + 1; ++dx)
        if (dy != height || dx != width)
          alive += world[(y + dy) % height][(x + dx) % width] == '#';
    row[x] = alive == 3 || (alive == 2 && world[y][x] == '#') ? '#' : '.';
  }
  return row;
}

int main(int argc, char **argv) {
  const int generations = argc > 1 ? std::atoi(argv[1]) : 60;
  World world(160, std::string(240, '.'));
  unsigned seed = 12;
  for (std::string &row : world)
    for (char &cell : row)
      cell = (seed = seed * 1664525u + 1013904223u) >> 30 ? '.' : '#';
  for (int generation = 0; generation < generations; ++generation) {
    World next;
    for (std::size_t y = 0; y < world.size(); ++y)
      next.push_back(nextRow(world, y));
    world = next;
  }
  long alive = 0;
  for (const std::string &row : world)
    for (const char cell : row)
      alive += cell == '#';
  std::printf("%ld alive\n%s\n%s\n", alive, world[0].c_str(), world[80].c_str());
}
