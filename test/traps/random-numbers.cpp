// Random numbers are drawn once: what a loop draws for a call, or to know how long it is, cannot be drawn again by somebody
// who runs ahead. Nor is a device one that all may use, nor a token's device one that is there.
// RUN: %run-program %s
#include <cstdint>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>
#include <sys/random.h>
#include <vector>

static std::uint64_t crunched(std::uint64_t number) {
  for (int i = 0; i < 200000; ++i)
    number = number * 6364136223846793005u + 1442695040888963407u;
  return number;
}

static std::uint64_t drawn() {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number)
    throw std::runtime_error("nothing to draw from");
  return number;
}

// The argument is drawn, and used again beside the result.
static bool areResultsOfWhatWasDrawn() {
  bool isRight = true;
  for (int i = 0; i < 60; ++i) {
    const std::uint64_t number = drawn();
    const std::uint64_t result = crunched(number);
    isRight = isRight && result == crunched(number);
  }
  return isRight;
}

// How often it runs is drawn.
static bool isCountRight() {
  std::random_device device;
  long rounds = 0, last = 0;
  std::uint64_t sum = 0;
  for (long i = 0; i < 30 + static_cast<long>(device() % 30); ++i) {
    sum += crunched(static_cast<std::uint64_t>(i));
    ++rounds;
    last = i;
  }
  std::uint64_t again = 0;
  for (long i = 0; i <= last; ++i)
    again += crunched(static_cast<std::uint64_t>(i));
  return rounds == last + 1 && sum == again;
}

// An engine of its own that all calls go on with.
static std::uint64_t next(std::mt19937_64 &engine) { return crunched(engine()); }

static bool isOneEngine() {
  std::random_device device;
  const std::uint64_t seed = device();
  std::mt19937_64 engine(seed), same(seed);
  bool isRight = true;
  for (int i = 0; i < 60; ++i)
    isRight = isRight && next(engine) == crunched(same());
  return isRight;
}

// No such device: each call throws.
static std::uint64_t fromToken(const std::string &token, std::uint64_t number) {
  std::random_device device(token);
  return crunched(number + device());
}

static int countOfFailures(const std::vector<std::string> &tokens) {
  int failures = 0;
  for (const std::string &token : tokens)
    try {
      (void)fromToken(token, 1);
    } catch (const std::runtime_error &) {
      ++failures;
    }
  return failures;
}

int main() {
  const std::vector<std::string> tokens(20, "no such source");
  std::printf("results of what was drawn: %d\n", areResultsOfWhatWasDrawn());
  std::printf("count: %d\n", isCountRight());
  std::printf("one engine: %d\n", isOneEngine());
  std::printf("failures: %d\n", countOfFailures(tokens));
}
