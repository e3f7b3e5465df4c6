// An assertion that fails inside of the work ends the program where it would have: what was printed before stands, what
// comes behind it does not, though calls behind the failing one were done long before. Handlers of SIGABRT see the program
// as it is then; those of exit are not asked.
// RUN: %run-program %s
// NOT-IN-KERNEL: handlers of signals
// EXPECT-TASK: checked
#include <cassert>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

static volatile std::sig_atomic_t stored = 0;

static void tell(int) {
  const char digits[] = {static_cast<char>('0' + stored / 10), static_cast<char>('0' + stored % 10), '\n'};
  (void)!write(1, digits, sizeof digits);
}

unsigned checked(unsigned number) {
  unsigned seed = number;
  const int steps = number == 17 ? 900000 : 100000; // the first to fail is the last to get there
  for (int i = 0; i < steps; ++i)
    seed = seed * 1664525u + 1013904223u;
  assert(number < 17 || number % 2 == 0);
  return seed;
}

int main() {
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  std::signal(SIGABRT, tell);
  std::atexit([] { std::puts("never printed"); });
  unsigned long sum = 0;
  for (unsigned i = 0; i < 40; ++i) {
    sum += checked(i);
    stored = static_cast<int>(i);
    std::printf("%lu\n", sum);
  }
  std::puts("never printed");
}
