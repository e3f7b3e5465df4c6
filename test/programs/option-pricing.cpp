// American put options priced by a binomial tree each; a portfolio is a vector of contracts.
// RUN: %run-program %s
// PARALLEL
// ARGS: 150
// KERNEL-ARGS: 48
// STATUS-ARGS: 1500
// DOMAIN: numeric
// EXPECT-ITEMS: 150 price
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct Contract {
  std::string name;
  double spot = 0, strike = 0, years = 0, volatility = 0;
};

double price(const Contract &contract, double rate, int steps) {
  const double dt = contract.years / steps, up = std::exp(contract.volatility * std::sqrt(dt)), down = 1 / up;
  const double discount = std::exp(-rate * dt), p = (std::exp(rate * dt) - down) / (up - down);
  std::vector<double> value(steps + 1), spot(steps + 1);
  for (int i = 0; i <= steps; ++i) {
    spot[i] = contract.spot * std::pow(up, 2 * i - steps);
    value[i] = std::max(contract.strike - spot[i], 0.0);
  }
  for (int step = steps - 1; step >= 0; --step)
    for (int i = 0; i <= step; ++i) {
      spot[i] *= up;
      value[i] = std::max(contract.strike - spot[i], discount * (p * value[i + 1] + (1 - p) * value[i]));
    }
  return value[0];
}

int main(int argc, char **argv) {
  const int contracts = argc > 1 ? std::atoi(argv[1]) : 48;
  std::vector<Contract> portfolio;
  for (int i = 0; i < contracts; ++i)
    portfolio.push_back({"put " + std::to_string(i), 100.0, 80.0 + i % 48, 0.5 + i % 4 * 0.25, 0.15 + i % 5 * 0.05});
  double total = 0;
  for (const Contract &contract : portfolio) {
    const double value = price(contract, 0.03, 1500);
    std::printf("%s: %.6f\n", contract.name.c_str(), value);
    total += value;
  }
  std::printf("total %.6f\n", total);
}
