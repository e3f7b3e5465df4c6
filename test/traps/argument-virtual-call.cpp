// The argument of the work comes from a virtual call. Of the classes behind it one counts how often it was asked: run
// ahead in the loop's first stage, the counts would be there before the lines that print them. The other loop's classes
// are quiet, and its answers may be asked ahead.
// RUN: %run-program %s
// CHECK-REMARK: argument-virtual-call.cpp:50:{{[0-9]+}}: remark: call of 'crunched' stays in place: {{.*}} need a call of 'Source::value' that has effects
#include <cstdio>
#include <memory>
#include <vector>

static unsigned asked = 0;

struct Source {
  virtual ~Source() = default;
  virtual unsigned value(unsigned i) const = 0;
};
struct Counting final : Source {
  unsigned value(unsigned i) const override {
    ++asked;
    return i * 3;
  }
};
struct Quiet final : Source {
  unsigned value(unsigned i) const override { return i * 2; }
};

struct Shape {
  virtual ~Shape() = default;
  virtual unsigned corners(unsigned i) const = 0;
};
struct Square final : Shape {
  unsigned corners(unsigned i) const override { return 4 * i; }
};
struct Star final : Shape {
  unsigned points = 5;
  unsigned corners(unsigned i) const override { return points * i; }
};

unsigned crunched(unsigned seed) {
  for (int i = 0; i < 200000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

int main(int argc, char **) {
  std::vector<std::unique_ptr<Source>> sources;
  sources.push_back(std::make_unique<Counting>());
  sources.push_back(std::make_unique<Quiet>());
  unsigned sum = 0;
  for (unsigned i = 0; i < 40; ++i) {
    sum += crunched(sources[i % 2]->value(i)) ^ asked;
    if (i % 10 == 0)
      std::printf("%u asked, %u\n", asked, sum);
  }
  std::vector<std::unique_ptr<Shape>> shapes;
  shapes.push_back(std::make_unique<Square>());
  shapes.push_back(std::make_unique<Star>());
  for (unsigned i = 0; i < 40; ++i)
    sum += crunched(shapes[(i + argc) % 2]->corners(i));
  std::printf("%u\n", sum);
}
