// The work is a lambda that captures by value and by const reference; nothing it captured changes.
// RUN: %run-program %s
#include <cstdio>
#include <vector>

int main() {
  const std::vector<unsigned> table{3, 5, 7, 11, 13, 17, 19, 23};
  const unsigned salt = 2012;
  const auto hashed = [&table, salt](unsigned seed) {
    for (int i = 0; i < 100000; ++i)
      seed = (seed ^ salt) * 16777619u + table[seed % table.size()];
    return seed;
  };
  std::vector<unsigned> values;
  for (unsigned i = 0; i < 40; ++i)
    values.push_back(hashed(i));
  for (const unsigned value : values)
    std::printf("%u\n", value);
}
