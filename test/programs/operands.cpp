// Two calls in one expression, neither needing the other: `integral(f) + integral(g)`.
// RUN: %run-program %s
// EXPECT-TASK: arcTangent
// EXPECT-TASK: logarithm
#include <cstdio>

double arcTangent(int steps) {
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double x = (i + 0.5) / steps;
    sum += 4 / (1 + x * x);
  }
  return sum / steps;
}

double logarithm(int steps) {
  double sum = 0;
  for (int i = 0; i < steps; ++i)
    sum += 1 / (1 + (i + 0.5) / steps);
  return sum / steps;
}

int main() {
  for (int steps = 1000000; steps < 5000000; steps += 1000000)
    std::printf("%.17g\n", arcTangent(steps) + logarithm(steps));
}
