// Plain loops that look independent and are not: a global that a callee counts in, output in the middle, a static that
// remembers, a sum of doubles that must keep its order, a flag that the last iteration sets, a local that lives on from
// iteration to iteration, an array reached through two names.
// RUN: %run-program %s
// CHECK-REMARK-DAG: changes global 'calls'
// CHECK-REMARK-DAG: an iteration does input or output
// CHECK-REMARK-DAG: each iteration needs 'sum' from the one before
#include <cmath>
#include <cstdio>
#include <vector>

static int calls = 0;

__attribute__((noinline)) double counted(double x) {
  ++calls;
  return std::sqrt(x + calls);
}

struct Grid {
  std::vector<double> *cells;
  std::vector<double> *other;
};

int main() {
  const int n = 40000;
  std::vector<double> a(n), b(n);
  for (int i = 0; i < n; ++i)
    a[i] = i % 1009;
  for (int i = 0; i < n; ++i)
    b[i] = counted(a[i]) * std::sin(a[i]);
  std::printf("%d %.17g\n", calls, b[n - 1]);

  for (int i = 0; i < n; ++i) {
    double x = a[i];
    for (int k = 0; k < 20; ++k)
      x = std::sin(x) + 1;
    if (i % 9999 == 0)
      std::printf("%d %.17g\n", i, x);
    b[i] = x;
  }

  double sum = 0.1;
  for (int i = 0; i < n; ++i)
    sum += std::sin(a[i]) * 1e10 + std::cos(b[i]);
  std::printf("%.17g\n", sum);

  double last = 0;
  int at = -1;
  for (int i = 0; i < n; ++i) {
    double x = std::exp(std::sin(a[i]));
    if (x >= 2.5) {
      last = x;
      at = i;
    }
    b[i] = x;
  }
  std::printf("%d %.17g\n", at, last);

  double memory[4] = {0, 0, 0, 0};
  for (int i = 0; i < n; ++i) {
    memory[i % 4] = std::sin(a[i]);
    b[i] = memory[0] + memory[1] * 2 + memory[2] * 3 + memory[3] * 4 + std::cos(a[i]);
  }
  std::printf("%.17g\n", b[n / 2]);

  Grid grid{&a, &a};
  for (int i = 0; i + 1 < n; ++i)
    (*grid.cells)[i + 1] = std::sin((*grid.other)[i]) + std::cos((*grid.cells)[i + 1]);
  std::printf("%.17g %.17g\n", a[n - 1], a[n / 3]);

  static double remembered = 1;
  for (int i = 0; i < n; ++i) {
    remembered = std::fmod(remembered * 1.0001 + a[i], 10);
    b[i] = remembered + std::sin(a[i]);
  }
  std::printf("%.17g %.17g\n", remembered, b[17]);
}
