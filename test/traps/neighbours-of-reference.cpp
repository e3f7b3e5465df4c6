// A reference to one element, and pointer arithmetic from it to its neighbours: the parameter's type tells of one
// number, the function reads a window of them.
// RUN: %run-program %s
// EXPECT-NO-TASK: window
// CHECK-REMARK: pass the whole container or a std::span
#include <cstdio>
#include <vector>

double window(const double &first, int count) {
  const double *values = &first;
  double sum = 0;
  for (int round = 0; round < 100; ++round)
    for (int i = 0; i < count; ++i)
      sum = sum * 0.5 + values[i];
  return sum;
}

int main() {
  std::vector<double> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(i * 7919 % 1009);
  std::vector<double> sums;
  for (std::size_t i = 0; i + 1000 < values.size(); i += 100)
    sums.push_back(window(values[i], 1000));
  for (const double sum : sums)
    std::printf("%.17g\n", sum);
}
