// Loops as people write them besides range-for: an index, iterators, a while loop, a nested loop whose inner bound
// depends on the outer one, a step that is not one.
// RUN: %run-program %s
// EXPECT-TASK: mixed
#include <cstdio>
#include <vector>

unsigned mixed(unsigned seed, int steps) {
  for (int i = 0; i < steps; ++i)
    seed = (seed ^ (seed >> 13)) * 1540483477u + 17;
  return seed;
}

int main() {
  std::vector<unsigned> seeds, values;
  for (unsigned i = 0; i < 24; ++i)
    seeds.push_back(i * i);
  for (std::size_t i = 0; i < seeds.size(); i += 3)
    values.push_back(mixed(seeds[i], 100000));
  for (auto seed = seeds.rbegin(); seed != seeds.rend(); ++seed)
    values.push_back(mixed(*seed, 50000));
  std::size_t at = 0;
  while (at < seeds.size())
    values.push_back(mixed(seeds[at++], 30000));
  for (int i = 1; i < 8; ++i)
    for (int k = 0; k < i; ++k)
      values.push_back(mixed(static_cast<unsigned>(i * k), 10000 * i));
  for (const unsigned value : values)
    std::printf("%u\n", value);
}
