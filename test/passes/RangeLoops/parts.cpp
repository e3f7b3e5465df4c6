// Objects that are passed by value are filled part by part, without a mark where they begin. They are the iteration's own.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: cleave run --mode=workers %t.cleave 4000 > %t.workers
// RUN: cleave run --mode=isolated %t.cleave 4000 > %t.isolated
// RUN: cleave run --mode=serial %t.cleave 4000 | tee %t.serial | FileCheck %s --check-prefix=RESULT
// RUN: diff %t.serial %t.workers && diff %t.serial %t.isolated
// RESULT: {{^}}sum {{[0-9]+}}
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Point {
  long x, y, z;
};
struct Padded { // bytes between the parts are nobody's
  char kind;
  long value;
  short rest;
};

struct Shape {
  const long *factor; // so that it cannot travel
  [[gnu::noinline]] long at(Point from, Padded way) const {
    auto sum = static_cast<unsigned long>(*factor * from.x + from.y * 5 + from.z * 7 + way.kind + way.value + way.rest);
    for (int k = 0; k < 300; ++k)
      sum = sum * 6364136223846793005UL % 1000003;
    return static_cast<long>(sum);
  }
};

[[gnu::noinline]] void fill(std::vector<long> &out, const Shape &shape) {
  const auto size = static_cast<long>(out.size());
  // CHECK: parts.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop's iterations are done by local workers
  for (long i = 0; i < size; ++i) {
    const Point from{i, 1, -3};
    const Padded way{static_cast<char>(i % 100), i * 2, static_cast<short>(i % 1000)};
    out[i] = shape.at(from, way);
  }
}

int main(int, char **words) {
  std::vector<long> out(static_cast<std::size_t>(std::atol(words[1])));
  const long factor = 3;
  fill(out, {&factor});
  unsigned long sum = 0;
  for (const long value : out)
    sum = sum * 31 + static_cast<unsigned long>(value);
  std::printf("sum %lu\n", sum);
}
