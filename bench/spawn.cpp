// What a spawn costs: rounds of two calls of which the first may be done elsewhere while the second is done here, and
// nothing else; each round needs the result of the one before.
//
//   spawn ROUNDS STEPS STEPS-OF-THE-SECOND
//
// A step is a shift, an exclusive or and a multiplication that wait for each other, some nanoseconds, and no formula gives
// what many of them come to, so that the calls' own loops stay whole. The result goes to standard output, and to
// standard error the nanoseconds of the first round, of the shortest, and of the median one.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Clock = std::chrono::steady_clock;

std::uint64_t mixed(std::uint64_t value, long steps) {
  for (long i = 0; i < steps; ++i)
    value = (value ^ value >> 29) * 6364136223846793005u;
  return value;
}

// Of its own, so that a result without an effect on the rest would still have to be computed.
std::uint64_t roundOf(std::uint64_t value, long first, long second) {
  const std::uint64_t one = mixed(value, first), other = mixed(value ^ 1, second);
  return one ^ other >> 7;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: spawn ROUNDS STEPS STEPS-OF-THE-SECOND\n");
    return 2;
  }
  const long rounds = std::atol(argv[1]), first = std::atol(argv[2]), second = std::atol(argv[3]);
  if (rounds < 1 || first < 1 || second < 1)
    return 2;
  std::vector<double> times;
  std::uint64_t value = 1;
  // Short rounds are timed a hundred at once: the clock takes as long as one of them.
  const long together = first < 1000 ? 100 : 1;
  for (long done = 0; done < rounds; done += together) {
    const Clock::time_point began = Clock::now();
    for (long k = 0; k < together; ++k)
      value = roundOf(value, first, second);
    times.push_back(std::chrono::duration<double, std::nano>(Clock::now() - began).count() / together);
  }
  std::printf("%llu\n", static_cast<unsigned long long>(value));
  const double firstTime = times.front();
  std::sort(times.begin(), times.end());
  std::fprintf(stderr, "first_ns=%.1f\nleast_ns=%.1f\nmedian_ns=%.1f\n", firstTime, times.front(),
               times[times.size() / 2]);
}
