// What a generator calls keeps its local variables in the sandbox, and the allocation of their places is put at the function's
// beginning: before its first instruction, which may be the start of a variable's lifetime, and went away with it while the
// next variable's place was still to be put before it (a crash of the compiler, found by test/fuzz, seed 100279).
// RUN: %run-program %s
// EXPECT-RAN: weighed
#include <cstdio>
#include <deque>
#include <utility>
#include <vector>

using Rows = std::deque<std::vector<int>>;

std::vector<int> row(unsigned seed, unsigned size) {
  std::vector<int> value;
  for (unsigned i = 0; i < size + seed % 5u; ++i)
    value.push_back(static_cast<int>(seed * 31 + i) % 2001 - 1000);
  return value;
}

Rows rows(unsigned seed, unsigned size) {
  Rows value;
  for (unsigned i = 0; i < size + seed % 5u + 1u; ++i)
    value.push_back(row(seed * 17 + i, size / 8u + 2u));
  return value;
}

std::pair<Rows, Rows> both(unsigned seed, unsigned size) {
  std::pair<Rows, Rows> value{};
  value.first = rows(seed * 13u, size / 8u + 2u);
  value.second = rows(seed * 13u + 1u, size / 8u + 2u);
  return value;
}

[[gnu::noinline]] unsigned weighed(const std::vector<unsigned> &first, const std::pair<Rows, Rows> &given) {
  unsigned hash = first.front();
  for (unsigned round = 0; round < 60000; ++round) {
    for (const std::vector<int> &one : given.first)
      hash = hash * 31 + (static_cast<unsigned>(one.front()) ^ hash >> 7);
    for (const std::vector<int> &one : given.second)
      hash = hash * 31 + (static_cast<unsigned>(one.back()) ^ hash >> 7);
  }
  return hash;
}

int main() {
  std::vector<unsigned> all;
  for (unsigned i = 0; i < 100; ++i)
    all.push_back(i * i);
  unsigned sum = 0;
  for (unsigned i = 0; i < 40; ++i)
    sum = sum * 31 + weighed(std::vector<unsigned>(all.begin() + i, all.begin() + i + 30), both(i, 36u));
  std::printf("%u\n", sum);
}
