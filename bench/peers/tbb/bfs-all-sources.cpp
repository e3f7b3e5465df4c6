// test/programs/bfs-all-sources.cpp, made parallel by hand with oneTBB.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>
#include <vector>

using Graph = std::vector<std::vector<int>>;

int eccentricity(const Graph &graph, int source) {
  std::vector<int> distance(graph.size(), -1);
  std::queue<int> open;
  distance[source] = 0;
  open.push(source);
  int farthest = 0;
  while (!open.empty()) {
    const int at = open.front();
    open.pop();
    farthest = distance[at];
    for (const int next : graph[at])
      if (distance[next] < 0) {
        distance[next] = distance[at] + 1;
        open.push(next);
      }
  }
  return farthest;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 1200;
  Graph graph(n);
  unsigned seed = 21;
  for (int v = 1; v < n; ++v)
    for (int k = 0; k < 3; ++k) {
      const int other = static_cast<int>((seed = seed * 1664525u + 1013904223u) >> 4) % v;
      graph[v].push_back(other);
      graph[other].push_back(v);
    }
  using Extremes = std::pair<int, int>;
  const auto [radius, diameter] = tbb::parallel_reduce(
      tbb::blocked_range<int>(0, n), Extremes{n, 0},
      [&](const tbb::blocked_range<int> &range, Extremes found) {
        for (int v = range.begin(); v < range.end(); ++v) {
          const int e = eccentricity(graph, v);
          found = {std::min(found.first, e), std::max(found.second, e)};
        }
        return found;
      },
      [](Extremes a, Extremes b) { return Extremes{std::min(a.first, b.first), std::max(a.second, b.second)}; });
  std::printf("radius %d, diameter %d\n", radius, diameter);
}
