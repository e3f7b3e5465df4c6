// An exception that is caught inside the loop leaves out one call, or changes what the next one is called with.
// RUN: %run-program %s
// EXPECT-NO-TASK: summed
// EXPECT-NO-TASK: product
#include <cstdio>
#include <stdexcept>
#include <vector>

int sink = 0;
[[gnu::noinline]] void check(int i) {
  ++sink;
  if (i % 7 == 3)
    throw std::runtime_error("no");
}

long summed(int n) {
  long sum = 0;
  for (int k = 0; k < 30000; ++k)
    sum = (sum * 5 + n + k) % 1000003;
  return sum;
}

long product(int n) {
  long result = 1;
  for (int k = 1; k < 30000; ++k)
    result = result * (n + k) % 1000003 + 1;
  return result;
}

int main() {
  std::vector<long> results;
  for (int i = 0; i < 50; ++i) {
    try {
      check(i);
      results.push_back(summed(i));
    } catch (const std::runtime_error &) {
      results.push_back(-1);
    }
  }
  for (int i = 0; i < 50; ++i) {
    int n = i;
    try {
      check(i);
    } catch (const std::runtime_error &) {
      n = 1000 + i;
    }
    results.push_back(product(n));
  }
  for (const long result : results)
    std::printf("%ld\n", result);
  std::printf("%d\n", sink);
}
