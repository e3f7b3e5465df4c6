// An address that an iteration keeps: the best element is told by a pointer. A range would tell it in the memory of its
// task, which means nothing to the program (found while rows were made to travel; `best` printed another number).
// RUN: %run-program %s
// CHECK-REMARK: the loop keeps the address of the best that it finds
#include <cstdio>
#include <vector>
#include <cmath>
int main() {
  std::vector<double> rows(200000);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = double((i * 7919) % 200003);
  const double *best = nullptr;
  double most = -1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double s = rows[i];
    for (int k = 0; k < 50; ++k) s = std::sqrt(s * s + k);
    if (s > most) { most = s; best = &rows[i]; }
  }
  std::printf("%g %td\n", most, best - rows.data());
}
