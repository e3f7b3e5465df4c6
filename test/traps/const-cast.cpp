// The callee casts const away and changes its caller's vector. The signature promises the opposite.
// RUN: %run-program %s
// EXPECT-NO-TASK: smoothed
// CHECK-REMARK: 'smoothed' changes 'values' although it is const
#include <cstdio>
#include <vector>

double smoothed(const std::vector<double> &values, int round) {
  auto &own = const_cast<std::vector<double> &>(values);
  double sum = 0;
  for (std::size_t i = 1; i < own.size(); ++i) {
    own[i] = (own[i] + own[i - 1]) / 2;
    sum += own[i] * round;
  }
  return sum;
}

int main() {
  std::vector<double> values(100000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(i * 7919 % 1009);
  std::vector<double> sums;
  for (int round = 0; round < 30; ++round)
    sums.push_back(smoothed(values, round));
  for (const double sum : sums)
    std::printf("%.17g\n", sum);
}
