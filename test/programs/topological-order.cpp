// Tasks in an order in which each comes after what it needs: a queue of those that are ready.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 1500000
// DOMAIN: graph
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 200000;
  std::vector<std::vector<int>> followers(n);
  std::vector<int> needs(n);
  unsigned seed = 25;
  for (int task = 1; task < n; ++task)
    for (int k = 0; k < 3; ++k) {
      seed = seed * 1664525u + 1013904223u;
      followers[(seed >> 8) % task].push_back(task);
      ++needs[task];
    }
  std::deque<int> ready{0};
  std::vector<int> order;
  while (!ready.empty()) {
    const int task = ready.front();
    ready.pop_front();
    order.push_back(task);
    for (const int follower : followers[task])
      if (--needs[follower] == 0)
        ready.push_back(follower);
  }
  unsigned check = 0;
  for (const int task : order)
    check = check * 31 + static_cast<unsigned>(task);
  std::printf("%zu tasks, last %d, %u\n", order.size(), order.back(), check);
}
