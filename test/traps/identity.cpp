// Objects that are told apart by their address: from a global one, and from each other behind two references.
// RUN: %run-program %s
// EXPECT-NO-TASK: depth
// EXPECT-NO-TASK: operator()
#include <cstdio>
#include <vector>

struct Node {
  unsigned value = 0;
  unsigned padding[8] = {};
};
static Node sentinel;

static unsigned spun(unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

unsigned depth(const Node &node) { return &node == &sentinel ? 1 : spun(node.value); }

int main() {
  std::vector<Node> nodes(10);
  std::vector<unsigned> results;
  for (int round = 0; round < 3; ++round)
    for (std::size_t i = 0; i <= nodes.size(); ++i)
      results.push_back(depth(i < nodes.size() ? nodes[i] : sentinel));
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const Node &left = nodes[i % 4], &right = nodes[i % 3], &third = nodes[i % 5];
    const auto same = [&left, &right, &third](unsigned seed) {
      const unsigned spin = spun(seed + left.value + right.value + third.value);
      return &left == &right ? spin : &right == &third ? spin / 2 : spin / 3;
    };
    for (unsigned k = 0; k < 5; ++k)
      results.push_back(same(k));
  }
  for (unsigned result : results)
    std::printf("%u\n", result);
}
