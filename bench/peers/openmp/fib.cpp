// bench/fib.cpp with OpenMP's tasks: one task for each call, no cut-off.
#include <cstdio>
#include <cstdlib>

long fib(int n) {
  if (n < 2)
    return n;
  long one = 0;
#pragma omp task shared(one)
  one = fib(n - 1);
  const long other = fib(n - 2);
#pragma omp taskwait
  return one + other;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 42;
  long result = 0;
#pragma omp parallel
#pragma omp single
  result = fib(n);
  std::printf("fib(%d) = %ld\n", n, result);
}
