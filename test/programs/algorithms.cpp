// The loop is inside std::transform and std::for_each, the work behind a lambda that calls it.
// RUN: %run-program %s
// EXPECT-TASK: risen
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <numeric>
#include <vector>

double risen(double start) {
  double value = start;
  for (int i = 1; i < 100000; ++i)
    value = value * 0.9999 + 1.0 / i;
  return value;
}

int main() {
  std::vector<double> starts(40);
  std::iota(starts.begin(), starts.end(), 1.0);
  std::vector<double> ends;
  std::transform(starts.begin(), starts.end(), std::back_inserter(ends), [](double start) { return risen(start); });
  double total = 0;
  std::for_each(ends.begin(), ends.end(), [&total](double end) { total += risen(end); });
  std::printf("%.17g %.17g\n", ends.back(), total);
}
