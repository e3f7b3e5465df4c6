// The library reports a range error in errno, which the program reads after the call: a result by a side door.
// RUN: %run-program %s
// EXPECT-NO-TASK: logSum
// CHECK-REMARK: 'logSum' sets errno through 'log', and the program looks at errno
#include <cerrno>
#include <cmath>
#include <cstdio>

double logSum(double first, int count) {
  double sum = 0;
  for (int i = 0; i < count; ++i)
    sum += std::log(first + i);
  return sum;
}

int main() {
  for (int i = 0; i < 20; ++i) {
    errno = 0;
    const double sum = logSum(i % 5 == 4 ? -1.0 : 1.0 + i, 20000);
    const int error = errno;
    std::printf("%s %d\n", std::isnan(sum) ? "nan" : "number", error == EDOM);
  }
}
