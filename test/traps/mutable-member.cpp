// A const member function writes a mutable cache. const is a promise, not a proof: the caller's object changes, and
// the number of misses is printed.
// RUN: %run-program %s
// EXPECT-NO-TASK: lookUp
// CHECK-REMARK: 'lookUp' changes its own object although it is const
#include <cstdio>
#include <vector>

class Table {
public:
  unsigned misses() const { return missCount; }

  unsigned lookUp(unsigned key) const {
    if (key % 4 != lastKey) {
      lastKey = key % 4;
      ++missCount;
      cached = key % 4;
      for (int i = 0; i < 300000; ++i)
        cached = cached * 1664525u + 1013904223u;
    }
    return cached + missCount;
  }

private:
  mutable unsigned lastKey = 99;
  mutable unsigned cached = 0;
  mutable unsigned missCount = 0;
};

int main() {
  const Table table;
  std::vector<unsigned> values;
  for (unsigned i = 0; i < 60; ++i)
    values.push_back(table.lookUp(i / 3));
  for (const unsigned value : values)
    std::printf("%u\n", value);
  std::printf("%u misses\n", table.misses());
}
