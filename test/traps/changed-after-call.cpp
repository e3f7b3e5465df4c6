// An iteration builds what it calls with, calls, changes it, and decides by what it then is how the loop goes on. Whoever runs ahead
// makes that change while others look at what was pushed, unless it was copied.
// RUN: %run-program %s
// EXPECT-NO-TASK: summed
// EXPECT-NO-TASK: summedBlock
// EXPECT-NO-TASK: summedRows
// EXPECT-NO-TASK: summedView
// EXPECT-LOCAL: summedPoint
// EXPECT-LOCAL: summedSame
// CHECK-REMARK-DAG: call of 'summed' stays in place: how the loop goes on depends on a change of what 'summed' was called with, made after the call
// CHECK-REMARK-DAG: call of 'summedBlock' stays in place: how the loop goes on depends on a change of what 'summedBlock' was called with
// CHECK-REMARK-DAG: call of 'summedRows' stays in place: how the loop goes on depends on a change of what 'summedRows' was called with
// CHECK-REMARK-DAG: call of 'summedView' stays in place: how the loop goes on depends on a change of what 'summedView' was called with
#include <array>
#include <cstdio>
#include <span>
#include <vector>

static unsigned mix(unsigned hash, unsigned value) { return (hash ^ value) * 16777619u + (hash >> 15); }

using Row = std::vector<unsigned>;
struct Block { // may be shown as it is
  unsigned values[20000];
};
struct Point {
  unsigned x, y, z;
};

template <class Values> static unsigned sumOf(const Values &values, unsigned rounds) {
  unsigned hash = 17;
  for (unsigned round = 0; round < rounds; ++round)
    for (unsigned value : values)
      hash = mix(hash, value + round);
  return hash;
}
[[gnu::noinline]] static unsigned summed(const Row &row) { return sumOf(row, 60); }
[[gnu::noinline]] static unsigned summedSame(const Row &row) { return sumOf(row, 61); }
[[gnu::noinline]] static unsigned summedBlock(const Block &block) {
  unsigned hash = 17;
  for (unsigned k = 0; k < 20000; ++k)
    hash = mix(hash, block.values[k]);
  return hash;
}
[[gnu::noinline]] static unsigned summedRows(const std::vector<Row> &rows) {
  unsigned hash = 17;
  for (const Row &row : rows)
    hash = mix(hash, sumOf(row, 60));
  return hash;
}
[[gnu::noinline]] static unsigned summedView(std::span<const unsigned> values) { return sumOf(values, 60); }
[[gnu::noinline]] static unsigned summedPoint(const Point &point) {
  return sumOf(std::array<unsigned, 3>{point.x, point.y, point.z}, 5000);
}

static Row rowOf(unsigned seed, unsigned length) {
  Row row;
  for (unsigned i = 0; i < length; ++i)
    row.push_back(mix(seed, i) % 1000u);
  return row;
}

int main() {
  unsigned total = 0, seen = 0;
  auto print = [&](const char *what) {
    std::printf("%s %u %u\n", what, seen, total);
    total = seen = 0;
  };

  for (unsigned i = 0; i < 2000; ++i) {
    Row row = rowOf(i, 300);
    total = mix(total, summed(row));
    ++seen;
    unsigned hash = 5;
    for (unsigned &value : row) {
      value = value * 7 + 1;
      hash = mix(hash, value);
    }
    if (hash % 4001u == 7u)
      break;
  }
  print("rows");

  for (unsigned i = 0; i < 200; ++i) {
    Block block;
    for (unsigned k = 0; k < 20000; ++k)
      block.values[k] = mix(i, k);
    total = mix(total, summedBlock(block));
    ++seen;
    for (unsigned k = 0; k < 20000; ++k)
      block.values[k] = block.values[k] * 3 + k;
    if (block.values[i * 31] % 4001u == 7u)
      break;
  }
  print("blocks");

  for (unsigned i = 0; i < 1000; ++i) {
    std::vector<Row> rows;
    for (unsigned k = 0; k < 5; ++k)
      rows.push_back(rowOf(i + k, 60));
    total = mix(total, summedRows(rows));
    ++seen;
    rows[i % 5].back() += 3; // of what the elements own
    if (rows[2].back() % 4001u == 7u)
      break;
  }
  print("rows of rows");

  for (unsigned i = 0; i < 1000; ++i) {
    Row row = rowOf(i, 300);
    total = mix(total, summedView(std::span<const unsigned>(row).subspan(10, 200)));
    ++seen;
    row[i % 200 + 10] *= 3;
    if (row[100] % 4001u == 7u)
      break;
  }
  print("views");

  // Copied when it is pushed.
  for (unsigned i = 0; i < 2000; ++i) {
    Point point{i, i * 3, i * 7};
    total = mix(total, summedPoint(point));
    ++seen;
    point.x += point.y * 5;
    if (mix(point.x, point.z) % 40001u == 7u)
      break;
  }
  print("points");

  // Changed, and nobody asks.
  for (unsigned i = 0; i < 2000; ++i) {
    Row row = rowOf(i, 300);
    total = mix(total, summedSame(row));
    ++seen;
    for (unsigned &value : row)
      value = value * 7 + 1;
    total = mix(total, row[i % 300]);
  }
  print("changed for itself");
}
