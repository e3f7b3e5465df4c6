// A class whose objects could travel is also derived in a way that adds a raw pointer: behind a pointer to the base may
// stand either.
// RUN: %run-program %s
// EXPECT-NO-TASK: total
// CHECK-REMARK: member 'counter' of 'Watching' is a raw pointer
#include <cstdio>
#include <memory>
#include <vector>

struct Shape {
  virtual ~Shape() = default;
  virtual unsigned area() const { return 1; }
};
struct Square final : Shape {
  unsigned side = 2;
  unsigned area() const override { return side * side; }
};
struct Watching final : Shape {
  const unsigned *counter = nullptr;
  unsigned area() const override { return *counter; }
};

static unsigned spun(unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

unsigned total(const std::vector<std::unique_ptr<Shape>> &shapes, unsigned round) {
  unsigned sum = round;
  for (const auto &shape : shapes)
    sum += shape->area();
  return spun(sum);
}

int main() {
  unsigned counter = 0;
  std::vector<std::unique_ptr<Shape>> shapes;
  shapes.push_back(std::make_unique<Square>());
  auto watching = std::make_unique<Watching>();
  watching->counter = &counter;
  shapes.push_back(std::move(watching));
  for (unsigned round = 0; round < 30; ++round) {
    counter += total(shapes, round);
    std::printf("%u\n", counter);
  }
}
