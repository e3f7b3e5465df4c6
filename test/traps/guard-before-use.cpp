// A call that throws because of what it was given guards what follows: it must not be begun beside it.
// RUN: %run-program %s
#include <cstdio>
#include <stdexcept>
#include <vector>

static long checkedSum(const std::vector<int> &values) {
  long sum = 0;
  for (int value : values) {
    if (value < 0 || value >= 256)
      throw std::runtime_error("bad value");
    sum = sum * 3 + value;
  }
  return sum;
}

static std::vector<long> histogram(const std::vector<int> &values) {
  std::vector<long> counts(256);
  for (int value : values)
    counts[value] += 1 + (counts[value] & 3);
  return counts;
}

static long digest(const std::vector<int> &values) {
  // CHECK-REMARK: guard-before-use.cpp:[[@LINE+1]]:{{.*}} what follows may rely on 'checkedSum' not having thrown or aborted
  long sum = checkedSum(values);
  std::vector<long> counts = histogram(values);
  return sum + counts[0] + counts[255];
}

int main() {
  std::vector<int> values(300000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<int>(i * 2654435761u % 256);
  std::printf("%ld\n", digest(values));
  // Far outside of what histogram() may be given: the program's own memory, and what is not there.
  values[5] = 1 << 20;
  values[6] = -(1 << 30);
  try {
    std::printf("%ld\n", digest(values));
  } catch (const std::exception &error) {
    std::printf("caught: %s\n", error.what());
  }
}
