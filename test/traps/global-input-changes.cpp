// The work reads a global that changes while it could run: in the loop, in a function that the loop calls, through a
// pointer that got away, in the result of another call, and between a call and the use of its result.
// RUN: %run-program %s
// EXPECT-NO-TASK: direct
// EXPECT-NO-TASK: called
// EXPECT-NO-TASK: pointed
// EXPECT-NO-TASK: grown
// EXPECT-NO-TASK: first
#include <cstdio>
#include <vector>

int level = 1, other = 1, hidden = 1, between = 1;
std::vector<int> history;
int *away = nullptr;

[[gnu::noinline]] void raise() { other = other * 3 % 1001; }
[[gnu::noinline]] void leak(int *p) { away = p; }

long direct(int n) {
  long sum = n;
  for (int k = 0; k < 20000; ++k)
    sum = (sum * 3 + level + k) % 1000003;
  return sum;
}
long called(int n) {
  long sum = n;
  for (int k = 0; k < 20000; ++k)
    sum = (sum * 5 + other + k) % 1000003;
  return sum;
}
long pointed(int n) {
  long sum = n;
  for (int k = 0; k < 20000; ++k)
    sum = (sum * 7 + hidden + k) % 1000003;
  return sum;
}
long grown(int n) {
  long sum = n;
  for (int k = 0; k < 20000; ++k)
    sum = (sum * 11 + history[static_cast<std::size_t>(k) % history.size()]) % 1000003;
  return sum;
}
long first(int n) {
  long sum = n;
  for (int k = 0; k < 200000; ++k)
    sum = (sum * 13 + between + k) % 1000003;
  return sum;
}
[[gnu::noinline]] long second(int n) {
  long sum = n;
  for (int k = 0; k < 200000; ++k)
    sum = (sum * 17 + k) % 1000003;
  between = static_cast<int>(sum % 100);
  return sum;
}

int main() {
  long total = 0;
  for (int i = 0; i < 50; ++i) {
    total = (total * 31 + direct(i)) % 1000003;
    level = (level + i) % 17;
  }
  for (int i = 0; i < 50; ++i) {
    total = (total * 31 + called(i)) % 1000003;
    raise();
  }
  leak(&hidden);
  for (int i = 0; i < 50; ++i) {
    total = (total * 31 + pointed(i)) % 1000003;
    *away = i % 13;
  }
  history.push_back(1);
  for (int i = 0; i < 50; ++i)
    history.push_back(static_cast<int>(grown(i) % 1000));
  for (int i = 0; i < 10; ++i) {
    const long a = first(i);
    const long b = second(i);
    total = (total * 31 + a - b) % 1000003;
  }
  std::printf("%ld %d %d %d %zu\n", total, level, other, hidden, history.size());
}
