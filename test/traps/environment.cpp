// getenv reads the program's environment, which a task does not have, and setenv changes it half way.
// RUN: %run-program %s
// EXPECT-NO-TASK: configured
// CHECK-REMARK: 'configured' calls 'getenv', whose answer
#include <cstdio>
#include <cstdlib>
#include <vector>

unsigned configured(unsigned seed) {
  for (int i = 0; i < 200000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return std::getenv("CLEAVE_TRAP") ? seed : 0;
}

int main() {
  std::vector<unsigned> values;
  for (unsigned i = 0; i < 30; ++i) {
    if (i == 15)
      setenv("CLEAVE_TRAP", "yes", 1);
    values.push_back(configured(i));
  }
  for (const unsigned value : values)
    std::printf("%u\n", value);
}
