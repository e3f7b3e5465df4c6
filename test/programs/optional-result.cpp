// A search that may find nothing: std::optional as result and as parameter, empty and engaged.
// RUN: %run-program %s
// EXPECT-RAN: smallestFactor
#include <cstdio>
#include <optional>
#include <vector>

std::optional<long> smallestFactor(long number, std::optional<long> start) {
  for (long factor = start.value_or(2); factor * factor <= number; ++factor)
    if (number % factor == 0)
      return factor;
  return std::nullopt;
}

int main() {
  std::vector<std::optional<long>> factors;
  for (long i = 0; i < 40; ++i)
    factors.push_back(smallestFactor(1000000000000L + 39 + i * 2, i % 3 == 0 ? std::optional<long>(3) : std::nullopt));
  for (const auto &factor : factors)
    factor ? std::printf("%ld\n", *factor) : std::puts("prime");
}
