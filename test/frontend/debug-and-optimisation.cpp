// -O0 is compiled like -O1, so that a debug build is split where a release build is, and every function has lines even
// under -g0. Value names stay, since remarks are written with them.
//
// RUN: %cleavexx -O0 -g0 -cleave-emit=facts %s | FileCheck %s
// RUN: %cleavexx -O0 -g0 -cleave-emit=facts %s | FileCheck --check-prefix=PREPROCESSOR %s
// RUN: %cleavexx -O2 -g -fstandalone-debug -c %s -o %t.o && opt -passes=verify -disable-output %t.o
#include <vector>

// CHECK: define {{.*}} @_Z5totalRKSt6vectorIiSaIiEE({{.*}} %values) #[[ATTRIBUTES:[0-9]+]]{{.*}} !dbg
// CHECK: %sum = alloca i32
// CHECK: call void @llvm.lifetime.start
int total(const std::vector<int> &values) {
  int sum = 0;
  for (int value : values)
    sum += value;
  return sum;
}

// What the source can see of the level stays as typed.
// PREPROCESSOR-NOT: @optimised
// PREPROCESSOR: @plain
#ifdef __OPTIMIZE__
int optimised;
#else
int plain;
#endif

// CHECK-NOT: attributes #[[ATTRIBUTES]] = {{.*}}{{optnone|noinline}}
// CHECK: attributes #[[ATTRIBUTES]] =
// CHECK: DILocation
