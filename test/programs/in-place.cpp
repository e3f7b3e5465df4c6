// Everything is changed in place through non-const references: outside the subset, so it stays where it is.
// RUN: %run-program %s
// EXPECT-NO-TASK: relax
#include <cstdio>
#include <vector>

void relax(std::vector<double> &cells, double &total) {
  for (std::size_t i = 1; i + 1 < cells.size(); ++i) {
    cells[i] = (cells[i - 1] + cells[i + 1]) / 2;
    total += cells[i];
  }
}

int main() {
  std::vector<double> cells(20000);
  cells.front() = 1;
  double total = 0;
  for (int round = 0; round < 100; ++round)
    relax(cells, total);
  std::printf("%.17g %.17g\n", cells[10], total);
}
