// A task that throws, catches and destroys on the way ends at the throw: no landing pad, type info, unwinder or
// destructor of a path that it cannot take comes into its binary. The catch's output, which no task could link, shows it.
//
// RUN: %clangxx -std=c++20 -O2 -Xclang -disable-llvm-passes -I%S/../../rt/include -S -emit-llvm %s -o %t.ll
// RUN: cat %S/Inputs/one-task.ll >> %t.ll
// RUN: cleave-link-test link %t.ll -o %t.out | FileCheck %s
// RUN: python3 %S/Inputs/size-limit.py %t.out/task-0 25600
//
// With floor and sin the binary says what it was compiled for.
// RUN: %clangxx -std=c++20 -O2 -DSINE -Xclang -disable-llvm-passes -I%S/../../rt/include -S -emit-llvm %s -o %t.sine.ll
// RUN: cat %S/Inputs/one-task.ll >> %t.sine.ll
// RUN: cleave-link-test link %t.sine.ll -o %t.sine | FileCheck %s --check-prefix=SINE
//
// CHECK: task 0 'work'
// CHECK: features:{{$}}
// SINE: features: avx2 fma sse4.1
#include "cleave/program.h"
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <vector>

struct Loud {
  ~Loud() { std::puts("only ever destroyed by an exception"); }
};

static double checked(double x) {
  if (x < 0)
    throw std::invalid_argument("negative");
#ifdef SINE
  return std::sin(x) + std::floor(x);
#else
  return x;
#endif
}

double work(double x) {
  std::vector<double> steps;
  try {
    Loud *loud = nullptr;
    steps.push_back(checked(x));
    (void)loud;
  } catch (const std::exception &error) {
    std::puts(error.what());
    Loud loud;
    return -1;
  }
  return steps.back();
}

extern "C" {
static const cleave_type number = {CLEAVE_T_POD, 0, 8, 8, 0, nullptr, nullptr};
static const cleave_param params[] = {{&number, CLEAVE_PARAM_VALUE, 0}};
extern const cleave_kind kind = {"work", "work.cpp", 7, 0, 1, 0, params, &number};
void call(void *const *args, void *result) { *static_cast<double *>(result) = work(*static_cast<double *>(args[0])); }
}
