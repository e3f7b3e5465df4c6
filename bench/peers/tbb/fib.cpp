// bench/fib.cpp with oneTBB's task_group: one task for each call, no cut-off.
#include <cstdio>
#include <cstdlib>
#include <tbb/task_group.h>

long fib(int n) {
  if (n < 2)
    return n;
  long one = 0;
  tbb::task_group group;
  group.run([&] { one = fib(n - 1); });
  const long other = fib(n - 2);
  group.wait();
  return one + other;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 42;
  std::printf("fib(%d) = %ld\n", n, fib(n));
}
