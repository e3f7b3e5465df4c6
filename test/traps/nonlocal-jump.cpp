// longjmp leaves the work for a setjmp in the caller: a jump across what would be another address space.
// RUN: %run-program %s
// EXPECT-NO-TASK: attempted
// CHECK-REMARK: 'attempted' uses setjmp or longjmp
#include <csetjmp>
#include <cstdio>

std::jmp_buf failed;

unsigned attempted(unsigned number) {
  unsigned seed = number;
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  if (number % 7 == 5)
    std::longjmp(failed, 1);
  return seed;
}

int main() {
  static unsigned i = 0;
  static unsigned long sum = 0;
  static int failures = 0;
  if (setjmp(failed) != 0)
    ++failures;
  while (i < 40) {
    const unsigned number = i++;
    sum = sum * 31 + attempted(number);
  }
  std::printf("%lu, %d failed\n", sum, failures);
}
