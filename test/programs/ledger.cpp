// Accounts in a map and a list of transfers: whether a transfer goes through depends on all before it.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 700000
// DOMAIN: simulation
// EXPECT-NO-TASK: transfer
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>

class Bank {
public:
  void open(const std::string &name, long balance) { balances[name] = balance; }
  void transfer(const std::string &from, const std::string &to, long amount) {
    long &source = balances.at(from);
    if (source < amount)
      throw std::runtime_error(from + " has only " + std::to_string(source));
    source -= amount;
    balances.at(to) += amount;
  }
  long balance(const std::string &name) const { return balances.at(name); }

private:
  std::map<std::string, long> balances;
};

int main(int argc, char **argv) {
  const int transfers = argc > 1 ? std::atoi(argv[1]) : 200000;
  Bank bank;
  for (int i = 0; i < 500; ++i)
    bank.open("account " + std::to_string(i), 1000);
  unsigned seed = 44;
  int refused = 0;
  for (int i = 0; i < transfers; ++i) {
    seed = seed * 1664525u + 1013904223u;
    const std::string from = "account " + std::to_string(seed % 500), to = "account " + std::to_string((seed >> 12) % 510);
    try {
      bank.transfer(from, to, (seed >> 22) % 900);
    } catch (const std::exception &error) {
      if (++refused % 10000 == 0)
        std::printf("%s\n", error.what());
    }
  }
  for (int i = 0; i < 500; i += 50)
    std::printf("%ld\n", bank.balance("account " + std::to_string(i)));
  std::printf("%d refused\n", refused);
}
