// What a function throws because of what it was given, by type; not what it catches whatever it is, nor want of memory.
// RUN: %cleavexx -std=c++20 -O2 -cleave-print=effects %s -o %t.cleave 2>&1 | FileCheck %s
#include <cstdio>
#include <stdexcept>
#include <vector>

struct Own {
  int number;
};
struct Known : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// CHECK-LABEL: effects of _Z7checkediRKSt6vectorIiSaIiEE: throws guards
// CHECK-NEXT: throws _ZTI3Own
// CHECK-NEXT: throws _ZTI5Known
// CHECK-NEXT: throws some of the standard library's
// CHECK-NOT: throws
[[gnu::noinline]] int checked(int number, const std::vector<int> &values) {
  if (number < 0)
    throw Own{number};
  if (number > 1000)
    throw Known("too large");
  return values.at(number);
}

// CHECK-LABEL: effects of _Z5quietiRKSt6vectorIiSaIiEE:
// CHECK-NOT: throws _ZTI
[[gnu::noinline]] int quiet(int number, const std::vector<int> &values) {
  try {
    return checked(number, values);
  } catch (...) {
    return 0;
  }
}

// CHECK-LABEL: effects of _Z5againiRKSt6vectorIiSaIiEE: throws guards rethrows
// CHECK-NEXT: throws _ZTI3Own
[[gnu::noinline]] int again(int number, const std::vector<int> &values) {
  try {
    return checked(number, values);
  } catch (...) {
    if (number < -5)
      throw;
    return 0;
  }
}

// CHECK-LABEL: effects of _Z6filledi: throws
// CHECK-NOT: guards
// CHECK-NOT: throws _ZTI
[[gnu::noinline]] std::vector<int> filled(int count) { return std::vector<int>(count, 3); }

// CHECK-LABEL: effects of main
int main(int argc, char **) {
  const std::vector<int> values = filled(argc + 10);
  std::printf("%d %d\n", quiet(argc, values), again(argc, values));
}
