// Recursion on a number alone: its cost is known only by its depth. Almost all calls are too small to move.
// RUN: %run-program %s
// EXPECT-TASK: fibonacci
#include <cstdio>

long fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

int main() { std::printf("%ld\n", fibonacci(33)); }
