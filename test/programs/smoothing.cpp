// A running average that forgets: each value of the smoothed series depends on the one before.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 60000000
// DOMAIN: statistics
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char **argv) {
  const int days = argc > 1 ? std::atoi(argv[1]) : 2000000;
  std::vector<double> prices;
  unsigned seed = 18;
  double price = 100;
  for (int day = 0; day < days; ++day) {
    seed = seed * 1664525u + 1013904223u;
    price += seed / 4294967296.0 - 0.5;
    prices.push_back(price);
  }
  double fast = prices[0], slow = prices[0], cash = 1000, shares = 0;
  int trades = 0;
  for (const double today : prices) {
    fast += (today - fast) * 0.2;
    slow += (today - slow) * 0.02;
    if (fast > slow && shares == 0) {
      shares = 1;
      cash -= today;
      ++trades;
    } else if (fast < slow && shares > 0) {
      cash += today;
      shares = 0;
    }
  }
  std::printf("%d trades, %.6f\n", trades, cash + shares * prices.back());
}
