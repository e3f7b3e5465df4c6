// Does a fire cross the forest? Many runs for each density of trees, each with a forest of its own.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 500
// DOMAIN: simulation
// EXPECT-ITEMS: 550 crossed
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

class Forest {
public:
  Forest(int size, double density, unsigned seed) : size(size), trees(size * size) {
    for (std::size_t i = 0; i < trees.size(); ++i) {
      seed = seed * 1664525u + 1013904223u;
      trees[i] = seed / 4294967296.0 < density;
    }
  }
  bool burnsThrough() {
    std::vector<std::pair<int, int>> front;
    for (int x = 0; x < size; ++x)
      ignite(x, 0, front);
    while (!front.empty()) {
      const auto [x, y] = front.back();
      front.pop_back();
      if (y == size - 1)
        return true;
      ignite(x + 1, y, front);
      ignite(x - 1, y, front);
      ignite(x, y + 1, front);
      ignite(x, y - 1, front);
    }
    return false;
  }

private:
  void ignite(int x, int y, std::vector<std::pair<int, int>> &front) {
    if (x < 0 || y < 0 || x >= size || y >= size || !trees[y * size + x])
      return;
    trees[y * size + x] = false;
    front.emplace_back(x, y);
  }
  int size;
  std::vector<bool> trees;
};

bool crossed(double density, unsigned seed) {
  Forest forest(150, density, seed);
  return forest.burnsThrough();
}

int main(int argc, char **argv) {
  const unsigned runs = argc > 1 ? std::atoi(argv[1]) : 50;
  for (int percent = 50; percent <= 70; percent += 2) {
    int crossings = 0;
    for (unsigned run = 0; run < runs; ++run)
      if (crossed(percent / 100.0, run * 7919 + 1))
        ++crossings;
    std::printf("%d %%: %d of %u\n", percent, crossings, runs);
  }
}
