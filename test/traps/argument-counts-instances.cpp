// The constructor of the argument counts in a global: running ahead would count iterations that never come.
// RUN: %run-program %s
// EXPECT-NO-TASK: summed
#include <cstdio>
#include <stdexcept>
#include <vector>

int instances = 0;

struct Numbers {
  std::vector<int> values;
  [[gnu::noinline]] explicit Numbers(int n) : values(n) {
    ++instances;
    for (int k = 0; k < n; ++k)
      values[k] = k * n;
  }
};

long summed(const Numbers &numbers) {
  long sum = 0;
  for (int round = 0; round < 2000; ++round)
    for (const int number : numbers.values)
      sum = (sum * 5 + number) % 1000003;
  return sum;
}

int main() {
  long total = 0;
  try {
    for (int i = 1; i < 60; ++i) {
      total += summed(Numbers(i));
      if (i == 40)
        throw std::runtime_error("enough");
    }
  } catch (const std::runtime_error &error) {
    std::printf("%s\n", error.what());
  }
  std::printf("%ld %d\n", total, instances);
}
