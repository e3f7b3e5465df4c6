// test/programs/collatz-longest.cpp, made parallel by hand with oneTBB.
#include <cstdio>
#include <cstdlib>
#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

struct Longest {
  int steps = 0, start = 0;
};

Longest longestOf(const tbb::blocked_range<int> &range, Longest found) {
  for (int n = range.begin(); n < range.end(); ++n) {
    long value = n;
    int steps = 0;
    while (value != 1) {
      value = value % 2 ? 3 * value + 1 : value / 2;
      ++steps;
    }
    if (steps > found.steps)
      found = {steps, n};
  }
  return found;
}

int main(int argc, char **argv) {
  const int bound = argc > 1 ? std::atoi(argv[1]) : 1000000;
  const auto longer = [](Longest a, Longest b) {
    return a.steps > b.steps || (a.steps == b.steps && a.start < b.start) ? a : b;
  };
  const Longest longest = tbb::parallel_reduce(tbb::blocked_range<int>(1, bound), Longest{}, longestOf, longer);
  std::printf("%d steps from %d\n", longest.steps, longest.start);
}
