// The work is pure, the loop prints each result: output in order, work ahead of it.
// RUN: %run-program %s
// EXPECT-RAN: year
#include <cstdio>
#include <iostream>

double year(int number) {
  double balance = number;
  for (int day = 0; day < 200000; ++day)
    balance += balance * 0.000001 - 0.0000005 * (day % 7);
  return balance;
}

int main() {
  std::cout.precision(17);
  for (int number = 0; number < 30; ++number)
    std::cout << number << ": " << year(number) << std::endl;
}
