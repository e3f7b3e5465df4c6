// Variables, functions and classes are the same ones for what is split and for what runs as it was written: the program cut
// is made of prepared functions, and what it calls in place is not. Variables whose form an optimiser would change if it
// saw one side alone: a struct taken apart, a number that has two values, a pointer that is set once, one never read.
// RUN: %run-program %s
// EXPECT-RAN: work
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <typeinfo>
#include <vector>

static struct {
  int rounds;
  double scale;
} settings;
static int level = 0;
static int *latest = nullptr;
static int written;

using Step = int (*)(int);
[[gnu::noinline]] int twice(int value) { return 2 * value; }
[[gnu::noinline]] static int thrice(int value) { return 3 * value; }
static const Step steps[] = {twice, thrice};

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};
struct Square : Shape {
  double side = 2;
  double area() const override { return side * side * settings.scale; }
};
struct Circle : Shape {
  double area() const override { return 3 * settings.scale; }
};

// Not part of what is split.
[[gnu::noinline]] int state() { return settings.rounds * 100 + level + (latest ? *latest : -1); }
[[gnu::noinline]] int called() {
  static int count = 10;
  return ++count;
}
[[gnu::noinline]] bool isTwice(Step step) { return step == twice; }
[[gnu::noinline]] bool isThrice(Step step) { return step == thrice; }
[[gnu::noinline]] std::unique_ptr<Shape> make(int number) {
  if (number % 2)
    return std::make_unique<Circle>();
  return std::make_unique<Square>();
}
[[gnu::noinline]] std::function<int(int)> adder(int amount) {
  return [amount](int value) { return value + amount + settings.rounds; };
}

double work(const std::vector<double> &values) {
  double sum = 0;
  for (int round = 0; round < 200; ++round)
    for (const double value : values)
      sum += std::sqrt(value + round);
  return sum;
}

int main() {
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < 24; ++i)
    rows.emplace_back(4000, i);
  int own = 5;
  double total = 0;
  for (const auto &row : rows) {
    total += work(row);
    settings.rounds += 1;
    settings.scale = total > 1 ? 2 : 1;
    if (settings.rounds == 12) {
      level = 7;
      latest = &own;
    }
    written = settings.rounds;
    own += state() % 3;
  }
  const int first = called();
  std::printf("%.6f %d %d %d %d\n", total, state(), own, first, called());
  double areas = 0;
  for (int i = 0; i < 4; ++i) {
    std::unique_ptr<Shape> shape = make(i);
    const Shape &seen = *shape;
    areas += seen.area() + (typeid(seen) == typeid(Circle) ? 100 : 0) + (dynamic_cast<const Square *>(&seen) ? 1000 : 0);
  }
  std::function<int(int)> add = adder(own);
  int sum = 0;
  for (const Step step : steps)
    sum += step(10) + (step == twice) + 10 * (step == thrice) + 100 * isTwice(step) + 1000 * isThrice(step);
  std::printf("%g %d %d\n", areas, sum, add(1));
}
