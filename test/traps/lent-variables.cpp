// A variable that is only lent, to functions that read it and keep no address, is a value (PromoteLentVariables). These keep it,
// write to it, give it back or ask who it is.
// RUN: %run-program %s
#include <cstdio>
#include <vector>

static const unsigned *kept;

[[gnu::noinline]] static unsigned keep(const unsigned &value) {
  kept = &value;
  return value;
}
[[gnu::noinline]] static unsigned looksAtKept(unsigned value) {
  for (int k = 0; k < 100; ++k)
    value = value * 1664525U + 1013904223U;
  return value + *kept;
}
[[gnu::noinline]] static void change(const unsigned &value) { ++const_cast<unsigned &>(value); }
[[gnu::noinline]] static const unsigned &same(const unsigned &value) { return value; }
[[gnu::noinline]] static bool isOne(const unsigned &left, const unsigned &right) { return &left == &right; }
[[gnu::noinline]] static unsigned worked(unsigned value) {
  for (int k = 0; k < 300; ++k)
    value = value * 1664525U + 1013904223U;
  return value;
}
struct Watcher {
  const unsigned *seen = nullptr;
  std::vector<unsigned> values;
  [[gnu::noinline]] void add(const unsigned &value) {
    if (seen)
      values.push_back(*seen); // what it was before, if it is the same variable
    seen = &value;
    values.push_back(value);
  }
};
static unsigned whole(const unsigned &value, unsigned rounds) { return rounds ? whole(value, rounds - 1) + value : value; }

static void print(const char *what, const std::vector<unsigned> &values) {
  unsigned sum = 0;
  for (const unsigned value : values)
    sum = sum * 31 + value;
  std::printf("%s: %u of %zu\n", what, sum, values.size());
}

int main() {
  constexpr unsigned size = 3000;
  std::vector<unsigned> out;
  for (unsigned i = 0; i < size; ++i) {
    keep(i);
    out.push_back(looksAtKept(i));
  }
  print("kept", out);
  out.clear();
  for (unsigned i = 0; i < size; ++i) {
    change(i);
    out.push_back(worked(i));
  }
  print("changed", out);
  out.clear();
  for (unsigned i = 0; i < size; ++i) {
    const unsigned &other = same(i);
    if (i % 7 == 3)
      i += 2;
    out.push_back(worked(other));
  }
  print("given back", out);
  out.clear();
  for (unsigned i = 0; i < size; ++i)
    out.push_back(worked(i + isOne(i, i)));
  print("the same one", out);
  Watcher watcher;
  for (unsigned i = 0; i < size; ++i) {
    const unsigned value = worked(i);
    watcher.add(i);
    watcher.values.push_back(value);
  }
  print("watched", watcher.values);
  out.clear();
  for (unsigned i = 0; i < size; ++i) {
    out.push_back(whole(i, i % 5)); // this one may be lent
    out.push_back(worked(i));
  }
  print("lent", out);
}
