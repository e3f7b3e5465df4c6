// Every access to a volatile object is visible behaviour; it may not be moved, and its number may not change.
// RUN: %run-program %s
// EXPECT-NO-TASK: polled
// CHECK-REMARK: 'polled' accesses a volatile object
#include <cstdio>
#include <vector>

volatile unsigned deviceRegister = 1;

unsigned polled(unsigned seed) {
  for (int i = 0; i < 50000; ++i) {
    deviceRegister = deviceRegister + 1;
    seed = seed * 1664525u + deviceRegister;
  }
  return seed;
}

int main() {
  std::vector<unsigned> values;
  for (unsigned i = 0; i < 20; ++i)
    values.push_back(polled(i));
  for (const unsigned value : values)
    std::printf("%u\n", value);
  std::printf("%u\n", static_cast<unsigned>(deviceRegister));
}
