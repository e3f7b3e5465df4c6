// Names inserted into a binary tree one by one, by unique_ptr; then its depth and its order.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 3000000
// DOMAIN: search
// EXPECT-NO-TASK: insert
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

struct Node {
  std::string key;
  int count = 1;
  std::unique_ptr<Node> left, right;
};

class Tree {
public:
  void insert(const std::string &key) {
    std::unique_ptr<Node> *place = &root;
    while (*place) {
      if (key == (*place)->key) {
        ++(*place)->count;
        return;
      }
      place = key < (*place)->key ? &(*place)->left : &(*place)->right;
    }
    *place = std::make_unique<Node>();
    (*place)->key = key;
    ++size;
  }
  const std::string &most() const {
    const Node *node = root.get();
    while (node->right)
      node = node->right.get();
    return node->key;
  }
  int size = 0;

private:
  std::unique_ptr<Node> root;
};

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 150000;
  Tree tree;
  unsigned seed = 6;
  for (int i = 0; i < count; ++i) {
    seed = seed * 1664525u + 1013904223u;
    tree.insert("name" + std::to_string((seed >> 8) % 40000));
  }
  std::printf("%d names, the last %s\n", tree.size, tree.most().c_str());
}
