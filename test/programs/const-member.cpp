// A const member function of a class with private members: the object is the first parameter.
// RUN: %run-program %s
// EXPECT-RAN: Polynomial::integral
#include <cstdio>
#include <utility>
#include <vector>

class Polynomial {
public:
  explicit Polynomial(std::vector<double> coefficients) : coefficients(std::move(coefficients)) {}

  double at(double x) const {
    double value = 0;
    for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c)
      value = value * x + *c;
    return value;
  }

  double integral(double from, double to, int steps) const {
    double sum = 0;
    for (int i = 0; i < steps; ++i)
      sum += at(from + (to - from) * (i + 0.5) / steps);
    return sum * (to - from) / steps;
  }

private:
  std::vector<double> coefficients;
};

int main() {
  const Polynomial polynomial({1, -2, 0.5, 3, -0.25, 0.125});
  std::vector<double> pieces;
  for (int i = 0; i < 32; ++i)
    pieces.push_back(polynomial.integral(i * 0.25, (i + 1) * 0.25, 50000));
  double total = 0;
  for (const double piece : pieces)
    total += piece;
  std::printf("%.17g\n", total);
}
