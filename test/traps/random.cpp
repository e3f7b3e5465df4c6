// rand() keeps its state in the library: equal calls give different answers, in an order that is part of the output.
// RUN: %run-program %s
// EXPECT-NO-TASK: sampled
// CHECK-REMARK: 'sampled' calls 'rand', whose answer is not a function of its inputs
#include <cstdio>
#include <cstdlib>
#include <vector>

double sampled(int count) {
  int inside = 0;
  for (int i = 0; i < count; ++i) {
    const double x = std::rand() / (RAND_MAX + 1.0), y = std::rand() / (RAND_MAX + 1.0);
    inside += x * x + y * y < 1;
  }
  return 4.0 * inside / count;
}

int main() {
  std::srand(2012);
  std::vector<double> estimates;
  for (int i = 0; i < 30; ++i)
    estimates.push_back(sampled(20000));
  for (const double estimate : estimates)
    std::printf("%.17g\n", estimate);
}
