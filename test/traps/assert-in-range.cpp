// An assertion that fails in one iteration of a loop without calls: the iterations before it have stored what they
// store, those behind it nothing, and a handler of SIGABRT can see that.
// RUN: %run-program %s
// NOT-IN-KERNEL: handlers of signals
#include <cassert>
#include <csignal>
#include <cstdio>
#include <unistd.h>
#include <vector>

static std::vector<unsigned> results(2000);

static void tell(int) {
  char text[] = "....\n";
  unsigned count = 0;
  for (const unsigned result : results)
    count += result != 0;
  for (int at = 3; at >= 0; --at, count /= 10)
    text[at] = static_cast<char>('0' + count % 10);
  (void)!write(1, text, 5);
}

int main() {
  std::signal(SIGABRT, tell);
  for (unsigned i = 0; i < results.size(); ++i) {
    unsigned seed = i;
    for (int k = 0; k < 20000; ++k)
      seed = seed * 1664525u + 1013904223u;
    assert(i != 1234);
    results[i] = seed | 1;
  }
  std::puts("never printed");
}
