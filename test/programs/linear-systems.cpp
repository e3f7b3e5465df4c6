// Many small systems of linear equations, each solved by elimination with pivoting; a singular one throws and is counted.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 60000
// DOMAIN: numeric
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

constexpr int size = 24;
using Row = std::array<double, size + 1>;
using System = std::array<Row, size>;
using Solution = std::array<double, size>;

Solution solved(System system) {
  for (int column = 0; column < size; ++column) {
    int pivot = column;
    for (int row = column + 1; row < size; ++row)
      if (std::fabs(system[row][column]) > std::fabs(system[pivot][column]))
        pivot = row;
    if (std::fabs(system[pivot][column]) < 1e-12)
      throw std::domain_error("singular in column " + std::to_string(column));
    std::swap(system[column], system[pivot]);
    for (int row = column + 1; row < size; ++row) {
      const double factor = system[row][column] / system[column][column];
      for (int k = column; k <= size; ++k)
        system[row][k] -= factor * system[column][k];
    }
  }
  Solution x{};
  for (int row = size - 1; row >= 0; --row) {
    double sum = system[row][size];
    for (int k = row + 1; k < size; ++k)
      sum -= system[row][k] * x[k];
    x[row] = sum / system[row][row];
  }
  return x;
}

int main(int argc, char **argv) {
  std::vector<System> systems(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 3000);
  unsigned seed = 11;
  for (System &system : systems) {
    for (Row &row : system)
      for (double &cell : row)
        cell = ((seed = seed * 1664525u + 1013904223u) >> 8) % 2001 / 1000.0 - 1;
    if (seed >> 8 & 1)
      system[3] = system[7];
  }
  int singular = 0;
  double sum = 0;
  for (const System &system : systems) {
    try {
      const Solution x = solved(system);
      sum += x.front() - x.back();
    } catch (const std::domain_error &) {
      ++singular;
    }
  }
  std::printf("%d singular, sum %.9g\n", singular, sum);
}
