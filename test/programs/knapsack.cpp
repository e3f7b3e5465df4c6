// The best load of a knapsack, in one table that is overwritten from the back.
// RUN: %run-program %s
// SEQUENTIAL
// DOMAIN: search
#include <algorithm>
#include <cstdio>
#include <vector>

struct Item {
  int weight, value;
};

int main() {
  const int capacity = 20000;
  std::vector<Item> items;
  for (int i = 0; i < 400; ++i)
    items.push_back({20 + i * 7919 % 301, 10 + i * 104729 % 503});
  std::vector<int> best(capacity + 1);
  for (const Item &item : items)
    for (int load = capacity; load >= item.weight; --load)
      best[load] = std::max(best[load], best[load - item.weight] + item.value);
  for (int load = 2000; load <= capacity; load += 2000)
    std::printf("%d: %d\n", load, best[load]);
}
