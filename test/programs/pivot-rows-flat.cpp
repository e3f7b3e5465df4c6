// As pivot-rows.cpp, where the table lies in one piece: what is read of the pivot's row and what a row writes are parts of the
// same block, told apart by where they lie. And some where they cannot be: a column, a row that each row reads of itself.
// RUN: %run-program %s
// EXPECT-LOCAL: loop
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

static std::vector<long> table(int n, unsigned seed) {
  std::vector<long> made(static_cast<std::size_t>(n) * n);
  for (long &cell : made)
    cell = static_cast<long>((seed = seed * 1664525u + 1013904223u) >> 8) % 4001 - 2000;
  return made;
}

template <class Cells> static unsigned long digest(const Cells &cells) {
  unsigned long sum = 0;
  for (const auto cell : cells)
    sum = sum * 31 + static_cast<unsigned long>(cell);
  return sum;
}

// The order matters: row k changes while it is at it.
static void shortest(std::vector<long> &d, int n) {
  for (int k = 0; k < n; ++k)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        d[i * n + j] = std::min(d[i * n + j], (d[i * n + k] + d[k * n + j]) % 4001 + 3);
}

// Backwards, and with every row added to row k's neighbour as well.
static void mixed(std::vector<long> &d, int n) {
  for (int k = n - 1; k > 0; k -= 3)
    for (int i = n - 1; i >= 0; --i)
      for (int j = 0; j < n; ++j)
        d[i * n + j] += (d[k * n + j] ^ d[(k - 1) * n + j]) & 1023;
}

// Row k is no row that is written.
static double determinant(std::vector<double> &m, int n) {
  double sum = 0;
  for (int k = 0; k < n; ++k) {
    sum += std::log(std::fabs(m[k * n + k]));
    for (int i = k + 1; i < n; ++i) {
      const double factor = m[i * n + k] / m[k * n + k];
      for (int j = k; j < n; ++j)
        m[i * n + j] -= factor * m[k * n + j];
    }
  }
  return sum;
}

constexpr int side = 180;
static long square[side][side];

static void squareShortest() {
  for (int k = 0; k < side; ++k)
    for (int i = 0; i < side; ++i)
      for (int j = 0; j < side; ++j)
        if (square[i][k] + square[k][j] < square[i][j])
          square[i][j] = square[i][k] + square[k][j];
}

// Half of a row before, half behind: some rows read what row k was, others what it became.
static void halves(std::vector<long> &d, int n) {
  for (int k = 0; k + 1 < n; ++k)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        d[i * n + j] = (d[i * n + j] + (d[k * n + n / 2 + j] & 255)) ^ i;
}

// Cell (k, j) of the column is in every row.
static void column(std::vector<long> &d, int n) {
  for (int k = 0; k < n; ++k)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        d[i * n + j] += d[j * n + k] & 7;
}

// What is read lies in the row that is written next, and in the one before.
static void neighbours(std::vector<long> &d, int n) {
  for (int i = 1; i + 1 < n; ++i)
    for (int j = 0; j < n; ++j)
      d[i * n + j] += d[(i + 1) * n + j] ^ d[(i - 1) * n + j];
}

// The row is another one for each call, and may lie outside of what is written.
static void rowOf(std::vector<long> &d, int n, int from, int to, int pivot) {
  for (int i = from; i < to; ++i)
    for (int j = 0; j < n; ++j)
      for (int round = 0; round < 20; ++round)
        d[i * n + j] += (d[pivot * n + j] >> round & 3) + round;
}

int main() {
  const int n = 220;
  std::vector<long> d = table(n, 5);
  shortest(d, n);
  std::printf("%lx\n", digest(d));
  mixed(d, n);
  std::printf("%lx\n", digest(d));
  halves(d, n);
  std::printf("%lx\n", digest(d));
  column(d, n);
  std::printf("%lx\n", digest(d));
  neighbours(d, n);
  std::printf("%lx\n", digest(d));
  for (int pivot : {0, 1, 100, n / 2, n - 1})
    for (auto [from, to] : {std::pair{0, n}, {0, n / 2}, {n / 2, n}, {100, 102}})
      rowOf(d, n, from, to, pivot);
  std::printf("%lx\n", digest(d));
  const std::vector<long> values = table(n, 9);
  std::vector<double> m(values.begin(), values.end());
  std::printf("%.15g\n", determinant(m, n));
  for (int i = 0; i < side; ++i)
    for (int j = 0; j < side; ++j)
      square[i][j] = values[i * n + j] + 2001;
  squareShortest();
  unsigned long sum = 0;
  for (const auto &row : square)
    sum = sum * 31 + digest(row);
  std::printf("%lx\n", sum);
}
