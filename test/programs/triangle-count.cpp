// Triangles in a graph, counted at each vertex by intersecting sorted lists of neighbours.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 240000
// DOMAIN: graph
// WANTED: coverage 0.9; 0.01 was measured; in the way: loop-count (loop, line 50)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
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
  std::vector<std::set<int>> sets(n);
  unsigned seed = 13;
  for (int i = 0; i < edges; ++i) {
    const int a = static_cast<int>((seed = seed * 1664525u + 1013904223u) >> 8) % n;
    const int b = static_cast<int>((seed = seed * 1664525u + 1013904223u) >> 8) % n;
    if (a != b) {
      sets[a].insert(b);
      sets[b].insert(a);
    }
  }
  std::vector<std::vector<int>> neighbours;
  for (const auto &set : sets)
    neighbours.emplace_back(set.begin(), set.end());
  long total = 0;
  for (int v = 0; v < n; ++v)
    total += trianglesAt(neighbours, v);
  std::printf("%ld triangles\n", total);
}
