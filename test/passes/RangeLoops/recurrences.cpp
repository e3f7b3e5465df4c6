// Generators of random numbers: each number needs the one before, and a range's first one can be computed at once. Their
// modulus is a power of two, the word's own or a smaller one, or anything that the word holds with what is multiplied. Inner
// loops may draw as well, always equally often.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: %run-program %s
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <vector>

template <class Values> static void print(const char *what, const Values &values, unsigned long last) {
  std::uint64_t sum = 0;
  for (const auto value : values)
    sum = (sum ^ static_cast<std::uint64_t>(value)) * 1099511628211u;
  std::printf("%s: %llu, %lu\n", what, static_cast<unsigned long long>(sum), last);
}

[[gnu::noinline]] static void word(unsigned long n) {
  std::vector<unsigned> values(n);
  unsigned seed = 11;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned &value : values)
    value = (seed = seed * 1664525u + 1013904223u) >> 4;
  print("word", values, seed);
}

[[gnu::noinline]] static void longWord(unsigned long n, std::uint64_t state) {
  std::vector<std::uint64_t> values(n);
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned long i = 0; i < n; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    values[i] = state >> (state >> 59);
    state = state - 77;
  }
  print("long word", values, state);
}

[[gnu::noinline]] static void masked(unsigned long n) {
  std::vector<long> values(n);
  long seed = 42;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (long &value : values)
    value = seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  print("masked", values, static_cast<unsigned long>(seed));
}

[[gnu::noinline]] static void shortOne(unsigned long n) {
  std::vector<int> values(n);
  short seed = -3;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned long i = 0; i < n; ++i) {
    seed = static_cast<short>(seed * 13 - 7);
    values[i] = seed / 3;
  }
  print("short", values, static_cast<unsigned long>(seed));
}

[[gnu::noinline]] static void shifts(unsigned long n) {
  std::vector<unsigned> values(n);
  unsigned seed = 1;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned &value : values) {
    seed = (seed << 16) + (seed << 6) + seed + 3;
    value = ~seed;
  }
  print("shifts", values, seed);
}

[[gnu::noinline]] static void minimalStandard(unsigned long n) {
  std::vector<double> values(n);
  std::minstd_rand generator(7);
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (double &value : values)
    value = static_cast<double>(generator() % 1000);
  print("minimal standard", values, generator());
}

[[gnu::noinline]] static void parkAndMiller(unsigned long n) {
  std::vector<long> values(n);
  long seed = 1;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (long &value : values)
    value = seed = seed * 16807 % 2147483647;
  print("Park and Miller", values, static_cast<unsigned long>(seed));
}

[[gnu::noinline]] static void rows(unsigned long n) {
  std::vector<std::array<unsigned, 25>> values(n);
  unsigned seed = 5;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (auto &row : values)
    for (unsigned &value : row)
      value = (seed = seed * 1664525u + 1013904223u) >> 8;
  std::vector<unsigned> sums;
  for (const auto &row : values) {
    unsigned sum = 0;
    for (const unsigned value : row)
      sum = (sum ^ value) * 16777619u;
    sums.push_back(sum);
  }
  print("rows", sums, seed);
}

// How often the inner loops run is known when the program runs, and may be never.
[[gnu::noinline]] static void nest(unsigned long n, int outer, int inner) {
  std::vector<unsigned> values(n);
  unsigned seed = 9;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned long i = 0; i < n; ++i) {
    unsigned sum = seed;
    for (int j = 0; j < outer; ++j) {
      seed = seed * 69069u + 1;
      for (int k = 0; k < inner; ++k)
        sum += (seed = seed * 1664525u + 1013904223u) >> 8;
      sum ^= seed;
    }
    values[i] = sum + (seed += 12);
  }
  print("nest", values, seed);
}

[[gnu::noinline]] static void nestOfOthers(unsigned long n, int inner) {
  std::vector<long> values(n);
  std::uint64_t seed = 9;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned long i = 0; i < n; ++i) {
    long sum = 0;
    for (int k = 0; k < inner; ++k)
      sum += static_cast<long>(seed = (seed * 48271 + 11) % 2147483647);
    seed = seed * 7 % 2147483647;
    values[i] = sum;
  }
  print("nest of others", values, seed);
}

// Each iteration draws once, wherever it does it.
[[gnu::noinline]] static void branches(unsigned long n, const std::vector<int> &choices) {
  std::vector<unsigned> values(n);
  unsigned seed = 77;
  // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned long i = 0; i < n; ++i) {
    if (choices[i % choices.size()] > 2)
      values[i] = (seed = seed * 1664525u + 1013904223u) >> 3;
    else
      values[i] = (seed = seed * 1664525u + 1013904223u) % 1000u;
  }
  print("branches", values, seed);
}

// The loop may be left on its way; then the last number is the one of that iteration.
[[gnu::noinline]] static void left(unsigned long n, unsigned wanted) {
  std::vector<unsigned> values(n);
  unsigned seed = 78;
  try {
    // CHECK: recurrences.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
    for (unsigned long i = 0; i < n; ++i) {
      seed = seed * 1664525u + 1013904223u;
      values[i] = seed >> 3;
      if (seed >> 16 == wanted)
        throw std::out_of_range("found");
    }
  } catch (const std::out_of_range &) {
    std::printf("found\n");
  }
  print("left", values, seed);
}

int main(int argc, char **argv) {
  const unsigned long n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 70001;
  word(n);
  longWord(n, static_cast<std::uint64_t>(argc) * 3);
  masked(n);
  shortOne(n);
  shifts(n);
  minimalStandard(n);
  parkAndMiller(n);
  rows(n / 10);
  nest(n / 3, argc + 2, argc + 4);
  nest(n / 3, argc - 1, argc + 4);
  nest(n / 3, argc + 2, argc - 1);
  nestOfOthers(n / 3, argc + 6);
  nestOfOthers(n / 3, argc - 1);
  branches(n, {1, 2, 3, 4, 5});
  left(n, 12345);
  left(n, 77777);
}
