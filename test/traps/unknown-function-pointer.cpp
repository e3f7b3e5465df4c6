// The call goes through a pointer that is chosen by a number from outside, and one of its targets prints.
// RUN: %run-program %s
// ARGS: 1
// EXPECT-NO-TASK: applied
// CHECK-REMARK: 'applied' does input or output through 'printf'
#include <cstdio>
#include <cstdlib>
#include <vector>

using Step = unsigned (*)(unsigned);

unsigned quiet(unsigned value) { return value * 1664525u + 1013904223u; }

unsigned talking(unsigned value) {
  if (value % 50021 == 0)
    std::printf("met %u\n", value);
  return value * 1664525u + 1013904223u;
}

Step steps[] = {quiet, talking};

unsigned applied(Step step, unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = step(seed);
  return seed;
}

int main(int argc, char **argv) {
  const Step step = steps[argc > 1 ? std::atoi(argv[1]) % 2 : 0];
  std::vector<unsigned> results;
  for (unsigned i = 0; i < 30; ++i)
    results.push_back(applied(step, i));
  for (const unsigned result : results)
    std::printf("%u\n", result);
}
