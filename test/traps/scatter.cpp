// Where an iteration writes is read from an array: two may hit the same place, and the last one must win.
// RUN: %run-program %s
// EXPECT-NO-TASK: loop(16)
// CHECK-REMARK: which part of {{.*}} an iteration uses is not known before it runs
#include <cmath>
#include <cstdio>
#include <vector>
int main() {
  const int n = 100000;
  std::vector<int> place(n);
  std::vector<double> out(n), in(n);
  unsigned seed = 7;
  for (int i = 0; i < n; ++i) {
    seed = seed * 1103515245u + 12345u;
    place[i] = static_cast<int>(seed >> 8) % 1000 + (i % 3) * 7;
    in[i] = static_cast<double>(seed % 1000) / 1000;
  }
  for (int i = 0; i < n; ++i)
    out[place[i]] = std::exp(std::sin(in[i])) + i;
  double sum = 0;
  for (int i = 0; i < n; ++i)
    sum += out[i];
  std::printf("%.17g\n", sum);
}
