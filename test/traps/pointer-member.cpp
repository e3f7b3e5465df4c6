// A struct with a raw pointer: it does not own what it reaches, and the pointer means nothing elsewhere.
// RUN: %run-program %s
// EXPECT-NO-TASK: walked
// CHECK-REMARK: parameter 'node' of 'walked' cannot travel: member 'next' of 'Node' is a raw pointer (const Node *)
#include <cstdio>
#include <vector>

struct Node {
  unsigned value = 0;
  const Node *next = nullptr;
};

unsigned walked(const Node &node, int steps) {
  unsigned hash = 0;
  const Node *at = &node;
  for (int i = 0; i < steps; ++i) {
    hash = (hash ^ at->value) * 16777619u;
    at = at->next;
  }
  return hash;
}

int main() {
  std::vector<Node> ring(100);
  for (std::size_t i = 0; i < ring.size(); ++i)
    ring[i] = {static_cast<unsigned>(i * i), &ring[(i + 37) % ring.size()]};
  std::vector<unsigned> hashes;
  for (const Node &node : ring)
    hashes.push_back(walked(node, 100000));
  for (const unsigned hash : hashes)
    std::printf("%u\n", hash);
}
