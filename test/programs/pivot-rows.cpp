// Tables of which each row is combined with one row of the same table. Rows before that one, and rows behind it, are
// independent; the row itself stands between them: those before it read what it was, those behind it what it became.
// RUN: %run-program %s
// EXPECT-LOCAL: loop
// EXPECT-RAN: loop
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

using Table = std::vector<std::vector<long>>;

static Table table(int n, unsigned seed) {
  Table made(n, std::vector<long>(n));
  for (auto &row : made)
    for (long &cell : row)
      cell = static_cast<long>((seed = seed * 1664525u + 1013904223u) >> 8) % 4001 - 2000;
  return made;
}

static unsigned long digest(const Table &rows) {
  unsigned long sum = 0;
  for (const auto &row : rows)
    for (const long cell : row)
      sum = sum * 31 + static_cast<unsigned long>(cell);
  return sum;
}

// With negative cells on the diagonal the order matters: row k changes while it is at it.
static void shortest(Table &d, int n) {
  for (int k = 0; k < n; ++k)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        d[i][j] = std::max(-(1L << 40), std::min(d[i][j], d[i][k] + d[k][j]));
}

// Backwards, and with every row added to row k's neighbour as well.
static void mixed(Table &d, int n) {
  for (int k = n - 1; k > 0; k -= 3)
    for (int i = n - 1; i >= 0; --i)
      for (int j = 0; j < n; ++j)
        d[i][j] += (d[k][j] ^ d[k - 1][j]) & 1023;
}

static double determinant(std::vector<std::vector<double>> m) {
  const int n = static_cast<int>(m.size());
  double sum = 0;
  for (int k = 0; k < n; ++k) {
    int best = k;
    for (int i = k + 1; i < n; ++i)
      if (std::fabs(m[i][k]) > std::fabs(m[best][k]))
        best = i;
    std::swap(m[k], m[best]);
    sum += std::log(std::fabs(m[k][k]));
    for (int i = k + 1; i < n; ++i) {
      const double factor = m[i][k] / m[k][k];
      for (int j = k; j < n; ++j)
        m[i][j] -= factor * m[k][j];
    }
  }
  return sum;
}

int main() {
  const int n = 220;
  Table d = table(n, 5);
  shortest(d, n);
  std::printf("%lx\n", digest(d));
  mixed(d, n);
  std::printf("%lx\n", digest(d));
  const Table values = table(n, 9);
  std::vector<std::vector<double>> m(n, std::vector<double>(n));
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      m[i][j] = static_cast<double>(values[i][j]) / 2000;
  std::printf("%.15g\n", determinant(m));
}
