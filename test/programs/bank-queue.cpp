// Customers of a bank, as events in the order of time: each event schedules others.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 24000000
// DOMAIN: simulation
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <queue>
#include <tuple>
#include <vector>

struct Event {
  long time;
  int kind, customer; // kind 0 comes, kind 1 leaves
  bool operator>(const Event &other) const {
    return std::tie(time, kind, customer) > std::tie(other.time, other.kind, other.customer);
  }
};

int main(int argc, char **argv) {
  const int customers = argc > 1 ? std::atoi(argv[1]) : 400000;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
  std::queue<std::pair<int, long>> waiting;
  unsigned seed = 5;
  int freeDesks = 4, served = 0;
  long totalWait = 0, longest = 0;
  events.push({0, 0, 0});
  while (!events.empty()) {
    const Event event = events.top();
    events.pop();
    seed = seed * 1664525u + 1013904223u;
    if (event.kind == 0) {
      waiting.emplace(event.customer, event.time);
      if (event.customer < customers)
        events.push({event.time + 1 + (seed >> 8) % 60, 0, event.customer + 1});
    } else {
      ++freeDesks;
    }
    while (freeDesks > 0 && !waiting.empty()) {
      const auto [customer, since] = waiting.front();
      waiting.pop();
      --freeDesks;
      ++served;
      totalWait += event.time - since;
      longest = std::max(longest, event.time - since);
      seed = seed * 1664525u + 1013904223u;
      events.push({event.time + 30 + (seed >> 8) % 170, 1, customer});
    }
  }
  std::printf("%d served, waited %ld in all, %ld at most\n", served, totalWait, longest);
}
