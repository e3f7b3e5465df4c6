// Tables in one piece: an offset is taken apart into a row and a column, with a row's length that is a number or what the
// program says, and then iterations that never meet are told from those that do as in a table of rows (scatter.cpp).
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: cleave inspect %t.cleave | FileCheck %s --check-prefix=INSPECT
#include <cmath>
#include <cstdlib>
#include <vector>

// INSPECT: loop(
// INSPECT: done       in the program's process, by local workers

using Table = std::vector<double>;
static double square[300][300];

[[gnu::noinline]] void mirrored(Table &to, int n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations are done by local workers
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j)
      to[i * n + j] = to[j * n + i] = std::sqrt(i * 3.0 + j);
}
[[gnu::noinline]] void mirroredBelow(Table &to, std::size_t n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations are done by local workers
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j)
      to[i * n + j] = to[j * n + i] + std::sqrt(3.0 * static_cast<double>(j));
}
[[gnu::noinline]] void covariance(const Table &data, int rows) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations are done by local workers
  for (int i = 0; i < 300; ++i)
    for (int j = i; j < 300; ++j) {
      square[i][j] = 0;
      for (int k = 0; k < rows; ++k)
        square[i][j] += data[k * 300 + i] * data[k * 300 + j];
      square[j][i] = square[i][j];
    }
}
[[gnu::noinline]] void columns(Table &to, int rows, int n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations are done by local workers
  for (int x = 0; x < n; ++x)
    for (int y = 1; y < rows; ++y)
      to[y * n + x] += std::sqrt(to[(y - 1) * n + x]);
}
// A row is longer than what is written of it.
[[gnu::noinline]] void padded(Table &to, std::size_t n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations are done by local workers
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j)
      to[i * (n + 3) + j] = to[j * (n + 3) + i] = std::sqrt(static_cast<double>(i * 3 + j));
}

[[gnu::noinline]] void both(Table &to, int n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      to[i * n + j] = std::sqrt(i * 3.0 + j);
      to[j * n + i] = std::sqrt(j * 3.0 + i);
    }
}
// A row may be shorter than what is written of it.
[[gnu::noinline]] void anyPitch(Table &to, int n, int pitch) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j)
      to[i * pitch + j] = to[j * pitch + i] = std::sqrt(i * 3.0 + j);
}
[[gnu::noinline]] void overTheEnd(Table &to, int n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 0; i < n; ++i)
    for (int j = i; j <= n; ++j)
      to[i * n + j] = to[j * n + i] = std::sqrt(i * 3.0 + j);
}
[[gnu::noinline]] void overTheEndOfMany(int n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j)
      (&square[0][0])[i * 300 + j] = (&square[0][0])[j * 300 + i] = std::sqrt(i * 3.0 + j);
}
[[gnu::noinline]] void rowBefore(Table &to, int n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 1; i < n; ++i)
    for (int j = i; j < n; ++j)
      to[i * n + j] = to[j * n + i] = std::sqrt(to[(i - 1) * n + j]);
}
// Asked when it runs, and the answer is no: parts of neighbours overlap.
[[gnu::noinline]] void nextColumn(Table &to, int n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
  for (int x = 0; x < n - 1; ++x)
    for (int y = 0; y < n; ++y)
      to[y * n + x] = std::sqrt(to[y * n + x + 1]);
}
[[gnu::noinline]] void sharedColumn(Table &to, int n) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) {
      to[i * n + j] = std::sqrt(i * 3.0 + j);
      to[j * n + i / 2] = std::sqrt(j * 3.0 + i);
    }
}
// Left by another way than its count, which passes below zero where there are more rows than `n`.
[[gnu::noinline]] void leftEarly(Table &to, unsigned n, unsigned rows) {
  // CHECK: scatter-flat.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (unsigned i = 0; i < rows; ++i)
    for (unsigned j = 0; j != n - i; ++j) {
      if (to[j] > 5)
        break;
      to[i * rows + j] = to[j * rows + i] = std::sqrt(i * 3.0 + j);
    }
}

int main(int count, char **words) {
  const int n = std::atoi(words[count - 1]);
  Table table(static_cast<std::size_t>(n + 3) * (n + 3), 2.0);
  mirrored(table, n);
  mirroredBelow(table, n);
  covariance(table, n / 300);
  columns(table, n, n);
  padded(table, n);
  both(table, n);
  anyPitch(table, n, n / 2);
  overTheEnd(table, n);
  overTheEndOfMany(n);
  rowBefore(table, n);
  nextColumn(table, n);
  sharedColumn(table, n);
  leftEarly(table, n / 2, n);
  return static_cast<int>(table[static_cast<std::size_t>(n)] + square[3][4]) % 2;
}
