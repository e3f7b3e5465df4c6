// The destructor of the argument prints, in each iteration and once only. (Building ahead leaves destructors out.)
// RUN: %run-program %s
#include <cstdio>
#include <vector>

struct Numbers {
  std::vector<int> values;
  explicit Numbers(int n) : values(n) {
    for (int k = 0; k < n; ++k)
      values[k] = k * n;
  }
  ~Numbers() { std::printf("%zu gone\n", values.size()); }
};

long summed(const std::vector<int> &values) {
  long sum = 0;
  for (int round = 0; round < 2000; ++round)
    for (const int number : values)
      sum = (sum * 5 + number) % 1000003;
  return sum;
}

int main() {
  for (int i = 1; i < 60; ++i) {
    Numbers numbers(i);
    std::printf("%ld\n", summed(numbers.values));
  }
}
