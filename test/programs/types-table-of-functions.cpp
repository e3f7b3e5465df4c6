// A call through a table of functions: all that it may reach is known, and harmless.
// RUN: %run-program %s
// EXPECT-RAN: run
#include <cstdio>
#include <vector>

static double plus(double a, double b) { return a + b; }
static double minus(double a, double b) { return a - b; }
static double half(double a, double b) { return (a + b) / 2; }
static double (*const operations[])(double, double) = {plus, minus, half};

double run(const std::vector<unsigned char> &program, double start) {
  double value = start;
  for (int round = 0; round < 2000; ++round)
    for (unsigned char code : program)
      value = operations[code % 3](value, 0.125);
  return value;
}

int main() {
  std::vector<std::vector<unsigned char>> programs;
  for (unsigned i = 0; i < 30; ++i) {
    std::vector<unsigned char> program;
    for (unsigned k = 0; k < 40; ++k)
      program.push_back(static_cast<unsigned char>((i * 31 + k * k) % 7));
    programs.push_back(program);
  }
  std::vector<double> results;
  for (const auto &program : programs)
    results.push_back(run(program, 1));
  for (double result : results)
    std::printf("%.17g\n", result);
}
