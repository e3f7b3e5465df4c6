// Tables in one piece, written row by row and column by column, where two iterations may meet: the last one must win.
// What is told apart by rows and columns is in test/passes/RangeLoops/scatter-flat.cpp.
// RUN: %run-program %s
#include <cstdio>
#include <cstdlib>
#include <vector>

using Table = std::vector<unsigned>;
static unsigned square[200][200];

[[gnu::always_inline]] static inline unsigned worked(int i, int j) {
  auto value = static_cast<unsigned>(i * 31 + j);
  for (int k = 0; k < 40; ++k)
    value = value * 1664525U + 1013904223U;
  return value;
}

[[gnu::noinline]] static void both(Table &to, int n) {
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      to[i * n + j] = worked(i, j);
      to[j * n + i] = worked(i, j) + 1;
    }
}
[[gnu::noinline]] static void bothOfMany(int n) {
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      square[i][j] = worked(i, j);
      square[j][i] = worked(i, j) + 1;
    }
}
// Rows that are shorter than what is written of them.
[[gnu::noinline]] static void pitch(Table &to, int n, int m) {
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j)
      to[i * m + j] = to[j * m + i] = worked(i, j);
}
[[gnu::noinline]] static void overTheEnd(Table &to, int n) {
  for (int i = 0; i < n; ++i)
    for (int j = i; j <= n; ++j)
      to[i * n + j] = to[j * n + i] = worked(i, j);
}
[[gnu::noinline]] static void ofTheRowBefore(Table &to, int n) {
  for (int i = 1; i < n; ++i)
    for (int j = i; j < n; ++j)
      to[i * n + j] = to[j * n + i] = worked(i, j) + to[(i - 1) * n + j];
}
[[gnu::noinline]] static void ofTheNextColumn(Table &to, int n) {
  for (int x = 0; x < n; ++x)
    for (int y = 0; y < n; ++y)
      to[y * n + x] = worked(x, y) + to[y * n + x + 1];
}
[[gnu::noinline]] static void shifted(Table &to, int n) {
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) {
      to[i * n + j] = worked(i, j);
      to[j * n + i + 1] = worked(j, i);
    }
}
[[gnu::noinline]] static void twoToAColumn(Table &to, int n) {
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) {
      to[i * n + j] = worked(i, j);
      to[j * n + i / 2] = worked(j, i);
    }
}
[[gnu::noinline]] static void byAList(Table &to, int n, const std::vector<int> &list) {
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) {
      to[i * n + j] = worked(i, j);
      to[list[j] * n + i] = worked(j, i);
    }
}
// The inner loop's count passes below zero for most of the rows, and it is left in another way.
[[gnu::noinline]] static void leftEarly(Table &to, unsigned n, unsigned rows) {
  for (unsigned i = 0; i < rows; ++i)
    for (unsigned j = 0; j != n - i; ++j) {
      if (j == 40)
        break;
      to[i * rows + j] = to[j * rows + i] = worked(static_cast<int>(i), static_cast<int>(j));
    }
}
// A pitch that is negative, from the far end of the table.
[[gnu::noinline]] static void backwards(Table &to, int n, int m) {
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j)
      to[40000 + i * m + j] = to[40000 + j * m + i] = worked(i, j);
}

int main() {
  Table table(40000 + 400);
  std::vector<int> list(200);
  for (int i = 0; i < 200; ++i)
    list[i] = i * 7 % 150;
  const auto print = [&](const char *what) {
    unsigned sum = 0;
    for (const unsigned value : table)
      sum = sum * 31 + value;
    for (const auto &row : square)
      for (const unsigned value : row)
        sum = sum * 31 + value;
    std::printf("%s: %u\n", what, sum);
  };
  both(table, 200), print("both");
  bothOfMany(200), print("both, of many");
  pitch(table, 200, 150), print("pitch");
  overTheEnd(table, 199), print("over the end");
  ofTheRowBefore(table, 200), print("of the row before");
  ofTheNextColumn(table, 200), print("of the next column");
  shifted(table, 200), print("shifted");
  twoToAColumn(table, 200), print("two to a column");
  byAList(table, 200, list), print("by a list");
  leftEarly(table, 50, 100), print("left early");
  backwards(table, 100, -200), print("backwards");
}
