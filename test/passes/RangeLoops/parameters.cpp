// Tables by reference: what a parameter leads to by one pointer and by two is told apart, as far as the callers say so.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
#include <cstdlib>
#include <vector>

using Table = std::vector<std::vector<double>>;
using Cube = std::vector<Table>;

[[gnu::noinline]] void step(const Table &now, Table &next) {
  // CHECK: parameters.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 1; i + 1 < now.size(); ++i)
    for (std::size_t j = 1; j + 1 < now[i].size(); ++j)
      next[i][j] = now[i][j] + 0.1 * (now[i - 1][j] + now[i + 1][j] + now[i][j - 1] + now[i][j + 1] - 4 * now[i][j]);
}
[[gnu::noinline]] void scale(Table &table, const double &by) {
  // CHECK: parameters.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < table.size(); ++i)
    for (std::size_t j = 0; j < table[i].size(); ++j)
      table[i][j] *= by;
}
[[gnu::noinline]] void scaleEach(Table &table, double by) {
  // CHECK: parameters.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (auto &row : table)
    for (double &x : row)
      x *= by;
}
[[gnu::noinline]] void product(const Table &a, const Table &b, Table &c) {
  // CHECK: parameters.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b[0].size(); ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < b.size(); ++k)
        sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
}
[[gnu::noinline]] void smooth(const Cube &from, Cube &to) {
  // CHECK: parameters.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (std::size_t x = 1; x + 1 < from.size(); ++x)
    for (std::size_t y = 0; y < from[x].size(); ++y)
      for (std::size_t z = 0; z < from[x][y].size(); ++z)
        to[x][y][z] = (from[x - 1][y][z] + from[x + 1][y][z]) / 2;
}
class Field {
public:
  explicit Field(std::size_t n) : cells(n, std::vector<double>(n, 1)), next(cells) {}
  [[gnu::noinline]] void advance() {
    // CHECK: parameters.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
    for (std::size_t i = 1; i + 1 < cells.size(); ++i)
      for (std::size_t j = 1; j + 1 < cells[i].size(); ++j)
        next[i][j] = 0.25 * (cells[i - 1][j] + cells[i + 1][j] + cells[i][j - 1] + cells[i][j + 1]);
    cells.swap(next);
  }
  double at(std::size_t i) const { return cells[i][i]; }

private:
  Table cells, next;
};

// A buffer that leads to itself at one of the calls.
struct Window {
  long *at;
  long count;
  long data[64];
};
[[gnu::noinline]] void fill(Window &window) {
  // CHECK: parameters.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: how often the loop runs is not known
  for (long i = 0; i < window.count; ++i)
    window.at[i] = i * i + 3;
}

int main(int argc, char **) {
  const std::size_t n = 50 * argc;
  Table a(n, std::vector<double>(n, 2)), b = a, c = a;
  step(a, b);
  scale(b, 0.5);
  scaleEach(c, 0.25);
  product(a, b, c);
  Cube from(n, a), to(n, b);
  smooth(from, to);
  Field field(n);
  field.advance();
  Window window{nullptr, 60, {}};
  window.at = window.data;
  fill(window);
  return c[3][4] + to[1][2][3] + field.at(3) + window.data[argc] > 5;
}
