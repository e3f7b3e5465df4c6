// A loop that may be left early, by break, by return and by an exception, in the middle of a range.
// RUN: %run-program %s
// EXPECT-RAN: loop
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <vector>
static double heavy(double x) { for (int i = 0; i < 200; ++i) x = std::sin(x) + 1; return x; }
static int firstAbove(const double *v, int n, double limit) {
  for (int i = 0; i < n; ++i) {
    double x = v[i];
    for (int k = 0; k < 100; ++k) x = std::sin(x) + 1;
    if (x * 0 + v[i] > limit) return i;
  }
  return -1;
}
int main() {
  std::vector<double> in(5000), out(5000);
  for (int i = 0; i < 5000; ++i) in[i] = i * 0.37;
  int stop = -1;
  for (int i = 0; i < 5000; ++i) {
    double x = in[i];
    for (int k = 0; k < 200; ++k) x = std::sin(x) + 1;
    if (in[i] > 1000) { stop = i; break; }
    out[i] = x;
  }
  std::printf("%d %.17g %.17g\n", stop, out[2700], out[2710]);
  std::printf("%d %d\n", firstAbove(in.data(), 5000, 1500), firstAbove(in.data(), 5000, 1e9));
  try {
    for (int i = 0; i < 6000; ++i) {
      double x = i;
      for (int k = 0; k < 200; ++k) x = std::cos(x) + 1;
      out.at(i) = x;
    }
  } catch (const std::out_of_range &) { std::printf("caught %.17g\n", out[4999]); }
  double s = 0; for (double v : out) s += v;
  std::printf("%.17g %.17g\n", s, heavy(1));
}
