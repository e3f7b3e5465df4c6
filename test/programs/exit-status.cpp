// The program's own exit status, standard error and arguments pass through unchanged.
// RUN: %run-program %s
// ARGS: 'two words' "" -x --mode=serial
// EXPECT-TASK: score
#include <cstdio>

unsigned score(unsigned seed) {
  for (int i = 0; i < 200000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

int main(int argc, char **argv) {
  unsigned sum = 0;
  for (unsigned i = 0; i < 20; ++i)
    sum += score(i);
  for (int i = 1; i < argc; ++i)
    std::printf("[%s]\n", argv[i]);
  std::printf("%u\n", sum);
  return 42;
}
