// sin, exp, log, pow and hypot in a task: every digit as in the g++ build, whichever variant the CPU picks.
// RUN: %run-program %s
// EXPECT-RAN: waves
#include <cmath>
#include <cstdio>
#include <vector>

double waves(double from, double to, int steps) {
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double x = from + (to - from) * i / steps;
    sum += std::sin(x) * std::exp(-x / 50) + std::log(1 + x) * std::pow(x + 0.5, 0.3) - std::hypot(x, std::cos(x)) +
           std::tan(x / 40) + std::atan2(x, 2.0) + std::cbrt(x) + std::floor(x * 3);
  }
  return sum;
}

int main() {
  std::vector<double> values;
  for (int i = 0; i < 32; ++i)
    values.push_back(waves(i, i + 1, 5000));
  for (const double value : values)
    std::printf("%.17g\n", value);
}
