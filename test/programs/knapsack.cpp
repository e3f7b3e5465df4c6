// The best load of a knapsack, in one table that is overwritten from the back.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 100000
// DOMAIN: search
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Item {
  int weight, value;
};

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 400;
  const int capacity = 20000;
  std::vector<Item> items;
  for (int i = 0; i < count; ++i)
    items.push_back({20 + i * 7919 % 301, 10 + i * 104729 % 503});
  std::vector<int> best(capacity + 1);
  for (const Item &item : items)
    for (int load = capacity; load >= item.weight; --load)
      best[load] = std::max(best[load], best[load - item.weight] + item.value);
  for (int load = 2000; load <= capacity; load += 2000)
    std::printf("%d: %d\n", load, best[load]);
}
