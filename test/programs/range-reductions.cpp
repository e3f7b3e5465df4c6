// Sums of integers, the best of many and where it was: regrouped, and equal to the last bit. A sum of doubles is not.
// RUN: %run-program %s
// EXPECT-RAN: loop
// CHECK-REMARK: each iteration needs 'sum' from the one before
#include <cmath>
#include <cstdio>
#include <cstdint>
#include <algorithm>
#include <vector>
int collatz(unsigned long n) { int steps = 0; while (n != 1) { n = n % 2 ? 3 * n + 1 : n / 2; ++steps; } return steps; }
int main() {
  int best = 0; unsigned long where = 0; long total = 0; int overflowing = 2147483000;
  for (unsigned long i = 1; i < 300000; ++i) {
    int steps = collatz(i);
    total += steps;
    if (steps > best) { best = steps; where = i; }
  }
  unsigned bits = 0; long primes = 0;
  for (int i = 2; i < 60000; ++i) {
    bool isPrime = true;
    for (int j = 2; j * j <= i; ++j) if (i % j == 0) { isPrime = false; break; }
    if (isPrime) { ++primes; bits ^= static_cast<unsigned>(i) * 2654435761u; }
  }
  std::vector<double> v(100000);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = std::sin(i * 12.9898) * 43758.5453;
  double smallest = v[0], largest = v[0]; std::size_t at = 0; double sum = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    double x = std::exp(std::sin(v[i])) - std::floor(v[i]);
    if (x < smallest) { smallest = x; at = i; }
  }
  for (std::size_t i = 0; i < v.size(); ++i) largest = std::max(largest, std::exp(std::cos(v[i])));
  for (std::size_t i = 0; i < v.size(); ++i) sum += std::exp(std::sin(v[i]));
  for (int i = 0; i < 200000; ++i) { int d = 0; for (int j = 0; j < 50; ++j) d += (i ^ j) % 7 == 0 ? 1 : -1; overflowing += d > 0 ? 1 : d < -30 ? -1 : 0; }
  std::printf("%d %lu %ld %ld %u %.17g %zu %.17g %.17g %d\n", best, where, total, primes, bits, smallest, at, largest, sum, overflowing);
}
