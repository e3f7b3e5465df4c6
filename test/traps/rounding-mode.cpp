// A program that changes the rounding mode: work that is done elsewhere must be computed as the program would have.
// RUN: %run-program %s
// FLAGS: -frounding-math
#include <cfenv>
#include <cstdio>
#include <vector>

static double scaled(const std::vector<double> &values, int k) {
  double sum = 0;
  for (int round = 0; round < 10; ++round)
    for (const double value : values)
      sum += value / (k + 3);
  return sum;
}

int main(int argc, char **) {
  std::vector<double> values(20000), results(300000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 1.0 / static_cast<double>(i + argc + 2);
  for (const int mode : {FE_UPWARD, FE_TONEAREST, FE_DOWNWARD, FE_TOWARDZERO}) {
    std::fesetround(mode);
    double total = 0;
    for (int k = 0; k < 20; ++k)
      total += scaled(values, k);
    for (std::size_t i = 0; i < results.size(); ++i) {
      double x = static_cast<double>(i) * 0.1;
      for (int k = 0; k < 20; ++k)
        x = x / 3.1 + 0.7;
      results[i] = x;
    }
    double sum = 0;
    for (const double result : results)
      sum += result;
    std::fesetround(FE_TONEAREST);
    std::printf("%.17g %.17g\n", total, sum);
  }
}
