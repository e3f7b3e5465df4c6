// The longest Collatz chain that begins below a million: a loop without a call, and a maximum with its place.
// RUN: %run-program %s
// PARALLEL
// DOMAIN: numeric
// WANTED: coverage 0.9; 0.98 was measured with STATUS-ARGS
#include <cstdio>

int main() {
  int longest = 0, start = 0;
  for (int n = 1; n < 1000000; ++n) {
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
