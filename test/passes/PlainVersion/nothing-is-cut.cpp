// A program in which nothing is cut is the linked program, although the analyses had it prepared.
// RUN: %cleavexx -std=c++20 -O3 -cleave-emit=cut %s -o %t.cut.ll
// RUN: %cleavexx -std=c++20 -O3 -fno-cleave -cleave-emit=cut %s -o %t.plain.ll
// RUN: cmp %t.cut.ll %t.plain.ll
// RUN: FileCheck %s --input-file=%t.cut.ll --implicit-check-not=!cleave. --implicit-check-not=@cleave
// RUN: %cleavexx -std=c++20 -O3 -cleave-print=prepared %s | FileCheck %s --check-prefix=PREPARED
//
// CHECK-LABEL: define {{.*}}@main(
// CHECK: call noundef i64 @_ZNKSt6vectorIhSaIhEE4sizeEv(
// CHECK: sdiv i32 200
// PREPARED-LABEL: define {{.*}}@main(
// PREPARED-NOT: sizeEv
// PREPARED: ret i32
#include <cstdio>
#include <vector>

int main(int count, char **) {
  std::vector<unsigned char> values(100 + count, static_cast<unsigned char>(count));
  int sum = 0;
  for (unsigned i = 1; i < values.size(); ++i) {
    if (values[i] == 0)
      continue;
    sum += 200 / values[i];
    values[i] = static_cast<unsigned char>(values[i - 1] + sum);
    std::printf("%d\n", sum);
  }
}
