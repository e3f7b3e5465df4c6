// Which islands become one as bridges are built: each bridge changes what the next one finds.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 7000000
// DOMAIN: graph
// EXPECT-NO-TASK: join
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

class Islands {
public:
  explicit Islands(int count) : parent(count), size(count, 1), groups(count) {
    std::iota(parent.begin(), parent.end(), 0);
  }
  bool join(int a, int b) {
    a = root(a);
    b = root(b);
    if (a == b)
      return false;
    if (size[a] < size[b])
      std::swap(a, b);
    parent[b] = a;
    size[a] += size[b];
    --groups;
    return true;
  }
  int count() const { return groups; }

private:
  int root(int island) {
    while (parent[island] != island)
      island = parent[island] = parent[parent[island]];
    return island;
  }
  std::vector<int> parent, size;
  int groups;
};

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 300000;
  Islands islands(n);
  unsigned seed = 3;
  long useless = 0;
  for (int bridge = 1; bridge <= 3 * n; ++bridge) {
    const int a = static_cast<int>(((seed = seed * 1664525u + 1013904223u) >> 8) % n);
    const int b = static_cast<int>(((seed = seed * 1664525u + 1013904223u) >> 8) % n);
    useless += !islands.join(a, b);
    if (bridge % (n / 2) == 0)
      std::printf("%d bridges: %d groups\n", bridge, islands.count());
  }
  std::printf("%ld useless\n", useless);
}
