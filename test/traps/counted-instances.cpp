// The class counts its objects: copies and destructions are not free to happen elsewhere, or not at all.
// RUN: %run-program %s
#include <cstdio>
#include <vector>

static int alive, copies;
struct Counted {
  unsigned value = 0;
  Counted(unsigned value) : value(value) { ++alive; }
  Counted(const Counted &other) : value(other.value) { ++alive, ++copies; }
  ~Counted() { --alive; }
};

static unsigned spun(unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

Counted made(unsigned seed) { return Counted(spun(seed)); }
unsigned taken(Counted counted) { return spun(counted.value); }
unsigned seen(const Counted &counted) {
  const Counted copy = counted;
  return spun(copy.value);
}

int main() {
  for (unsigned i = 0; i < 10; ++i) {
    const Counted one = made(i);
    const unsigned first = taken(one), second = seen(one);
    std::printf("%u %u %d %d\n", first, second, alive, copies);
  }
  std::printf("%d %d\n", alive, copies);
}
