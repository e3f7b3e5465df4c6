// With relaxed clocks too, a clock does not go back between what the program reads itself and what its calls read, and whoever
// reads ahead reads nothing that is asked for again.
// RUN: %run-program %s
// CLEAVE-FLAGS: -fcleave-relaxed-clocks
// EXPECT-TASK: timed
// EXPECT-LOCAL: timed
// CHECK-REMARK: the loop reads a clock between calls of 'timed'
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <sys/time.h>
#include <vector>

using Clock = std::chrono::steady_clock;

static std::uint64_t crunched(std::uint64_t number, int rounds) {
  for (int i = 0; i < rounds; ++i)
    number = number * 6364136223846793005u + 1442695040888963407u;
  return number;
}

struct Timed {
  std::uint64_t value;
  Clock::time_point began, ended;
};

Timed timed(std::uint64_t number, int rounds) {
  const Clock::time_point began = Clock::now();
  const std::uint64_t value = crunched(number, rounds);
  return {value, began, Clock::now()};
}

// A function that no task can be, since it prints, with a reading inside.
static Clock::time_point announced(const char *what) {
  std::printf("%s\n", what);
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return Clock::time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

// Between a call and the first use of its result: work, and a reading that must not come before the call's own.
static bool isBehindCalls() {
  bool isRight = true;
  for (int i = 0; i < 20; ++i) {
    const Clock::time_point before = Clock::now();
    const Timed first = timed(static_cast<std::uint64_t>(i), 400000);
    const std::uint64_t other = crunched(static_cast<std::uint64_t>(i), 100000);
    const Clock::time_point after = Clock::now();
    isRight = isRight && before <= first.began && first.began <= first.ended && first.ended <= after && other != 0;
  }
  return isRight;
}

static bool isBehindCallsElsewhere() {
  const Timed first = timed(1, 3000000);
  const std::uint64_t other = crunched(2, 300000);
  const Clock::time_point after = announced("elsewhere");
  return first.ended <= after && other != 0;
}

// Each reading lies between two calls.
static bool isBetweenCalls() {
  bool isRight = true;
  Clock::time_point last = Clock::now();
  for (int i = 0; i < 40; ++i) {
    const Timed here = timed(static_cast<std::uint64_t>(i), 100000);
    const Clock::time_point now = Clock::now();
    isRight = isRight && last <= here.began && here.ended <= now;
    last = now;
  }
  return isRight;
}

static std::uint64_t since(Clock::time_point start, int rounds) {
  return crunched(1, rounds) + static_cast<std::uint64_t>(start.time_since_epoch().count());
}

// What is read for a call is used again beside its result.
static bool isReadOnce() {
  bool isRight = true;
  for (int i = 0; i < 40; ++i) {
    const Clock::time_point start = Clock::now();
    isRight = isRight && since(start, 100000) == crunched(1, 100000) + static_cast<std::uint64_t>(start.time_since_epoch().count());
  }
  return isRight;
}

// How often it runs depends on a reading.
static bool isCountRight() {
  timeval start;
  gettimeofday(&start, nullptr);
  std::uint64_t sum = 0, again = 0;
  int rounds = 0;
  for (int i = 0; i < 20 + static_cast<int>(start.tv_usec % 16) + static_cast<int>(std::time(nullptr) % 2); ++i) {
    sum += crunched(static_cast<std::uint64_t>(i), 100000);
    ++rounds;
  }
  for (int i = 0; i < rounds; ++i)
    again += crunched(static_cast<std::uint64_t>(i), 100000);
  return sum == again;
}

// Two at once: nothing is said of their order, but each has its own.
static bool isOrderedInEach() {
  bool isRight = true;
  for (int i = 0; i < 10; ++i) {
    const Clock::time_point before = Clock::now();
    const Timed one = timed(1, 300000), other = timed(2, 300000);
    isRight = isRight && before <= one.began && one.began <= one.ended && before <= other.began && other.began <= other.ended;
  }
  return isRight;
}

int main() {
  std::vector<Timed> all;
  const Clock::time_point before = Clock::now();
  for (int i = 0; i < 40; ++i)
    all.push_back(timed(static_cast<std::uint64_t>(i), 200000));
  const Clock::time_point after = Clock::now();
  bool isWithin = true;
  for (const Timed &one : all)
    isWithin = isWithin && before <= one.began && one.began <= one.ended && one.ended <= after;
  std::printf("a loop's: %d\n", isWithin);
  std::printf("behind calls: %d\n", isBehindCalls());
  std::printf("behind calls, elsewhere: %d\n", isBehindCallsElsewhere());
  std::printf("between calls: %d\n", isBetweenCalls());
  std::printf("once: %d\n", isReadOnce());
  std::printf("count: %d\n", isCountRight());
  std::printf("in each: %d\n", isOrderedInEach());
}
