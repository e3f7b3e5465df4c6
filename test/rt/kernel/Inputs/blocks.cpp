// A program with tasks whose output is text.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

double area(double from, double to) {
  double sum = 0;
  const int steps = 20000;
  for (int i = 0; i < steps; ++i)
    sum += std::sin(from + (to - from) * i / steps);
  return sum * (to - from) / steps;
}

int main(int argc, char **argv) {
  std::vector<double> areas;
  for (int i = 0; i < 20; ++i)
    areas.push_back(area(i, i + 1));
  double sum = 0;
  for (const double value : areas)
    sum += value * value;
  std::printf("%d arguments, %.12f\n", argc - 1, sum);
  return argc > 1 ? std::atoi(argv[1]) : 0;
}
