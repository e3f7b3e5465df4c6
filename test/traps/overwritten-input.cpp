// The input is overwritten between the call and the use of its result: work that is put off until the result is
// needed would see the new values.
// RUN: %run-program %s
#include <cstdio>
#include <vector>

unsigned digest(const std::vector<unsigned> &values) {
  unsigned hash = 2166136261u;
  for (int round = 0; round < 50; ++round)
    for (const unsigned value : values)
      hash = (hash ^ value) * 16777619u;
  return hash;
}

int main() {
  std::vector<unsigned> values(20000, 1);
  unsigned previous = 0;
  for (unsigned i = 0; i < 20; ++i) {
    const unsigned before = digest(values);
    values[i * 900] = i + 100;
    const unsigned after = digest(values);
    values.assign(20000, after % 10);
    std::printf("%u %u %u\n", before, after, before ^ after ^ previous);
    previous = before;
  }
}
