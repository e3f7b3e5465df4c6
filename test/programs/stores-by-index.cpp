// Results go into the elements of a vector that was sized before: `results[i] = f(inputs[i])`.
// RUN: %run-program %s
// EXPECT-RAN: settled
#include <cstdio>
#include <vector>

double settled(const std::vector<double> &start) {
  std::vector<double> cells = start;
  for (int round = 0; round < 100; ++round)
    for (std::size_t i = 1; i + 1 < cells.size(); ++i)
      cells[i] = (cells[i - 1] + cells[i + 1]) / 2;
  double sum = 0;
  for (const double cell : cells)
    sum += cell;
  return sum;
}

int main() {
  std::vector<std::vector<double>> rods(24, std::vector<double>(2000));
  for (std::size_t i = 0; i < rods.size(); ++i)
    rods[i].front() = static_cast<double>(i + 1);
  std::vector<double> results(rods.size());
  for (std::size_t i = 0; i < rods.size(); ++i)
    results[i] = settled(rods[i]);
  for (const double result : results)
    std::printf("%.17g\n", result);
}
