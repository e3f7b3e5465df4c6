// A virtual call inside the work: every class of the hierarchy is known, and all of them are pure.
// RUN: %run-program %s
#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

struct Shape {
  virtual ~Shape() = default;
  virtual double area(double scale) const = 0;
};

struct Circle final : Shape {
  double area(double scale) const override { return 3.14159265358979 * scale * scale; }
};

struct Square final : Shape {
  double area(double scale) const override { return scale * scale; }
};

double measured(int count) {
  std::vector<std::unique_ptr<Shape>> shapes;
  for (int i = 0; i < 8; ++i)
    if (i % 3 == 0)
      shapes.push_back(std::make_unique<Circle>());
    else
      shapes.push_back(std::make_unique<Square>());
  double sum = 0;
  for (int i = 0; i < count; ++i)
    sum += std::sqrt(shapes[static_cast<std::size_t>(i) % shapes.size()]->area(i * 0.001));
  return sum;
}

int main() {
  std::vector<double> sums;
  for (int i = 0; i < 30; ++i)
    sums.push_back(measured(50000 + i));
  for (const double sum : sums)
    std::printf("%.17g\n", sum);
}
