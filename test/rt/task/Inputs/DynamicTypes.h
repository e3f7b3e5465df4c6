// DynamicTypes.h - classes with virtual functions and std::function, described as the compiler would.
#ifndef CLEAVE_TEST_DYNAMICTYPES_H
#define CLEAVE_TEST_DYNAMICTYPES_H

#include "Describe.h"

#include <cstring>
#include <functional>

namespace {

const std::string kLong = "a text that does not fit into the object itself";

// ---- classes ---------------------------------------------------------------------------------------------------

struct Named {
  std::string name;
  virtual std::string label() const { return name; }
  virtual ~Named() = default;
};
struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
  virtual bool isSame(const Shape &other) const = 0;
};
struct Circle final : Shape {
  char tag = 0;
  double radius;
  explicit Circle(double radius) : radius(radius) {}
  double area() const override { return radius; }
  bool isSame(const Shape &other) const override {
    auto *circle = dynamic_cast<const Circle *>(&other);
    return circle && circle->radius == radius && circle->tag == tag;
  }
};
// Shape lies inside of it, not at its front.
struct Group final : Named, Shape {
  std::vector<std::unique_ptr<Shape>> parts;
  double area() const override {
    double sum = 0;
    for (auto &part : parts)
      sum += part->area();
    return sum;
  }
  bool isSame(const Shape &other) const override {
    auto *group = dynamic_cast<const Group *>(&other);
    return group && group->name == name && group->label() == label() &&
           std::equal(parts.begin(), parts.end(), group->parts.begin(), group->parts.end(),
                      [](auto &a, auto &b) { return a->isSame(*b); });
  }
};
// What the descriptor does not know.
struct Stranger final : Shape {
  double area() const override { return 0; }
  bool isSame(const Shape &) const override { return true; }
};

struct Owner {
  std::unique_ptr<Shape> shape;
  bool operator==(const Owner &other) const {
    return !shape == !other.shape && (!shape || shape->isSame(*other.shape));
  }
  static std::unique_ptr<Shape> copyOf(const Shape &from) {
    if (auto *circle = dynamic_cast<const Circle *>(&from))
      return std::make_unique<Circle>(*circle);
    auto &group = dynamic_cast<const Group &>(from);
    auto copy = std::make_unique<Group>();
    copy->name = group.name;
    for (auto &part : group.parts)
      copy->parts.push_back(copyOf(*part));
    return copy;
  }
  Owner() = default;
  explicit Owner(std::unique_ptr<Shape> shape) : shape(std::move(shape)) {}
  Owner(const Owner &other) : shape(other.shape ? copyOf(*other.shape) : nullptr) {}
  Owner(Owner &&) = default;
};

const void *wordAt(const void *object, uint64_t offset) {
  const void *word;
  std::memcpy(&word, static_cast<const char *>(object) + offset, 8);
  return word;
}

template <class Base, class Derived> uint64_t offsetOf(const Derived &object) {
  return static_cast<uint64_t>(reinterpret_cast<const char *>(static_cast<const Base *>(&object)) -
                               reinterpret_cast<const char *>(&object));
}

const Circle circle(1);
const Group group;

template <int Which> const cleave_type &tableOf(const void *object, uint64_t offset) {
  static const void *address = wordAt(object, offset);
  static const cleave_type type{CLEAVE_T_SYMBOL, 0, 8, 8, 0, nullptr, nullptr, &address};
  return type;
}
} // namespace

template <> struct Members<Circle> {
  static constexpr bool isTrivial = false;
  static std::vector<cleave_field> fields() {
    return {{0, &tableOf<0>(&circle, 0)}, {offsetof(Circle, tag), &describe<char>()},
            {offsetof(Circle, radius), &describe<double>()}};
  }
};
template <> struct Members<Group> {
  static constexpr bool isTrivial = false;
  static std::vector<cleave_field> fields() {
    uint64_t inside = offsetOf<Shape>(group);
    return {{0, &tableOf<1>(&group, 0)},
            {8, &describe<std::string>()},
            {inside, &tableOf<2>(&group, inside)},
            {offsetof(Group, parts), &describe<std::vector<std::unique_ptr<Shape>>>()}};
  }
};
template <> struct Descriptor<Shape> {
  static void fill(cleave_type &type) {
    static const uint64_t inside = offsetOf<Shape>(group);
    static const void *symbols[] = {wordAt(&circle, 0), wordAt(&group, inside)};
    static const cleave_field fields[] = {{0, &describe<Circle>()}, {inside, &describe<Group>()}};
    type.kind = CLEAVE_T_POLYMORPHIC;
    type.fields = fields;
    type.field_count = 2;
    type.symbols = symbols;
  }
};
template <> struct Members<Owner> {
  static constexpr bool isTrivial = false;
  static std::vector<cleave_field> fields() { return {{0, &describe<std::unique_ptr<Shape>>()}}; }
};

// ---- functions -------------------------------------------------------------------------------------------------

namespace {
using Function = std::function<int(int)>;
struct Adds {
  int amount;
  int operator()(int to) const { return to + amount; }
};
struct Looks {
  std::string text;
  std::vector<int> table;
  int operator()(int at) const { return table[static_cast<size_t>(at)] + static_cast<int>(text.size()); }
};
struct Unknown {
  int operator()(int) const { return 0; }
};
struct Call { // compared by what it answers
  Function function;
  bool operator==(const Call &other) const {
    return !function == !other.function && (!function || function(1) == other.function(1));
  }
};
} // namespace

template <> struct Members<Adds> {
  static constexpr bool isTrivial = true;
  static std::vector<cleave_field> fields() { return {{0, &describe<int>()}}; }
};
template <> struct Members<Looks> {
  static constexpr bool isTrivial = false;
  static std::vector<cleave_field> fields() {
    return {{0, &describe<std::string>()}, {offsetof(Looks, table), &describe<std::vector<int>>()}};
  }
};
template <> struct Descriptor<Function> {
  static void fill(cleave_type &type) {
    static const Function adds = Adds{1}, looks = Looks{};
    static const void *symbols[] = {wordAt(&adds, 16), wordAt(&adds, 24), wordAt(&looks, 16), wordAt(&looks, 24)};
    static const cleave_field fields[] = {{1, &describe<Adds>()}, {0, &describe<Looks>()}};
    type.kind = CLEAVE_T_FUNCTION;
    type.fields = fields;
    type.field_count = 2;
    type.symbols = symbols;
  }
};
template <> struct Members<Call> {
  static constexpr bool isTrivial = false;
  static std::vector<cleave_field> fields() { return {{0, &describe<Function>()}}; }
};

#endif
