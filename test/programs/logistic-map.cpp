// One orbit of the logistic map, and how often it comes near each tenth of the interval.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 450000000
// DOMAIN: numeric
#include <array>
#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) {
  const long steps = argc > 1 ? std::atol(argv[1]) : 20000000;
  double x = 0.31;
  std::array<long, 10> visits{};
  for (long step = 0; step < steps; ++step) {
    x = 3.99 * x * (1 - x);
    ++visits[static_cast<int>(x * 10)];
  }
  for (const long count : visits)
    std::printf("%ld\n", count);
  std::printf("%.17g\n", x);
}
