// A std::function captured a counter by reference, and counts.
// RUN: %run-program %s
// EXPECT-NO-TASK: applied
#include <cstdio>
#include <functional>
#include <vector>

unsigned applied(const std::function<unsigned(unsigned)> &function, unsigned start) {
  unsigned value = start;
  for (int i = 0; i < 50000; ++i)
    value = function(value);
  return value;
}

int main() {
  unsigned calls = 0;
  const std::function<unsigned(unsigned)> counting = [&calls](unsigned x) { return x * 1664525u + ++calls; };
  const std::function<unsigned(unsigned)> plain = [](unsigned x) { return x * 1664525u + 1013904223u; };
  std::vector<unsigned> results;
  for (unsigned i = 0; i < 30; ++i)
    results.push_back(applied(i % 2 ? counting : plain, i));
  for (unsigned result : results)
    std::printf("%u\n", result);
  std::printf("%u\n", calls);
}
