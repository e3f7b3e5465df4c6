// Each number is made of the one before, and it only looks as if a later one could be had at once: what a step does depends
// on the iteration, there are more or fewer steps in some, the numbers do not begin below their modulus, or a product loses
// bits before it is divided.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: %run-program %s
// CHECK-NOT: remark: ranges
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

static void print(const char *what, const std::vector<unsigned> &values, std::uint64_t last) {
  std::uint64_t sum = 0;
  for (const unsigned value : values)
    sum = (sum ^ value) * 1099511628211u;
  std::printf("%s: %llu, %llu\n", what, static_cast<unsigned long long>(sum), static_cast<unsigned long long>(last));
}

[[gnu::noinline]] static void addsTheIndex(unsigned long n, unsigned seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned i = 0; i < n; ++i)
    values[i] = (seed = seed * 1664525u + i) >> 4;
  print("adds the index", values, seed);
}
[[gnu::noinline]] static void twiceOfFifteen(unsigned long n, unsigned seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values) {
    seed = seed * 1664525u + 1013904223u;
    if (seed % 15 == 0)
      seed = seed * 1664525u + 1013904223u;
    value = seed;
  }
  print("twice of fifteen", values, seed);
}
[[gnu::noinline]] static void untilSmall(unsigned long n, unsigned seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place
  for (unsigned &value : values) {
    do
      seed = seed * 1664525u + 1013904223u;
    while (seed > 3000000000u);
    value = seed;
  }
  print("until small", values, seed);
}
[[gnu::noinline]] static void moreEachTime(unsigned long n, unsigned seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned i = 0; i < n; ++i) {
    unsigned sum = 0;
    for (unsigned k = 0; k < i % 7; ++k)
      sum += seed = seed * 1664525u + 1013904223u;
    values[i] = sum;
  }
  print("more each time", values, seed);
}
[[gnu::noinline]] static void leavesTheInner(unsigned long n, unsigned seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values) {
    unsigned sum = 0;
    for (unsigned k = 0; k < 7; ++k) {
      sum += seed = seed * 1664525u + 1013904223u;
      if (seed % 20 == 0)
        break;
    }
    value = sum;
  }
  print("leaves the inner", values, seed);
}
// The first number may be any, and only from the second one on they are below 2^31.
[[gnu::noinline]] static void beginsAbove(unsigned long n, std::uint64_t seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values) {
    value = static_cast<unsigned>(seed >> 9);
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  }
  print("begins above", values, seed);
}
[[gnu::noinline]] static void beginsAboveThePrime(unsigned long n, std::uint64_t seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values) {
    value = static_cast<unsigned>(seed >> 9);
    seed = seed * 48271 % 2147483647;
  }
  print("begins above the prime", values, seed);
}
// In 32 bits the product is not the product.
[[gnu::noinline]] static void losesBits(unsigned long n) {
  std::vector<unsigned> values(n);
  unsigned seed = 5;
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values)
    value = seed = seed * 48271u % 2147483647u;
  print("loses bits", values, seed);
}
// Below 0 the remainder is another one.
[[gnu::noinline]] static void isNegative(unsigned long n) {
  std::vector<unsigned> values(n);
  long seed = 5;
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values)
    value = static_cast<unsigned>(seed = (seed * -48271) % 2147483647);
  print("is negative", values, static_cast<std::uint64_t>(seed));
}
[[gnu::noinline]] static void otherModulus(unsigned long n) {
  std::vector<unsigned> values(n);
  std::uint64_t seed = 5;
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values)
    value = static_cast<unsigned>(seed = (seed * 48271 % 2147483647) & 0xffff);
  print("other modulus", values, seed);
}
[[gnu::noinline]] static void dropsLowBits(unsigned long n, std::uint64_t seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values)
    value = static_cast<unsigned>(seed = (seed * 6364136223846793005u + 1442695040888963407u) >> 1);
  print("drops low bits", values, seed);
}
[[gnu::noinline]] static void exclusiveOr(unsigned long n, unsigned seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    value = seed;
  }
  print("exclusive or", values, seed);
}
[[gnu::noinline]] static void square(unsigned long n, unsigned seed) {
  std::vector<unsigned> values(n);
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'seed'
  for (unsigned &value : values)
    value = seed = seed * seed + 1;
  print("square", values, seed);
}

// CHECK-NOT: remark: ranges
int main(int argc, char **argv) {
  const unsigned long n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 50000;
  addsTheIndex(n, 1);
  twiceOfFifteen(n, 2);
  untilSmall(n, 3);
  moreEachTime(n, 4);
  leavesTheInner(n, 5);
  beginsAbove(n, ~std::uint64_t{0} / 3);
  beginsAboveThePrime(n, ~std::uint64_t{0} / 5);
  losesBits(n);
  isNegative(n);
  otherModulus(n);
  dropsLowBits(n, 6);
  exclusiveOr(n, 7);
  square(n, 8);
}
