// A variable that is declared in front of a loop and given new parts in each iteration begins anew only if all of its parts are
// given before anybody looks at it. Here one is left from the iteration before.
// RUN: %run-program %s
// RUN: %cleavexx -std=c++20 -O2 -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
#include <cstdio>
#include <vector>

struct Point {
  long x, y, z;
};
struct Padded {
  char kind;
  long value;
  short rest;
};

[[gnu::noinline]] static long lengthOf(Point point) {
  auto sum = static_cast<unsigned long>(point.x * 3 + point.y * 5 + point.z * 7);
  for (int k = 0; k < 300; ++k)
    sum = sum * 6364136223846793005UL % 1000003;
  return static_cast<long>(sum);
}
[[gnu::noinline]] static long sizeOf(const Padded &padded) {
  auto sum = static_cast<unsigned long>(padded.kind * 3 + padded.value * 5 + padded.rest * 7);
  for (int k = 0; k < 300; ++k)
    sum = sum * 6364136223846793005UL % 1000003;
  return static_cast<long>(sum);
}

static void print(const char *what, const std::vector<long> &values) {
  unsigned long sum = 0;
  for (const long value : values)
    sum = sum * 31 + static_cast<unsigned long>(value);
  std::printf("%s: %lu\n", what, sum);
}

constexpr long size = 4000;

// The third is what the iteration before found.
[[gnu::noinline]] static void third(std::vector<long> &out) {
  Point point{};
  // CHECK: kept-parts.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (long i = 0; i < size; ++i) {
    point.x = i;
    point.y = i * 2;
    out[i] = lengthOf(point);
    point.z = out[i];
  }
}
// Now and then a part stays as it was.
[[gnu::noinline]] static void sometimes(std::vector<long> &out) {
  Point point{};
  for (long i = 0; i < size; ++i) {
    point.x = i;
    point.y = i * 2;
    if (i % 3)
      point.z = i * 3;
    out[i] = lengthOf(point);
  }
}
// All parts are given, but somebody looks before the last.
[[gnu::noinline]] static void before(std::vector<long> &out) {
  Padded padded{};
  // CHECK: kept-parts.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (long i = 0; i < size; ++i) {
    padded.kind = static_cast<char>(i % 100);
    padded.value = i;
    out[i] = sizeOf(padded);
    padded.rest = static_cast<short>(i % 1000);
  }
}
// The address that is stored in it leads to itself.
struct Ring {
  Ring *next;
  long value;
};
[[gnu::noinline]] static long follow(const Ring &ring) {
  return lengthOf({ring.value, ring.next->value, ring.next->next->value});
}
[[gnu::noinline]] static void itself(std::vector<long> &out) {
  Ring ring{nullptr, 0};
  for (long i = 0; i < size; ++i) {
    ring.next = &ring;
    ring.value = i;
    out[i] = follow(ring);
  }
}
// One part comes from another one, which is the iteration before's.
struct Pair {
  long values[4];
  const long *factor = nullptr; // so that it cannot travel
};
[[gnu::noinline]] static long ofPair(const Pair &pair) {
  return lengthOf({pair.values[0] + pair.values[1] * *pair.factor, pair.values[2], pair.values[3]});
}
[[gnu::noinline]] static void fromItself(std::vector<long> &out, const long *factor) {
  Pair pair{{1, 2, 3, 4}, factor};
  for (long i = 0; i < size; ++i) {
    __builtin_memcpy(&pair.values[2], &pair.values[0], 2 * sizeof(long));
    pair.values[0] = i;
    pair.values[1] = i * 2;
    pair.factor = factor;
    out[i] = ofPair(pair);
  }
}
// What it was last is looked at behind the loop.
[[gnu::noinline]] static long last(std::vector<long> &out) {
  Point point{};
  for (long i = 0; i < size; ++i) {
    point = {i, i * 2, i * 3};
    out[i] = lengthOf(point);
  }
  return lengthOf(point);
}

int main() {
  std::vector<long> out(size);
  third(out), print("third", out);
  sometimes(out), print("sometimes", out);
  before(out), print("before", out);
  itself(out), print("itself", out);
  const long factor = 3;
  fromItself(out, &factor), print("from itself", out);
  std::printf("last: %ld\n", last(out));
  print("last", out);
}
