// The vector is passed by value and sorted by the callee; the caller's stays as it was.
// RUN: %run-program %s
// EXPECT-TASK: median
// EXPECT-RAN: median
#include <algorithm>
#include <cstdio>
#include <vector>

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

int main() {
  std::vector<std::vector<double>> rows;
  unsigned state = 7;
  for (std::size_t i = 0; i < 30; ++i) {
    std::vector<double> row;
    for (std::size_t k = 0; k < 5000 + i; ++k) {
      state = state * 1664525u + 1013904223u;
      row.push_back(state / 65536.0);
    }
    rows.push_back(row);
  }
  for (const auto &row : rows)
    std::printf("%.17g of %.17g...\n", median(row), row.front());
}
