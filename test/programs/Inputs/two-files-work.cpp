#include "two-files-work.h"

Longest collatz(long first, long last) {
  Longest longest;
  for (long start = first; start < last; ++start) {
    long steps = 0;
    for (long n = start; n != 1; n = n % 2 == 0 ? n / 2 : 3 * n + 1)
      ++steps;
    if (steps > longest.steps)
      longest = {start, steps};
  }
  return longest;
}
