// Digests: each iteration multiplies by the same and adds what it likes, and nobody looks at what is between. Ranges begin with
// 0; what was before them is multiplied as often as they have iterations.
// RUN: %cleavexx -std=c++20 -O2 -Rcleave -Rcleave-missed %s -o %t.cleave 2>&1 | FileCheck %s
// RUN: %run-program %s
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

[[gnu::noinline]] static std::uint64_t ofNumbers(const std::vector<std::uint64_t> &numbers, std::uint64_t hash) {
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (const std::uint64_t number : numbers)
    hash = hash * 31 + (number >> 3) * number;
  return hash;
}
[[gnu::noinline]] static unsigned ofText(const std::string &text) {
  unsigned hash = 5381;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (const char letter : text)
    hash = ((hash << 5) + hash) + static_cast<unsigned char>(letter);
  return hash;
}
[[gnu::noinline]] static unsigned differences(const std::vector<std::uint64_t> &numbers) {
  unsigned hash = 1;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (const std::uint64_t number : numbers)
    hash = static_cast<unsigned>(number) - hash * 17u;
  return hash;
}
[[gnu::noinline]] static long chosen(const std::vector<std::uint64_t> &numbers) {
  std::uint64_t hash = 0;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (const std::uint64_t number : numbers) {
    if (number % 3 == 0)
      hash = hash * 10 + number % 7;
    else
      hash = hash * 10 - 3;
  }
  return static_cast<long>(hash);
}
// How long a row is is known when the program runs.
[[gnu::noinline]] static std::uint64_t ofTable(const std::vector<std::uint64_t> &numbers, unsigned long rows) {
  const unsigned long columns = numbers.size() / rows;
  std::uint64_t hash = 1;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned long row = 0; row < rows; ++row) {
    hash = hash * 3 + row;
    for (unsigned long column = 0; column < columns; ++column)
      hash = hash * 31 + numbers[row * columns + column];
  }
  return hash;
}
[[gnu::noinline]] static std::uint16_t shortOne(const std::vector<std::uint64_t> &numbers) {
  std::uint16_t hash = 7;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (const std::uint64_t number : numbers)
    hash = static_cast<std::uint16_t>(hash * 251 + number);
  return hash;
}
// A sum and a digest of drawn numbers, and a table of them.
[[gnu::noinline]] static std::uint64_t together(std::vector<unsigned> &drawn) {
  std::uint64_t hash = 0, sum = 0;
  unsigned seed = 3;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: ranges of this loop
  for (unsigned &number : drawn) {
    number = seed = seed * 1664525u + 1013904223u;
    sum += number >> 7;
    hash = hash * 31 + number % 101;
  }
  return hash ^ sum;
}

// ---- somebody looks, or the factor is not always the same ---------------------------------------------------------

[[gnu::noinline]] static std::uint64_t isStored(const std::vector<std::uint64_t> &numbers, std::vector<std::uint64_t> &after) {
  std::uint64_t hash = 0;
  const unsigned long n = numbers.size();
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'hash'
  for (unsigned long i = 0; i < n; ++i)
    after[i] = hash = hash * 31 + numbers[i];
  return hash;
}
[[gnu::noinline]] static unsigned long isCompared(const std::vector<std::uint64_t> &numbers) {
  std::uint64_t hash = 0;
  unsigned long count = 0;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'hash'
  for (const std::uint64_t number : numbers) {
    hash = hash * 31 + number;
    count += hash % 5 == 0;
  }
  return count;
}
[[gnu::noinline]] static std::uint64_t sometimes(const std::vector<std::uint64_t> &numbers) {
  std::uint64_t hash = 0;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'hash'
  for (const std::uint64_t number : numbers)
    if (number % 3 == 0)
      hash = hash * 31 + number;
  return hash;
}
[[gnu::noinline]] static std::uint64_t byTheNumber(const std::vector<std::uint64_t> &numbers) {
  std::uint64_t hash = 0;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'hash'
  for (const std::uint64_t number : numbers)
    hash = hash * number + 1;
  return hash;
}
[[gnu::noinline]] static std::uint64_t exclusiveOr(const std::vector<std::uint64_t> &numbers) {
  std::uint64_t hash = 0;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'hash'
  for (const std::uint64_t number : numbers)
    hash = (hash ^ number) * 1099511628211u;
  return hash;
}
[[gnu::noinline]] static std::uint64_t modulo(const std::vector<std::uint64_t> &numbers) {
  std::uint64_t hash = 0;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'hash'
  for (const std::uint64_t number : numbers)
    hash = (hash * 31 + number) % 1000003;
  return hash;
}
[[gnu::noinline]] static std::uint64_t triangle(const std::vector<std::uint64_t> &numbers) {
  std::uint64_t hash = 0;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs 'hash'
  for (unsigned long i = 0; i < numbers.size(); ++i)
    for (unsigned long k = 0; k < i % 9; ++k)
      hash = hash * 31 + numbers[k] + i;
  return hash;
}
[[gnu::noinline]] static std::uint64_t intoAnother(const std::vector<std::uint64_t> &numbers) {
  std::uint64_t hash = 0, other = 0;
  // CHECK: digests.cpp:[[@LINE+1]]:{{[0-9]+}}: remark: this loop stays in place: each iteration needs
  for (const std::uint64_t number : numbers) {
    hash = hash * 31 + number;
    other = other * 3 + hash;
  }
  return other;
}

static void print(std::uint64_t value) { std::printf("%llu\n", static_cast<unsigned long long>(value)); }

int main(int argc, char **argv) {
  const unsigned long n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 150001;
  std::vector<std::uint64_t> numbers;
  std::string text;
  for (std::uint64_t i = 0, state = 1; i < n; ++i) {
    state = (state ^ (state >> 13) ^ i) * 6364136223846793005u;
    numbers.push_back(state >> 9);
    text += static_cast<char>(state >> 50);
  }
  // One after another: what is done beside something else is a task by itself, and its loop stays in one piece.
  print(ofNumbers(numbers, 17));
  print(ofText(text));
  print(differences(numbers));
  print(static_cast<std::uint64_t>(chosen(numbers)));
  print(shortOne(numbers));
  print(ofTable(numbers, 1));
  print(ofTable(numbers, 5000));
  print(ofTable(numbers, n));
  std::vector<unsigned> drawn(n);
  print(together(drawn));
  print(drawn.back());
  std::vector<std::uint64_t> after(n);
  print(isStored(numbers, after));
  print(after[n / 2]);
  print(isCompared(numbers));
  print(sometimes(numbers));
  print(byTheNumber(numbers));
  print(exclusiveOr(numbers));
  print(modulo(numbers));
  print(triangle(numbers));
  print(intoAnother(numbers));
}
