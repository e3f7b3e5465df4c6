// The loop ends when a result says so. Later iterations must not be seen to have happened: the list that they would
// read runs out just there, and one past the end throws.
// RUN: %run-program %s
// CHECK-REMARK: what 'probed' is called with, or how often, depends on its own earlier results
#include <cstdio>
#include <vector>

unsigned probed(const std::vector<unsigned> &seeds, std::size_t i) {
  unsigned value = seeds.at(i);
  for (int k = 0; k < 200000; ++k)
    value = value * 1664525u + 1013904223u;
  return value;
}

int main() {
  std::vector<unsigned> seeds;
  for (unsigned i = 0; i < 23; ++i)
    seeds.push_back(i);
  const unsigned last = probed(seeds, seeds.size() - 1);
  std::size_t tried = 0;
  unsigned long sum = 0;
  for (std::size_t i = 0;; ++i) {
    const unsigned value = probed(seeds, i);
    ++tried;
    if (value == last)
      break;
    sum += value;
  }
  std::printf("%zu tried, sum %lu\n", tried, sum);
}
