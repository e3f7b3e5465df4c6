// Shortest paths in a road map from several towns, by Dijkstra's algorithm with a heap each.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 110
// DOMAIN: graph
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <utility>
#include <vector>

struct Road {
  int to;
  long length;
};

class Map {
public:
  explicit Map(int towns) : roads(towns) {}
  void connect(int a, int b, long length) {
    roads[a].push_back({b, length});
    roads[b].push_back({a, length});
  }
  std::vector<long> distancesFrom(int start) const {
    std::vector<long> distance(roads.size(), -1);
    std::priority_queue<std::pair<long, int>> open; // the nearest has the greatest negative length
    open.emplace(0, start);
    while (!open.empty()) {
      const auto [negative, town] = open.top();
      open.pop();
      if (distance[town] >= 0)
        continue;
      distance[town] = -negative;
      for (const Road &road : roads[town])
        if (distance[road.to] < 0)
          open.emplace(negative - road.length, road.to);
    }
    return distance;
  }

private:
  std::vector<std::vector<Road>> roads;
};

int main(int argc, char **argv) {
  const int side = argc > 1 ? std::atoi(argv[1]) : 60;
  Map map(side * side);
  unsigned seed = 8;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      seed = seed * 1664525u + 1013904223u;
      if (x + 1 < side)
        map.connect(y * side + x, y * side + x + 1, 10 + seed / 64 % 90);
      if (y + 1 < side)
        map.connect(y * side + x, y * side + x + side, 10 + seed / 8192 % 90);
    }
  long farthest = 0, sum = 0;
  for (int town = 0; town < side * side; town += 31) {
    const std::vector<long> distances = map.distancesFrom(town);
    for (const long distance : distances) {
      farthest = std::max(farthest, distance);
      sum += distance;
    }
  }
  std::printf("farthest %ld, sum %ld\n", farthest, sum);
}
