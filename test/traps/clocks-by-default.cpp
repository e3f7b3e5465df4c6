// Readings of a clock have an order, and nobody said that it does not matter: what reads one stays where it is.
// RUN: %run-program %s
// EXPECT-NO-TASK: timed
// CHECK-REMARK: 'timed' calls 'std::chrono::_V2::steady_clock::now', whose answer is not a function of its inputs
#include <chrono>
#include <cstdint>
#include <cstdio>

using Clock = std::chrono::steady_clock;

struct Timed {
  std::uint64_t value;
  Clock::time_point began, ended;
};

Timed timed(std::uint64_t number) {
  const Clock::time_point began = Clock::now();
  for (int i = 0; i < 200000; ++i)
    number = number * 6364136223846793005u + 1442695040888963407u;
  return {number, began, Clock::now()};
}

int main() {
  bool isOrdered = true;
  Clock::time_point last = Clock::now();
  std::uint64_t sum = 0;
  for (int i = 0; i < 40; ++i) {
    const Timed here = timed(static_cast<std::uint64_t>(i));
    isOrdered = isOrdered && last <= here.began && here.began <= here.ended;
    last = here.ended;
    sum += here.value;
  }
  std::printf("%llu, %s\n", static_cast<unsigned long long>(sum), isOrdered ? "in order" : "out of order");
}
