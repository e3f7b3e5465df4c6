// All 256 rules of one-dimensional cellular automata: how many cells live after some hundred generations?
// RUN: %run-program %s
// EXPECT-TASK: grown
// PARALLEL
// STATUS-ARGS: 1300
// DOMAIN: simulation
#include <bitset>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Cells = std::bitset<1024>;

Cells grown(Cells cells, unsigned rule, int generations) {
  for (int generation = 0; generation < generations; ++generation) {
    Cells next;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const unsigned left = cells[(i + 1023) % 1024], own = cells[i], right = cells[(i + 1) % 1024];
      next[i] = rule >> (left * 4 + own * 2 + right) & 1;
    }
    cells = next;
  }
  return cells;
}

int main(int argc, char **argv) {
  const int generations = argc > 1 ? std::atoi(argv[1]) : 250;
  Cells start;
  start[512] = true;
  start[100] = true;
  std::vector<std::size_t> alive(256);
  for (unsigned rule = 0; rule < 256; ++rule)
    alive[rule] = grown(start, rule, generations).count();
  for (unsigned rule = 0; rule < 256; rule += 5)
    std::printf("rule %u: %zu\n", rule, alive[rule]);
}
