// The longest Collatz chain that begins below a bound: a loop without a call, and a maximum with its place.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 6000000
// DOMAIN: numeric
#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) {
  const int bound = argc > 1 ? std::atoi(argv[1]) : 1000000;
  int longest = 0, start = 0;
  for (int n = 1; n < bound; ++n) {
    long value = n;
    int steps = 0;
    while (value != 1) {
      value = value % 2 ? 3 * value + 1 : value / 2;
      ++steps;
    }
    if (steps > longest) {
      longest = steps;
      start = n;
    }
  }
  std::printf("%d steps from %d\n", longest, start);
}
