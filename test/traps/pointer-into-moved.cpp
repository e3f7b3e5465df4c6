// A pointer into a vector is taken before the vector is moved: it points into the new owner, and a write through it
// changes what the second call reads.
// RUN: %run-program %s
#include <cstdio>
#include <utility>
#include <vector>

unsigned digest(const std::vector<unsigned> &values) {
  unsigned hash = 2166136261u;
  for (int round = 0; round < 50; ++round)
    for (const unsigned value : values)
      hash = (hash ^ value) * 16777619u;
  return hash;
}

int main() {
  for (unsigned i = 0; i < 20; ++i) {
    std::vector<unsigned> source(20000, i);
    unsigned *inside = &source[i];
    const std::vector<unsigned> target = std::move(source);
    const unsigned before = digest(target);
    *inside = 77;
    const unsigned after = digest(target);
    std::printf("%u %u\n", before, after);
  }
}
