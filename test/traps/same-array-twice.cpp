// One function, called with different arrays and with one array twice: the second call shifts the array onto itself.
// RUN: %run-program %s
// EXPECT-RAN: loop
#include <cmath>
#include <cstdio>
#include <vector>
__attribute__((noinline)) void smooth(const double *from, double *to, int n) {
  for (int i = 0; i < n; ++i)
    to[i] = std::sin(from[i]) + std::cos(from[i] * 2);
}
int main() {
  std::vector<double> a(200001), b(200001);
  for (int i = 0; i <= 200000; ++i) a[i] = i * 0.001;
  for (int round = 0; round < 4; ++round) {
    smooth(a.data(), b.data(), 200000);
    smooth(b.data(), b.data() + 1, 200000);
    smooth(b.data() + 1, b.data(), 200000);
    smooth(b.data(), a.data(), 200000);
  }
  double sum = 0;
  for (double v : a) sum += v;
  for (double v : b) sum += v;
  std::printf("%.17g\n", sum);
}
