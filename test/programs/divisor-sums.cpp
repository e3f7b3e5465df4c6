// Perfect, deficient and abundant numbers: the sum of divisors of each number, in an inner loop.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 850000
// DOMAIN: numeric
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int bound = argc > 1 ? std::atoi(argv[1]) : 60000;
  std::vector<int> sums(bound);
  for (int n = 1; n < bound; ++n) {
    int sum = n == 1 ? 0 : 1;
    for (int d = 2; d * d <= n; ++d)
      if (n % d == 0) {
        sum += d;
        if (d != n / d)
          sum += n / d;
      }
    sums[n] = sum;
  }
  int deficient = 0, abundant = 0;
  for (int n = 1; n < bound; ++n) {
    if (sums[n] == n)
      std::printf("%d is perfect\n", n);
    deficient += sums[n] < n;
    abundant += sums[n] > n;
  }
  std::printf("%d deficient, %d abundant\n", deficient, abundant);
}
