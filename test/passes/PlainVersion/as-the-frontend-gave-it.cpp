// A program that is split holds every function as clang generates it, whatever preparation made of it for the analyses
// and for the tasks: here functions are inlined, and loads leave a loop.
// RUN: %cleavexx -std=c++20 -O3 -cleave-emit=cut %s -o %t.cut.ll
// RUN: %clangxx -std=c++20 -O3 -gline-tables-only -fno-discard-value-names -Xclang -disable-llvm-passes -S -emit-llvm \
// RUN:   %s -o %t.plain.ll
// RUN: %python %S/Inputs/same_functions.py %t.cut.ll %t.plain.ll
// RUN: FileCheck %s --input-file=%t.cut.ll
// RUN: opt -passes=verify -disable-output %t.cut.ll
//
// CHECK-LABEL: define dso_local noundef i32 @_Z4meanRKSt6vectorIhSaIhEE(
// CHECK: sdiv i32 200
//
// What main calls is what it called.
// CHECK-LABEL: define dso_local noundef i32 @main(
// CHECK: call noundef i32 @_Z4meanRKSt6vectorIhSaIhEE(
// CHECK-LABEL: define internal void @cleave.call.{{[0-9]+}}(
// CHECK: call {{.*}}@_Z4meanRKSt6vectorIhSaIhEE.task(
// CHECK-LABEL: define internal {{.*}}@_Z4meanRKSt6vectorIhSaIhEE.task(
// CHECK-NOT: sizeEv
// CHECK: ret i32
//
// CHECK-LABEL: define dso_local noundef i32 @cleave.main(
// CHECK-DAG: call i32 @main.cut(
// CHECK-DAG: call i32 @main(
#include <cstdio>
#include <vector>

static int limit;

// Divides numbers that are known to be small, and asks for the size in each turn.
int mean(const std::vector<unsigned char> &values) {
  int sum = 0, count = 0;
  for (unsigned i = 0; i < values.size(); ++i) {
    if (values[i] == 0)
      continue;
    sum += 200 / values[i];
    ++count;
  }
  return count ? sum % 1000 / count : limit;
}

int main(int count, char **) {
  std::vector<std::vector<unsigned char>> rows;
  for (int i = 0; i < 64; ++i)
    rows.emplace_back(20000 + i, static_cast<unsigned char>(i * count));
  limit = count;
  long total = 0;
  for (const auto &row : rows)
    total += mean(row);
  std::printf("%ld\n", total);
}
