// Iterations that write here and there in a table of rows, and never meet: local workers may do them. That is linear
// arithmetic over the counters and their bounds.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: cleave inspect %t.cleave | FileCheck %s --check-prefix=INSPECT
#include <cmath>
#include <cstdlib>
#include <vector>

using Table = std::vector<std::vector<double>>;

// INSPECT: loop(
// INSPECT: done       in the program's process, by local workers

[[gnu::noinline]] Table made(unsigned long n) { return Table(2 * n, std::vector<double>(3 * n + 256, 2.0)); }
[[gnu::noinline]] double summed(const Table &table) {
  double sum = 0;
  for (const std::vector<double> &row : table)
    for (const double value : row)
      sum += value;
  return sum;
}

[[gnu::noinline]] double mirrored(int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j)
      to[i][j] = to[j][i] = std::sqrt(i * 3.0 + j);
  return summed(to);
}
[[gnu::noinline]] double mirroredAbove(int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (int i = 0; i < n; ++i)
    for (int j = i + 1; j < n; ++j)
      to[i][j] = to[j][i] = std::sqrt(i * 3.0 + j);
  return summed(to);
}
[[gnu::noinline]] double mirroredDown(unsigned long n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned long i = 0; i < n; ++i)
    for (unsigned long j = 0; j < i; ++j)
      to[j][i] = to[i][j] + std::sqrt(3.0 * j);
  return summed(to);
}
[[gnu::noinline]] double columns(int rows, int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (int x = 0; x < n; ++x)
    for (int y = 1; y < rows; ++y)
      to[y][x] += std::sqrt(to[y - 1][x]);
  return summed(to);
}
[[gnu::noinline]] double everyOther(int rows, int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (int x = 0; x < n; ++x)
    for (int y = 0; y < rows; ++y) {
      to[y][2 * x] = std::sqrt(x + 1.0 * y);
      to[y][2 * x + 1] = std::sqrt(x - 1.0 * y);
    }
  return summed(to);
}
[[gnu::noinline]] double transposed(int n) {
  const Table from = made(n);
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      to[j][i] = std::sqrt(from[i][j]);
  return summed(to);
}
[[gnu::noinline]] double oneTooFar(int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i + 1; ++j)
      to[i][j] = to[j][i] = std::sqrt(i * 3.0 + j);
  return summed(to);
}
[[gnu::noinline]] double anyBound(int n, int m) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < m; ++j)
      to[i][j] = to[j][i] = std::sqrt(i * 3.0 + j);
  return summed(to);
}
[[gnu::noinline]] double shifted(int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int x = 0; x < n; ++x)
    for (int y = 0; y < n; ++y)
      to[y][x] = std::sqrt(to[y][x + 1]);
  return summed(to);
}
[[gnu::noinline]] double overlapping(int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int x = 0; x < n; ++x)
    for (int y = 0; y < n; ++y) {
      to[y][2 * x] = std::sqrt(x + 1.0 * y);
      to[y][3 * x + 1] = std::sqrt(x - 1.0 * y);
    }
  return summed(to);
}
[[gnu::noinline]] double wrapping(unsigned n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (unsigned x = 0; x < n; ++x)
    for (unsigned y = 0; y < n; ++y)
      to[y][(x * 2147483648u) % 256] = std::sqrt(x + 1.0 * y);
  return summed(to);
}
[[gnu::noinline]] double byAList(const std::vector<int> &list, int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int x = 0; x < n; ++x)
    for (int y = 0; y < n; ++y)
      to[y][list[x]] = std::sqrt(x + 1.0 * y);
  return summed(to);
}
[[gnu::noinline]] double resizing(int n) {
  Table to = made(n);
  // CHECK: scatter.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j) {
      to[j].push_back(i);
      to[j][i] = std::sqrt(i * 3.0 + j);
    }
  return summed(to);
}

int main(int count, char **words) {
  const int n = std::atoi(words[count - 1]);
  const std::vector<int> list(n, 1);
  int sum = n; // each call waits for the one before
  sum = static_cast<int>(mirrored(sum));
  sum = static_cast<int>(mirroredAbove(sum));
  sum = static_cast<int>(mirroredDown(sum));
  sum = static_cast<int>(columns(sum, n));
  sum = static_cast<int>(everyOther(sum, n));
  sum = static_cast<int>(transposed(sum));
  sum = static_cast<int>(oneTooFar(sum));
  sum = static_cast<int>(anyBound(sum, n));
  sum = static_cast<int>(shifted(sum));
  sum = static_cast<int>(overlapping(sum));
  sum = static_cast<int>(wrapping(sum));
  sum = static_cast<int>(byAList(list, sum));
  sum = static_cast<int>(resizing(sum));
  return sum;
}
