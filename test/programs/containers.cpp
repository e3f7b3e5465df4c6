// The less usual containers as parameters and results: deque, list, forward_list, vector<bool>, multimap.
// RUN: %run-program %s
// EXPECT-TASK: arranged
// EXPECT-RAN: arranged
#include <cstdio>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <vector>

struct Arranged {
  std::deque<int> queue;
  std::list<int> evens;
  std::forward_list<int> odds;
  std::vector<bool> isSmall;
  std::multimap<int, int> byRemainder;
};

Arranged arranged(const std::deque<int> &numbers, const std::list<int> &divisors) {
  Arranged result;
  for (const int number : numbers) {
    result.queue.push_front(number);
    if (number % 2 == 0)
      result.evens.push_back(number);
    else
      result.odds.push_front(number);
    result.isSmall.push_back(number < 500);
    for (const int divisor : divisors)
      result.byRemainder.emplace(number % divisor, number);
  }
  return result;
}

int main() {
  const std::list<int> divisors{3, 7, 31};
  std::vector<Arranged> all;
  for (int i = 0; i < 20; ++i) {
    std::deque<int> numbers;
    for (int k = 0; k < 1000 + i; ++k)
      numbers.push_back(k * (i + 3) % 1009);
    all.push_back(arranged(numbers, divisors));
  }
  for (Arranged &one : all) {
    one.queue.push_back(1);
    one.evens.reverse();
    long small = 0;
    for (const bool isSmall : one.isSmall)
      small = small * 2 % 1000003 + isSmall;
    std::printf("%d %zu %d %d %ld %zu %d\n", one.queue[500], one.evens.size(), one.evens.front(), one.odds.front(), small,
                one.byRemainder.size(), one.byRemainder.rbegin()->second);
  }
}
