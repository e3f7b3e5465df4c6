// Searches that measure themselves, and give up when their time is over: work that reads clocks, and may be a task where
// whoever compiles allows it. What is printed holds however long it takes.
// RUN: %run-program %s
// CLEAVE-FLAGS: -fcleave-relaxed-clocks
// PARALLEL
// STATUS-ARGS: 900000000
// DOMAIN: search
// EXPECT-TASK: searched
// EXPECT-LOCAL: searched
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

using Clock = std::chrono::steady_clock;

struct Search {
  std::uint64_t best;
  Clock::time_point began, ended;
  std::time_t day;
};

// The number below `tries` whose scrambled form is least; no longer than a minute.
Search searched(std::uint64_t salt, std::uint64_t tries) {
  const Clock::time_point began = Clock::now();
  std::uint64_t best = 0, least = ~std::uint64_t{0};
  for (std::uint64_t i = 0; i < tries; ++i) {
    std::uint64_t word = (i + salt) * 0x9e3779b97f4a7c15u;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
    word ^= word >> 31;
    if (word < least) {
      least = word;
      best = i;
    }
    if (i % 65536 == 65535 && Clock::now() - began > std::chrono::minutes(1))
      break;
  }
  return {best, began, Clock::now(), std::time(nullptr)};
}

int main(int argc, char **argv) {
  const std::uint64_t searches = 40, tries = (argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 8000000) / searches;
  const Clock::time_point before = Clock::now();
  const std::time_t today = std::time(nullptr);
  std::vector<Search> all;
  for (std::uint64_t i = 0; i < searches; ++i)
    all.push_back(searched(i * 1000003, tries));
  const Clock::time_point after = Clock::now();
  std::uint64_t sum = 0;
  bool isOrdered = true;
  for (const Search &search : all) {
    sum = sum * 31 + search.best;
    isOrdered = isOrdered && before <= search.began && search.began <= search.ended && search.ended <= after && search.day >= today;
  }
  std::printf("%llu, %s\n", static_cast<unsigned long long>(sum), isOrdered ? "in order" : "out of order");
}
