// The eccentricity of every vertex of a sparse graph, by breadth-first search from each; the radius and the diameter.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 6000
// DOMAIN: graph
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <queue>
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
  int radius = n, diameter = 0;
  for (int v = 0; v < n; ++v) {
    const int e = eccentricity(graph, v);
    radius = std::min(radius, e);
    diameter = std::max(diameter, e);
  }
  std::printf("radius %d, diameter %d\n", radius, diameter);
}
