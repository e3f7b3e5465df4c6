// What a loop reads through pointers is borrowed where nothing of it is what the loop writes. Only local workers can do that.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: cleave inspect %t.cleave | FileCheck %s --check-prefix=INSPECT
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

// INSPECT: loop(
// INSPECT: done       in the program's process, by local workers

struct Node {
  int key = 0;
  Node *left = nullptr, *right = nullptr;
};
static Node *made(int low, int high) {
  if (low >= high)
    return nullptr;
  const int middle = (low + high) / 2;
  return new Node{middle, made(low, middle), made(middle + 1, high)};
}

[[gnu::noinline]] void depths(const Node *root, const std::vector<int> &keys, std::vector<int> &out) {
  // CHECK: borrowed.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < keys.size(); ++i) {
    int depth = 0;
    for (const Node *node = root; node && node->key != keys[i]; node = keys[i] < node->key ? node->left : node->right)
      ++depth;
    out[i] = depth;
  }
}
static int below(const Node *node) { return node ? 1 + below(node->left) + below(node->right) : 0; }
[[gnu::noinline]] void counts(const std::vector<const Node *> &nodes, std::vector<int> &out) {
  // CHECK: borrowed.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < nodes.size(); ++i)
    out[i] = below(nodes[i]);
}
[[gnu::noinline]] void looked(const std::map<std::string, int> &table, const std::vector<std::string> &words, std::vector<int> &out) {
  // CHECK: borrowed.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto found = table.find(words[i]);
    out[i] = found == table.end() ? -1 : found->second;
  }
}
[[gnu::noinline]] void hashed(const std::unordered_map<int, double> &table, std::vector<double> &out) {
  // CHECK: borrowed.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < out.size(); ++i)
    if (const auto found = table.find(static_cast<int>(i * 7)); found != table.end())
      out[i] = found->second;
}
// What is pointed to lies in memory that the loop leaves alone.
[[gnu::noinline]] void places(std::vector<double> &cells, std::vector<double *> &rows) {
  // CHECK: borrowed.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i] = &cells[i * 10];
}
[[gnu::noinline]] void summed(const std::vector<double *> &rows, std::vector<double> &out) {
  // CHECK: borrowed.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (int k = 0; k < 10; ++k)
      out[i] += rows[i][k];
}
// And here it is what the loop writes.
[[gnu::noinline]] void copied(const std::vector<double *> &from, const std::vector<double *> &to) {
  // CHECK: borrowed.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: the loop follows pointers that it reads from 'to'
  for (std::size_t i = 0; i < from.size(); ++i)
    for (int k = 0; k < 10; ++k)
      to[i][k] = from[i][k];
}
// A variable that the program changes, but not here.
static long factors[4];
static double scaled(double x, long i) { return x * factors[i & 3]; }
[[gnu::noinline]] void globals(std::vector<double> &out) {
  // CHECK: borrowed.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = scaled(out[i], static_cast<long>(i));
}

int main(int argc, char **) {
  const int n = 100 * argc;
  std::vector<int> keys(n, 3), out(n);
  const Node *root = made(0, n);
  depths(root, keys, out);
  std::vector<const Node *> nodes(n, root);
  counts(nodes, out);
  std::map<std::string, int> table{{"a", argc}};
  std::vector<std::string> words(n, "a");
  looked(table, words, out);
  std::unordered_map<int, double> hash{{argc, 2.0}};
  std::vector<double> cells(10 * n, 2), sums(n);
  hashed(hash, sums);
  std::vector<double *> rows(n), others(n);
  places(cells, rows);
  std::vector<double> elsewhere(10 * n);
  places(elsewhere, others);
  summed(rows, sums);
  copied(rows, others);
  factors[argc & 3] = argc;
  globals(sums);
  return out[3] + sums[4] + elsewhere[5] > 2;
}
