// A lambda reads through a captured reference what the loop around its calls writes.
// RUN: %run-program %s
// EXPECT-NO-TASK:
#include <cstdio>
#include <vector>

int main() {
  unsigned total = 1;
  std::vector<unsigned> seen;
  const auto next = [&](unsigned seed) {
    for (int i = 0; i < 100000; ++i)
      seed = (seed ^ total) * 1664525u;
    return seed + static_cast<unsigned>(seen.size());
  };
  for (unsigned i = 0; i < 30; ++i) {
    total += next(i);
    seen.push_back(total);
  }
  for (unsigned value : seen)
    std::printf("%u\n", value);
}
