// Objects of several classes behind pointers to their base: as parameters, nested, and as results. Their virtual functions
// run in the tasks; what is moved about is told by its place in a list, never by an address.
// RUN: %run-program %s
// EXPECT-RAN: brightness
// EXPECT-RAN: make
// EXPECT-RAN: Shape::coverage
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

class Shape {
public:
  virtual ~Shape() = default;
  virtual double coverage(double grain) const = 0;
  virtual void print() const { std::printf("a shape\n"); } // never in a task
};

class Circle final : public Shape {
  double radius;

public:
  explicit Circle(double radius) : radius(radius) {}
  double coverage(double grain) const override {
    double sum = 0;
    for (double x = -radius; x < radius; x += grain)
      sum += 2 * std::sqrt(radius * radius - x * x) * grain;
    return sum;
  }
  void print() const override { std::printf("circle %g\n", radius); }
};

class Polygon : public Shape {
protected:
  std::vector<double> sides;

public:
  explicit Polygon(std::vector<double> sides) : sides(std::move(sides)) {}
  double coverage(double grain) const override {
    double sum = 0;
    for (double side : sides)
      for (double x = 0; x < side; x += grain)
        sum += x * grain;
    return sum;
  }
};

class Labelled final : public Polygon {
  std::string label;

public:
  Labelled(std::vector<double> sides, std::string label) : Polygon(std::move(sides)), label(std::move(label)) {}
  double coverage(double grain) const override { return Polygon::coverage(grain) + static_cast<double>(label.size()); }
  void print() const override { std::printf("%s with %zu sides\n", label.c_str(), sides.size()); }
};

class Group final : public Shape {
public:
  std::vector<std::unique_ptr<Shape>> members;
  double coverage(double grain) const override {
    double sum = 0;
    for (const auto &member : members)
      sum += member->coverage(grain * 1.5);
    return sum;
  }
};

struct Picture {
  std::string title;
  std::vector<std::unique_ptr<Shape>> shapes;
};

double brightness(const Picture &picture) {
  double sum = 0;
  for (const auto &shape : picture.shapes)
    sum += shape->coverage(0.0002);
  return sum;
}

std::unique_ptr<Shape> make(unsigned seed) {
  for (int i = 0; i < 50000; ++i)
    seed = seed * 1664525u + 1013904223u;
  if (seed % 4 == 0)
    return std::make_unique<Circle>(1 + seed % 3);
  if (seed % 4 == 1)
    return std::make_unique<Polygon>(std::vector<double>(3 + seed % 5, 1.5));
  if (seed % 4 == 2)
    return std::make_unique<Labelled>(std::vector<double>{1, 2, 3}, "a label that is long enough for the heap");
  auto group = std::make_unique<Group>();
  group->members.push_back(std::make_unique<Circle>(2));
  group->members.push_back(std::make_unique<Labelled>(std::vector<double>{1}, "inner"));
  return group;
}

int main() {
  std::vector<std::unique_ptr<Shape>> shapes;
  for (unsigned i = 0; i < 40; ++i)
    shapes.push_back(make(i));
  for (const auto &shape : shapes)
    shape->print();
  double total = 0;
  for (const auto &shape : shapes)
    total += shape->coverage(0.0001);
  std::printf("%.17g\n", total);
  std::vector<Picture> pictures;
  for (unsigned i = 0; i < 20; ++i) {
    Picture picture{"picture " + std::to_string(i), {}};
    picture.shapes.push_back(make(i + 100));
    picture.shapes.push_back(make(i + 200));
    pictures.push_back(std::move(picture));
  }
  double sum = 0;
  for (const Picture &picture : pictures)
    sum += brightness(picture);
  std::printf("%.17g\n", sum);
}
