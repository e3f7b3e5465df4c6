// A work list: what an iteration finds is appended to the list that the loop runs over, so the number of iterations
// and the arguments of later ones depend on earlier results.
// RUN: %run-program %s
#include <cstdio>
#include <vector>

unsigned expanded(unsigned seed) {
  for (int i = 0; i < 100000; ++i)
    seed = seed * 1664525u + 1013904223u;
  return seed;
}

int main() {
  std::vector<unsigned> list{1, 2, 3};
  unsigned long sum = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const unsigned found = expanded(list[i]);
    sum = sum * 31 + found;
    if (list.size() < 50 && found % 5 < 4)
      list.push_back(found);
  }
  std::printf("%zu %lu\n", list.size(), sum);
}
