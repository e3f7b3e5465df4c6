// A task with vector, sqrt and operator new stays small, is the same bytes each time it is built, whatever stands
// around it in the program, and needs no CPU feature beyond x86-64 (sqrt is an instruction). If this breaks, tasks
// have begun to drag a C library, unwind tables or source positions with them.
//
// RUN: %clangxx -std=c++20 -O2 -Xclang -disable-llvm-passes -gline-tables-only -I%S/../../rt/include -S -emit-llvm %s -o %t.ll
// RUN: cat %S/Inputs/one-task.ll >> %t.ll
// RUN: cleave-link-test link %t.ll -o %t.out | FileCheck %s
// RUN: python3 %S/Inputs/size-limit.py %t.out/task-0 65536
//
// RUN: %clangxx -std=c++20 -O2 -Xclang -disable-llvm-passes -DOTHER -I%S/../../rt/include -S -emit-llvm %s -o %t.other.ll
// RUN: cat %S/Inputs/one-task.ll >> %t.other.ll
// RUN: cleave-link-test link %t.other.ll -o %t.other > /dev/null
// RUN: cmp %t.out/task-0 %t.other/task-0
//
// CHECK: task 0 'work' work.cpp:7 {{[0-9]+}} bytes {{.*}}vector of pod 8
// CHECK: features:{{$}}
#include "cleave/program.h"
#include <cmath>
#include <vector>

#ifdef OTHER // an unrelated edit, before and between
#include <string>
std::string unrelated(int n) { return std::string(n, 'x') + "y"; }
#endif

using Points = std::vector<double>;

static double distance(const Points &a, const Points &b, std::size_t i, std::size_t j) {
  double dx = a.at(2 * i) - b.at(2 * j), dy = a.at(2 * i + 1) - b.at(2 * j + 1);
  return std::sqrt(dx * dx + dy * dy);
}

Points nearestSums(const Points &points, const Points &centres) {
  Points sums(centres.size() / 2 * 3);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < points.size() / 2; ++i) {
    std::size_t best = 0;
    for (std::size_t j = 1; j < centres.size() / 2; ++j)
      if (distance(points, centres, i, j) < distance(points, centres, i, best))
        best = j;
    order.push_back(best);
    sums[3 * best] += points[2 * i];
    sums[3 * best + 1] += points[2 * i + 1];
    sums[3 * best + 2] += 1;
  }
  return sums;
}

extern "C" {
#ifdef OTHER
extern const cleave_kind elsewhere = {"other", "other.cpp", 1, 1, 0, 0, nullptr, nullptr};
#endif
static const cleave_type number = {CLEAVE_T_POD, 0, 8, 8, 0, nullptr, nullptr};
static const cleave_type points = {CLEAVE_T_VECTOR, 0, 24, 8, 0, &number, nullptr};
static const cleave_param params[] = {{&points, CLEAVE_PARAM_BORROWED, 0}, {&points, CLEAVE_PARAM_BORROWED, 0}};
#ifdef OTHER
extern const cleave_kind kind = {"work", "work.cpp", 99, 0, 2, 0, params, &points};
#else
extern const cleave_kind kind = {"work", "work.cpp", 7, 0, 2, 0, params, &points};
#endif
void call(void *const *args, void *result) {
  new (result) Points(nearestSums(*static_cast<const Points *>(args[0]), *static_cast<const Points *>(args[1])));
}
}
