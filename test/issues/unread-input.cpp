// A parameter that the callee never reads travels all the same. 'weighed' does not look at `part`, so nothing said that
// its spawn reads it, and calls of a loop went out ahead of the line that made `part`: the bytes of an object that was not
// there yet were copied (a crash, fuzzer seed 1067). Whatever passes to a function that may become a task now counts as
// read where the call stands.
// RUN: %run-program %s
// EXPECT-RAN: made
#include <cstdio>
#include <map>
#include <string>
#include <vector>

using Part = std::map<std::string, std::string>;

Part made(unsigned seed) {
  Part part;
  for (unsigned k = 0; k < 300; ++k) {
    seed = seed * 1664525u + 1013904223u;
    part[std::to_string(seed)] = std::string(20 + seed % 50, char('a' + seed % 26));
  }
  return part;
}

unsigned weighed(const std::vector<unsigned> &numbers, const Part &) {
  unsigned hash = 0;
  for (int round = 0; round < 400; ++round)
    for (const unsigned number : numbers)
      hash = hash * 31 + (number ^ hash >> 7);
  return hash;
}

unsigned again(const std::vector<unsigned> &numbers, const Part &part) { return weighed(numbers, part) + 1; }

int main() {
  std::vector<unsigned> numbers(2000);
  for (unsigned i = 0; i < numbers.size(); ++i)
    numbers[i] = i * i;
  unsigned long sum = 0;
  for (unsigned i = 0; i < 24; ++i) {
    const Part part = made(i);
    sum += weighed(numbers, part) + part.size();
  }
  std::printf("%lu\n", sum);
  // Beside each other: the second call must wait for the object that the first one makes.
  const Part later = made(7);
  const unsigned one = again(numbers, later);
  const Part last = made(8);
  std::printf("%u %u %zu\n", one, again(numbers, last), last.size());
}
