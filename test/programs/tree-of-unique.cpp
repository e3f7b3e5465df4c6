// A binary tree held by unique_ptr: an object that owns all that it reaches, of a recursive type.
// RUN: %run-program %s
#include <cstdio>
#include <memory>
#include <vector>

struct Tree {
  unsigned value = 0;
  std::unique_ptr<Tree> left, right;
};

std::unique_ptr<Tree> grown(unsigned seed, int depth) {
  if (depth == 0)
    return nullptr;
  auto tree = std::make_unique<Tree>();
  tree->value = seed;
  tree->left = grown(seed * 1664525u + 1, depth - 1);
  tree->right = grown(seed * 22695477u + 1, depth - 1);
  return tree;
}

unsigned checksum(const Tree &tree) {
  unsigned hash = tree.value;
  if (tree.left)
    hash = hash * 31 + checksum(*tree.left);
  if (tree.right)
    hash = hash * 37 + checksum(*tree.right);
  return hash;
}

int main() {
  std::vector<std::unique_ptr<Tree>> forest;
  for (unsigned i = 0; i < 12; ++i)
    forest.push_back(grown(i, 13));
  for (const auto &tree : forest)
    std::printf("%u\n", checksum(*tree));
}
