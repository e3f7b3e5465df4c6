// Loops whose end takes a second look: library iterators that are compared with !=, which C++20 writes as !(a == b), and
// a bound that divides by what may be 0.
// RUN: %run-program %s
// RUN: %cleavexx -std=c++20 -Rcleave %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: rm %t.cleave
// EXPECT-RAN: loop
// CHECK: loop-ends.cpp:42:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
// CHECK: loop-ends.cpp:44:{{[0-9]+}}: remark: ranges of this loop's iterations run as tasks
// DOMAIN: numeric
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

class Grid {
public:
  Grid(std::size_t rows, std::size_t columns) : columns(columns), cells(rows * columns, 1.0) {}
  double &at(std::size_t row, std::size_t column) { return cells[row * columns + column]; }
  std::size_t height() const { return cells.size() / columns; }
  std::size_t width() const { return columns; }

private:
  std::size_t columns;
  std::vector<double> cells;
};

void roughen(std::vector<double> &values) {
  for (double &value : values)
    for (int k = 0; k < 40; ++k)
      value = std::sqrt(value * value + k);
}

void settle(Grid &grid) {
  for (std::size_t row = 0; row < grid.height(); ++row)
    for (std::size_t column = 0; column < grid.width(); ++column)
      for (int k = 0; k < 40; ++k)
        grid.at(row, column) = std::sqrt(grid.at(row, column) + static_cast<double>(row + column));
}

int main() {
  std::vector<double> values(40000, 3.0);
  roughen(values);
  Grid grid(200, 300);
  settle(grid);
  std::printf("%.9g %.9g %.9g\n", values.front(), values.back(), grid.at(199, 299));
  Grid none(0, 7);
  settle(none);
  std::printf("%zu\n", none.height());
}
