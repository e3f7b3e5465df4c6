// What a call is passed depends on the result of the call before, through a result that lives in memory: `at` is read from
// the array or vector that the last call returned. Each result's place is new in every iteration, so the generator that runs
// ahead took it for its own memory, and read from it what no call had written there: other calls than the program's were
// made, and their results used (found by test/fuzz, seed 100334, as a generator that fell off its own end). The call now
// counts as what writes its result. Nor may a result that says when to stop be looked at, or what is called next in the same
// iteration.
// RUN: %run-program %s
// EXPECT-NO-TASK: chained
// EXPECT-NO-TASK: listed
// EXPECT-NO-TASK: ended
// EXPECT-RAN: free
// CHECK-REMARK-DAG: 'chained' is called with, or how often, depends on its own earlier results
// CHECK-REMARK-DAG: 'listed' is called with, or how often, depends on its own earlier results
// CHECK-REMARK-DAG: 'ended' is called with, or how often, depends on its own earlier results
#include <array>
#include <cstdio>
#include <vector>

using Column = std::vector<unsigned>;

unsigned mixed(const Column &column, unsigned hash) {
  for (unsigned round = 0; round < 20000; ++round)
    for (const unsigned value : column)
      hash = hash * 31 + (value ^ hash >> 7);
  return hash;
}

std::array<unsigned, 20> chained(const Column &column) {
  std::array<unsigned, 20> result{};
  for (unsigned k = 0; k < 4; ++k)
    result[k] = mixed(column, k);
  return result;
}

std::vector<unsigned> listed(const Column &column) {
  std::vector<unsigned> result;
  for (unsigned k = 0; k < 4; ++k)
    result.push_back(mixed(column, k));
  return result;
}

std::vector<bool> ended(const Column &column) {
  std::vector<bool> result;
  for (unsigned k = 0; k < 4; ++k)
    result.push_back(mixed(column, k) % 8 == 1);
  return result;
}

std::vector<unsigned> free(const Column &column) {
  std::vector<unsigned> result;
  for (unsigned k = 0; k < 4; ++k)
    result.push_back(mixed(column, k + 9));
  return result;
}

int main() {
  std::vector<Column> columns;
  for (unsigned i = 0; i < 60; ++i)
    columns.push_back(Column(10, i));
  unsigned sum = 0, at = 7;
  for (unsigned i = 0; i < 30; ++i) {
    const std::array<unsigned, 20> result = chained(columns[at]);
    sum = sum * 31 + result[1];
    at = result[3] % 60;
  }
  std::printf("%u %u\n", at, sum);
  for (unsigned i = 0; i < 30; ++i) {
    const std::vector<unsigned> result = listed(columns[at]);
    sum = sum * 31 + result[1];
    at = result[3] % 60;
  }
  std::printf("%u %u\n", at, sum);
  unsigned count = 0;
  for (const Column &column : columns) {
    const std::vector<bool> result = ended(column);
    ++count;
    if (result[3])
      break;
  }
  std::printf("%u\n", count);
  // Results that only the loop looks at are no obstacle.
  for (const Column &column : columns) {
    const std::vector<unsigned> result = free(column);
    sum = sum * 31 + result[result[0] % 4];
  }
  std::printf("%u\n", sum);
}
