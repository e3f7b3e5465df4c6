// Triangles in a graph, counted at each vertex by intersecting sorted lists of neighbours.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 1200000
// DOMAIN: graph
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

long trianglesAt(const std::vector<std::vector<int>> &neighbours, int vertex) {
  long count = 0;
  const std::vector<int> &own = neighbours[vertex];
  for (const int other : own) {
    if (other <= vertex)
      continue;
    auto a = own.begin(), b = neighbours[other].begin();
    while (a != own.end() && b != neighbours[other].end())
      if (*a < *b)
        ++a;
      else if (*b < *a)
        ++b;
      else {
        count += *a > other;
        ++a;
        ++b;
      }
  }
  return count;
}

int main(int argc, char **argv) {
  const int edges = argc > 1 ? std::atoi(argv[1]) : 120000;
  const int n = 2500;
  std::vector<std::vector<int>> neighbours(n);
  unsigned seed = 13;
  for (int i = 0; i < edges; ++i) {
    const int a = static_cast<int>((seed = seed * 1664525u + 1013904223u) >> 8) % n;
    const int b = static_cast<int>((seed = seed * 1664525u + 1013904223u) >> 8) % n;
    if (a != b) {
      neighbours[a].push_back(b);
      neighbours[b].push_back(a);
    }
  }
  for (auto &own : neighbours) {
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
  }
  long total = 0;
  for (int v = 0; v < n; ++v)
    total += trianglesAt(neighbours, v);
  std::printf("%ld triangles\n", total);
}
