// Arrays of structs in which one member is written and another read may be split; not so if the member that is read
// elsewhere is the one that is written, if whole elements are copied, or if an index strays into the next element.
// RUN: %run-program %s
// EXPECT-RAN: loop
#include <cmath>
#include <cstdio>
#include <vector>

struct Cell {
  double heat, flow[3], next;
};

static double settled(double x) {
  for (int k = 0; k < 30; ++k)
    x = std::sin(x) + 1;
  return x;
}

int main() {
  const int n = 3000;
  std::vector<Cell> cells(n);
  for (int i = 0; i < n; ++i)
    cells[i] = {std::sin(i), {1.0 * i, 2.0 * i, 3.0 * i}, 0};

  for (int i = 0; i < n; ++i) { // may be split: reads heat and flow of others, writes next
    double x = 0;
    for (int j = 0; j < 40; ++j)
      x += std::sin(cells[(i * 7 + j) % n].heat) + cells[(i + j) % n].flow[j % 3];
    cells[i].next = x;
  }
  for (int i = 0; i + 1 < n; ++i) { // the next element's heat is written by the next iteration
    double x = cells[i + 1].heat;
    for (int k = 0; k < 30; ++k)
      x = std::sin(x) + 1;
    cells[i].heat = x;
  }
  for (int i = 1; i < n; ++i) { // the one before was written just now
    double x = cells[i - 1].heat;
    for (int k = 0; k < 30; ++k)
      x = std::cos(x) + 1;
    cells[i].heat = x;
  }
  for (int i = 0; i + 40 < n; ++i) { // whole elements are read
    Cell other = cells[i + 40];
    for (int k = 0; k < 30; ++k)
      other.next = std::sin(other.next) + 1;
    cells[i].next = other.next + other.flow[1];
  }
  for (int i = 0; i + 1 < n; ++i) { // flow[3] would be next, flow[5] the next element's heat
    double *flow = cells[i].flow;
    for (int k = 0; k < 3; ++k)
      flow[k] = settled(flow[k] + k);
    flow[(i % 2) * 2] += cells[i + 1].flow[0];
  }
  double sum = 0;
  for (const Cell &cell : cells)
    sum += cell.heat + cell.flow[0] + cell.flow[1] + cell.flow[2] + cell.next;
  std::printf("%.17g\n", sum);
}
