// Gaussian elimination: the loop over rows reads where row c lies, and may have no iteration at all, so that it is given a guard
// before that is read in front of it. Without an iteration nothing is read.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: cleave run --mode=workers %t.cleave 260 > %t.workers
// RUN: cleave run --mode=isolated %t.cleave 260 > %t.isolated
// RUN: cleave run --mode=serial %t.cleave 260 | tee %t.serial | FileCheck %s --check-prefix=RESULT
// RUN: diff %t.serial %t.workers && diff %t.serial %t.isolated
// RESULT: {{^}}solution {{[0-9]+}}
// RESULT: nothing 0
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

using Matrix = std::vector<std::vector<double>>;

[[gnu::noinline]] std::vector<double> solve(Matrix a, std::vector<double> b) {
  const int n = static_cast<int>(a.size());
  for (int c = 0; c < n; ++c) {
    int p = c;
    for (int r = c + 1; r < n; ++r)
      if (std::fabs(a[r][c]) > std::fabs(a[p][c]))
        p = r;
    std::swap(a[c], a[p]);
    std::swap(b[c], b[p]);
    // CHECK: guarded.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
    for (int r = c + 1; r < n; ++r) {
      const double factor = a[r][c] / a[c][c];
      for (int k = c; k < n; ++k)
        a[r][k] -= factor * a[c][k];
      b[r] -= factor * b[c];
    }
  }
  for (int r = n - 1; r >= 0; --r) {
    for (int k = r + 1; k < n; ++k)
      b[r] -= a[r][k] * b[k];
    b[r] /= a[r][r];
  }
  return b;
}

// Rows from `c` on get row `c` added, how many there are. There is no row `c` if there is none.
[[gnu::noinline]] long added(Matrix &a, std::size_t c) {
  long rounds = 0;
  // CHECK: guarded.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations
  for (std::size_t r = c + 1; r < a.size(); ++r) {
    for (std::size_t k = 0; k < a[r].size(); ++k)
      a[r][k] += std::sqrt(a[c][k]);
    rounds += static_cast<long>(r);
  }
  return rounds;
}

int main(int, char **words) {
  const int n = std::atoi(words[1]);
  Matrix a(n, std::vector<double>(n));
  std::vector<double> b(n);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j)
      a[i][j] = 1.0 / (1 + std::abs(i - j)) + (i == j) * 3;
    b[i] = i % 7;
  }
  double sum = 0;
  for (const double value : solve(a, b))
    sum += value;
  std::printf("solution %ld\n", std::lround(sum * 1e6));
  Matrix none;
  std::printf("nothing %ld\n", added(none, 100000000));
  std::printf("rows %ld\n", added(a, n / 2));
}
