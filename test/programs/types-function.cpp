// std::function as a parameter: closures that hold nothing, a number, and a table on the heap.
// RUN: %run-program %s
// EXPECT-RAN: integral
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

double integral(const std::function<double(double)> &function, double from, double to) {
  double sum = 0;
  const int steps = 20000;
  for (int i = 0; i < steps; ++i)
    sum += function(from + (to - from) * i / steps);
  return sum * (to - from) / steps;
}

int main() {
  std::vector<std::function<double(double)>> functions;
  functions.push_back([](double x) { return x * x; });
  for (int k = 1; k < 10; ++k)
    functions.push_back([k](double x) { return k * x + 1; });
  const std::vector<double> table(100, 0.25);
  functions.push_back([table](double x) { return table[static_cast<std::size_t>(x) % table.size()]; });
  std::vector<double> results;
  for (const auto &function : functions)
    results.push_back(integral(function, 0, 10));
  for (double result : results)
    std::printf("%.17g\n", result);
}
