// The Fibonacci numbers by their definition: a call does next to nothing but make two more.
//
//   fib [n]

#include <cstdio>
#include <cstdlib>

long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 42;
  std::printf("fib(%d) = %ld\n", n, fib(n));
}
