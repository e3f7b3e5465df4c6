// One of the functions that the pointer may lead to is the C library's, with an array of its own inside.
// RUN: %run-program %s
// ARGS: 1
// EXPECT-NO-TASK: applied
// CHECK-REMARK: 'applied' calls 'l64a', which has no body
#include <cstdio>
#include <cstdlib>
#include <vector>

using Name = char *(*)(long);

char *own(long value) {
  static char names[4][2] = {"a", "b", "c", "d"};
  return names[value & 3];
}

Name names[] = {own, l64a};

unsigned applied(Name name, unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u + unsigned(name(seed)[0]);
  return seed;
}

int main(int argc, char **argv) {
  const Name name = names[argc > 1 ? std::atoi(argv[1]) % 2 : 0];
  std::vector<unsigned> results;
  for (unsigned i = 0; i < 30; ++i)
    results.push_back(applied(name, i));
  for (const unsigned result : results)
    std::printf("%u\n", result);
}
