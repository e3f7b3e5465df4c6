// A class whose operator& answers something else.
// RUN: %run-program %s
// EXPECT-NO-TASK: seen
#include <cstdio>
#include <memory>
#include <vector>

struct Proxy {
  unsigned value;
  static unsigned decoy;
  unsigned *operator&() { return &decoy; }
  const unsigned *operator&() const { return &decoy; }
};
unsigned Proxy::decoy = 11;

static unsigned spun(unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

unsigned seen(const Proxy &proxy) { return spun(proxy.value + *&proxy); }

int main() {
  std::vector<unsigned> results;
  for (unsigned i = 0; i < 30; ++i) {
    results.push_back(seen(Proxy{i}));
    Proxy::decoy += results.back();
  }
  for (unsigned result : results)
    std::printf("%u\n", result);
}
