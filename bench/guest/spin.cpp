// spin.cpp - two tasks, one of them as long as it is told to be.
#include <cstdio>
#include <cstdlib>
#include <vector>

unsigned long spin(unsigned long rounds) {
  unsigned long state = 1;
  for (unsigned long i = 0; i < rounds; ++i)
    state = state * 6364136223846793005u + i;
  return state;
}

int main(int argc, char **argv) {
  unsigned long rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  std::vector<unsigned long> states;
  for (unsigned long i = 0; i < 2; ++i)
    states.push_back(spin(i * rounds));
  std::printf("%lu %lu\n", states[0], states[1]);
  return 0;
}
