// The primes below a bound, in order: the first numbers are no work at all, the last ones are.
// RUN: %run-program %s
// PARALLEL
// ARGS: 60000
// STATUS-ARGS: 12000000
// DOMAIN: numeric
// EXPECT-TASK: isPrime
// EXPECT-RAN: isPrime
#include <cstdio>
#include <cstdlib>
#include <vector>

static bool isPrime(long number) {
  if (number < 2)
    return false;
  for (long divisor = 2; divisor * divisor <= number; ++divisor)
    if (number % divisor == 0)
      return false;
  return true;
}

int main(int argc, char **argv) {
  const long bound = argc > 1 ? std::atol(argv[1]) : 60000;
  std::vector<long> primes;
  for (long number = 0; number < bound; ++number)
    if (isPrime(number))
      primes.push_back(number);
  std::printf("%zu primes, the last one is %ld\n", primes.size(), primes.back());
}
