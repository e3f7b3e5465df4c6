// A thread_local is one variable to a program with one thread: state that goes from call to call.
// RUN: %run-program %s
// EXPECT-NO-TASK: next
// CHECK-REMARK: 'next' changes thread-local 'state'
#include <cstdio>
#include <vector>

thread_local unsigned state = 2012;

unsigned next(int steps) {
  for (int i = 0; i < steps; ++i)
    state = state * 1664525u + 1013904223u;
  return state;
}

int main() {
  std::vector<unsigned> values;
  for (int i = 0; i < 30; ++i)
    values.push_back(next(100000 + i));
  for (const unsigned value : values)
    std::printf("%u\n", value);
}
