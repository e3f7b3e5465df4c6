// A lambda counts how often it was called, in a variable of its maker that it captured by reference.
// RUN: %run-program %s
// CHECK-REMARK: '(lambda)' changes what it captured by reference
#include <cstdio>
#include <vector>

int main() {
  int calls = 0;
  const auto hashed = [&calls](unsigned seed) {
    ++calls;
    for (int i = 0; i < 100000; ++i)
      seed = seed * 1664525u + 1013904223u;
    return seed + static_cast<unsigned>(calls);
  };
  std::vector<unsigned> values;
  for (unsigned i = 0; i < 30; ++i)
    values.push_back(hashed(i));
  for (const unsigned value : values)
    std::printf("%u\n", value);
  std::printf("%d\n", calls);
}
