// Loops of the standard library that are not inlined: those that fill and copy are split, as the program's own are. What
// is a memset is not, and of those that stay in place nobody is told.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Cell {
  std::array<double, 40> values{};
  double weight = 1;
};

int main(int argc, char **argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100;
  // CHECK-NOT: remark:
  std::vector<double> zeros(count);
  // CHECK: library.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  std::vector<Cell> cells(count);
  // CHECK: library.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  std::vector<Cell> copies(count, cells[count / 3]);
  // CHECK-NOT: remark:
  std::printf("%g %g %g\n", zeros[count / 2], cells[count / 2].weight, copies[count / 2].weight);
}
