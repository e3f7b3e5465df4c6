// Primes below a bound, sieved segment by segment with the small primes; a sum of twin primes on the way.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 200000000
// DOMAIN: numeric
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

std::vector<std::uint32_t> smallPrimes(std::uint32_t bound) {
  std::vector<bool> isComposite(bound + 1);
  std::vector<std::uint32_t> primes;
  for (std::uint32_t n = 2; n <= bound; ++n) {
    if (isComposite[n])
      continue;
    primes.push_back(n);
    for (std::uint64_t m = std::uint64_t{n} * n; m <= bound; m += n)
      isComposite[m] = true;
  }
  return primes;
}

std::vector<std::uint32_t> primesIn(std::uint32_t from, std::uint32_t to, const std::vector<std::uint32_t> &small) {
  std::vector<char> isComposite(to - from);
  for (const std::uint32_t p : small) {
    std::uint32_t first = (from + p - 1) / p * p;
    if (first < p * p)
      first = p * p;
    for (std::uint32_t m = first; m < to; m += p)
      isComposite[m - from] = 1;
  }
  std::vector<std::uint32_t> primes;
  for (std::uint32_t n = from; n < to; ++n)
    if (!isComposite[n - from])
      primes.push_back(n);
  return primes;
}

int main(int argc, char **argv) {
  const std::uint32_t bound = argc > 1 ? static_cast<std::uint32_t>(std::atol(argv[1])) : 20000000, segment = 250000;
  const std::vector<std::uint32_t> small = smallPrimes(20000);
  std::uint32_t previous = 2, twins = 0, count = 0;
  for (std::uint32_t from = 2; from < bound; from += segment)
    for (const std::uint32_t prime : primesIn(from, std::min(from + segment, bound), small)) {
      twins += prime - previous == 2;
      previous = prime;
      ++count;
    }
  std::printf("%u primes, %u twins, the last %u\n", count, twins, previous);
}
