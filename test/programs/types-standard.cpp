// One struct with a member of every standard kind that owns what it holds, there and back.
// RUN: %run-program %s
// EXPECT-RAN: digest
// EXPECT-RAN: made
#include <array>
#include <bitset>
#include <chrono>
#include <complex>
#include <cstdio>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <stack>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

enum class Colour : short { Red, Green, Blue };

class Account {
  std::string owner;
  long balance = 0;

protected:
  std::vector<int> history;

public:
  Account() = default;
  explicit Account(std::string name) : owner(std::move(name)) {}
  Account(const Account &other) : owner(other.owner), balance(other.balance), history(other.history) {}
  Account &operator=(const Account &) = default;
  ~Account() { history.clear(); }
  void add(int amount) { balance += amount, history.push_back(amount); }
  long value() const { return balance + static_cast<long>(history.size() + owner.size()); }
};
struct Savings final : Account {
  using Account::Account;
  double rate = 0.5;
};
class Token { // can be moved, not copied
  std::unique_ptr<int> id;

public:
  explicit Token(int id = 0) : id(std::make_unique<int>(id)) {}
  int number() const { return *id; }
};

struct All {
  std::deque<int> deque;
  std::list<std::string> list;
  std::forward_list<int> chain;
  std::set<int> set;
  std::multiset<std::string> bag;
  std::map<std::string, std::vector<int>> map;
  std::multimap<int, double> ranges;
  std::unordered_map<std::string, int> table;
  std::unordered_set<int> hashed;
  std::bitset<70> bits;
  std::vector<bool> flags;
  std::complex<double> number;
  std::optional<std::pair<int, std::string>> maybe;
  std::tuple<int, std::string, std::vector<double>> tuple;
  std::chrono::milliseconds duration{};
  std::stack<int> stack;
  std::queue<std::string> queue;
  std::priority_queue<int> heap;
  std::array<std::array<std::string, 2>, 2> grid;
  std::variant<int, std::string> either;
  Colour colour = Colour::Red;
  struct {
    unsigned low : 3, high : 7;
  } packed{};
  Savings savings;
  Token token;
};

All made(int seed) {
  unsigned hash = static_cast<unsigned>(seed);
  for (int i = 0; i < 100000; ++i)
    hash = hash * 1664525u + 1013904223u;
  All all;
  for (int i = 0; i < 5 + seed % 3; ++i) {
    const std::string text = "item number " + std::to_string(i * seed);
    all.deque.push_front(i), all.list.push_back(text), all.chain.push_front(i), all.set.insert(i * 7 % 5);
    all.bag.insert(text), all.map[text].push_back(i), all.ranges.insert({i % 2, i / 2.0}), all.table[text] = i;
    all.hashed.insert(i * seed), all.bits.set(static_cast<std::size_t>(i * 9)), all.flags.push_back(i % 2);
    all.stack.push(i), all.queue.push(text), all.heap.push(i * 3 % 4), all.savings.add(i);
  }
  all.number = {1.0 * seed, 2.5};
  if (seed % 2)
    all.maybe = {seed, "present"};
  all.tuple = {seed, "tuple", {1, 2, 3}};
  all.duration = std::chrono::milliseconds(hash % 1000);
  all.grid[1][0] = "in the grid, in a row, at the front";
  if (seed % 3)
    all.either = "text";
  all.colour = static_cast<Colour>(seed % 3);
  all.packed.high = 100;
  all.token = Token(seed);
  return all;
}

double digest(const All &all) {
  double sum = 0;
  for (int round = 0; round < 5000; ++round) {
    for (int value : all.deque)
      sum += value / (round + 1.0);
    for (const auto &[key, values] : all.map)
      sum += static_cast<double>(key.size() * values.size());
    for (int value : all.set)
      sum -= value;
    for (const std::string &text : all.bag)
      sum += text.back();
  }
  for (const std::string &text : all.list)
    sum += static_cast<double>(text.size());
  for (int value : all.chain)
    sum += value;
  for (const auto &[key, value] : all.ranges)
    sum += key * value;
  if (auto found = all.table.find("item number 0"); found != all.table.end())
    sum += found->second;
  sum += static_cast<double>(all.hashed.size() + all.bits.test(9) + all.flags.size() + all.stack.size());
  sum += all.number.real() + all.number.imag() + (all.maybe ? all.maybe->first : -1) + std::get<0>(all.tuple);
  sum += static_cast<double>(all.duration.count()) + all.heap.top() + static_cast<double>(all.queue.front().size());
  sum += static_cast<double>(all.grid[1][0].size() + all.either.index()) + static_cast<int>(all.colour) + all.packed.high;
  return sum + static_cast<double>(all.savings.value()) + all.savings.rate + all.token.number();
}

int main() {
  std::vector<All> all;
  for (int i = 0; i < 30; ++i)
    all.push_back(made(i));
  std::vector<double> digests;
  for (const All &one : all)
    digests.push_back(digest(one));
  for (double value : digests)
    std::printf("%.17g\n", value);
}
