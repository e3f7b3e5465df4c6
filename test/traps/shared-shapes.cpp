// Objects behind shared pointers are memory that may be reached from anywhere. A loop may look at it in place where nothing of
// it is what the loop writes; here it is, or each thread has its own.
// RUN: %run-program %s
// RUN: %cleavexx -std=c++20 -O2 -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
#include <cstdio>
#include <memory>
#include <vector>

static unsigned mixed(unsigned value) {
  for (int k = 0; k < 300; ++k)
    value = value * 1664525U + 1013904223U;
  return value;
}

// Three families, so that none is taken for another.
template <int> struct Shape {
  virtual ~Shape() = default;
  [[nodiscard]] virtual unsigned at(unsigned place) const = 0;
};

// Looks at what the loop writes.
struct Behind : Shape<0> {
  std::shared_ptr<std::vector<unsigned>> table;
  explicit Behind(std::shared_ptr<std::vector<unsigned>> of) : table(std::move(of)) {}
  [[nodiscard]] unsigned at(unsigned place) const override { return mixed(place + (*table)[place ? place - 1 : 0]); }
};

// Each thread has its own.
static thread_local unsigned ours = 1;
struct OfThread : Shape<1> {
  [[nodiscard]] unsigned at(unsigned place) const override { return mixed(place + ours); }
};

// Counts how often it was asked.
struct Counting : Shape<2> {
  mutable unsigned asked = 0;
  [[nodiscard]] unsigned at(unsigned place) const override { return mixed(place + ++asked); }
};

template <int family> using Shapes = std::vector<std::shared_ptr<Shape<family>>>;

template <int family> [[gnu::noinline]] static unsigned shade(const Shapes<family> &shapes, unsigned place) {
  unsigned sum = 0;
  for (const auto &shape : shapes)
    sum += shape->at(place);
  return sum;
}

static void print(const char *what, const std::vector<unsigned> &table) {
  unsigned sum = 0;
  for (const unsigned value : table)
    sum = sum * 31 + value;
  std::printf("%s: %u\n", what, sum);
}

int main() {
  constexpr unsigned size = 3000;
  auto table = std::make_shared<std::vector<unsigned>>(size);
  const Shapes<0> behind{std::make_shared<Behind>(table)};
  const Shapes<1> threads{std::make_shared<OfThread>()};
  const Shapes<2> counting{std::make_shared<Counting>()};
  ours = 7;
  // CHECK: shared-shapes.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (unsigned place = 0; place < size; ++place)
    (*table)[place] = shade(behind, place);
  print("behind", *table);
  std::vector<unsigned> own(size);
  // CHECK: shared-shapes.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (unsigned place = 0; place < size; ++place)
    own[place] = shade(threads, place);
  print("threads", own);
  // CHECK: shared-shapes.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (unsigned place = 0; place < size; ++place)
    own[place] = shade(counting, place);
  print("counting", own);
}
