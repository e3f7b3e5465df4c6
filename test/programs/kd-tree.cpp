// The nearest of many points, for many others, in a tree of nodes that are linked by pointers.
// RUN: %run-program %s
// PARALLEL
// ARGS: 4000 9000
// STATUS-ARGS: 120000 1700000
// DOMAIN: search
// EXPECT-LOCAL: loop
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Point {
  double x, y;
};

struct Node {
  Point point;
  Node *left = nullptr, *right = nullptr;
};

static double along(const Point &point, bool byX) { return byX ? point.x : point.y; }

static Node *build(std::vector<Node> &nodes, std::size_t low, std::size_t high, bool byX) {
  if (low >= high)
    return nullptr;
  const std::size_t middle = (low + high) / 2;
  const auto at = [&](std::size_t k) { return nodes.begin() + static_cast<std::ptrdiff_t>(k); };
  std::nth_element(at(low), at(middle), at(high),
                   [byX](const Node &a, const Node &b) { return along(a.point, byX) < along(b.point, byX); });
  nodes[middle].left = build(nodes, low, middle, !byX);
  nodes[middle].right = build(nodes, middle + 1, high, !byX);
  return &nodes[middle];
}

static void search(const Node *node, const Point &from, bool byX, double &best) {
  if (!node)
    return;
  const double dx = node->point.x - from.x, dy = node->point.y - from.y;
  best = std::min(best, dx * dx + dy * dy);
  const double beside = along(from, byX) - along(node->point, byX);
  search(beside < 0 ? node->left : node->right, from, !byX, best);
  if (beside * beside < best)
    search(beside < 0 ? node->right : node->left, from, !byX, best);
}

int main(int argc, char **argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 4000;
  const std::size_t queries = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 9000;
  unsigned seed = 7;
  const auto draw = [&seed] { return ((seed = seed * 1664525u + 1013904223u) >> 8) * 0x1p-24; };
  std::vector<Node> nodes(count);
  for (Node &node : nodes) {
    node.point.x = draw();
    node.point.y = draw();
  }
  const Node *root = build(nodes, 0, count, true);
  std::vector<Point> from(queries);
  for (Point &point : from) {
    point.x = draw() * 1.2 - 0.1;
    point.y = draw() * 1.2 - 0.1;
  }
  std::vector<double> distances(queries);
  for (std::size_t i = 0; i < queries; ++i) {
    double best = 1e9;
    search(root, from[i], true, best);
    distances[i] = best;
  }
  double sum = 0;
  for (const double distance : distances)
    sum += distance;
  std::printf("%.15g\n", sum);
}
