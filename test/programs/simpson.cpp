// Simpson's rule for several functions, given as lambdas to one template, over many panels.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 6000000
// DOMAIN: numeric
#include <cstdio>
#include <cstdlib>
#include <vector>

template <class Function> double integral(const Function &f, double from, double to, int panels) {
  const double h = (to - from) / panels;
  double sum = f(from) + f(to);
  for (int i = 1; i < panels; ++i)
    sum += f(from + i * h) * (i % 2 ? 4 : 2);
  return sum * h / 3;
}

int main(int argc, char **argv) {
  const int panels = argc > 1 ? std::atoi(argv[1]) : 200000;
  const auto witch = [](double x) { return 1 / (1 + x * x); };
  const auto polynomial = [](double x) { return ((0.5 * x - 2) * x + 1) * x - 7; };
  std::vector<double> areas;
  for (int i = 0; i < 60; ++i) {
    areas.push_back(integral(witch, i, i + 1, panels));
    areas.push_back(integral(polynomial, -i, i, panels));
  }
  for (std::size_t i = 0; i < areas.size(); i += 10)
    std::printf("%.15g\n", areas[i]);
}
