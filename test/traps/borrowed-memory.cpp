// What a loop reads through pointers may be borrowed where nothing of it is what the loop writes. Here it is, or it is
// not what it seems to be: each of these loops stays whole, or asks while it runs.
// RUN: %run-program %s
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <vector>

[[gnu::always_inline]] static inline long worked(long value) { // so that nobody does it by itself
  auto number = static_cast<unsigned long>(value);
  for (unsigned k = 0; k < 400; ++k)
    number = number * 6364136223846793005UL % 1000003 + k;
  return static_cast<long>(number);
}

static void print(const char *what, const std::vector<long> &values) {
  std::uint64_t sum = 0;
  for (const long value : values)
    sum = sum * 31 + static_cast<std::uint64_t>(value);
  std::printf("%s: %llu\n", what, static_cast<unsigned long long>(sum));
}

constexpr long size = 3000;

struct Node {
  long value = 1;
  Node *next = nullptr;
  long *payload = nullptr;
};

// Each node's value comes from the node before, which an earlier iteration has changed.
[[gnu::noinline]] static void chain(std::vector<Node> &pool) {
  for (long i = 0; i < size; ++i)
    pool[i].value = worked(pool[i].next->value);
}

// What the list's nodes carry is the element before in the array that is written.
[[gnu::noinline]] static void payloads(const std::vector<Node> &pool, std::vector<long> &out) {
  for (long i = 0; i < size; ++i)
    out[i] = worked(*pool[i].payload);
}

// The list is only read, and was made of the array that is written, by one of two callers.
[[gnu::noinline]] static void last(const Node *first, std::vector<long> &out) {
  for (long i = 0; i < size; ++i) {
    const Node *node = first;
    while (node->next)
      node = node->next;
    out[i] = worked(*node->payload + i);
  }
}

// A variable of each thread's own.
static thread_local long ours = 1;
[[gnu::noinline]] static long ofThread(long value) { return worked(value + ours); }
[[gnu::noinline]] static void threads(std::vector<long> &out) {
  for (long i = 0; i < size; ++i)
    out[i] = ofThread(i);
}
[[gnu::noinline]] static void threadsThrough(std::vector<long> &out) {
  for (long i = 0; i < size; ++i) {
    const long *mine = &ours;
    out[i] = worked(i + *mine);
  }
}

// Whoever asks changes what the next one is told.
struct Counter {
  mutable long asked = 0;
  [[gnu::noinline]] long get(long value) const { return worked(value) + ++asked; }
};
[[gnu::noinline]] static void counting(const Counter *const *counters, std::vector<long> &out) {
  for (long i = 0; i < size; ++i)
    out[i] = counters[i % 2]->get(i);
}
[[gnu::noinline]] static void closures(const std::function<long(long)> &asked, std::vector<long> &out) {
  for (long i = 0; i < size; ++i)
    out[i] = asked(i);
}

// Whatever is missing is put in.
[[gnu::noinline]] static void inserting(std::map<long, long> &table, std::vector<long> &out) {
  for (long i = 0; i < size; ++i)
    out[i] = worked(i) + table[i % 100]++;
}

// Rows by pointers: two of them are one.
[[gnu::noinline]] static void rows(long *const *from, long *const *to, long n) {
  for (long i = 0; i < n; ++i)
    for (long j = 0; j < 100; ++j)
      to[i][j] = worked(from[i][j]);
}

// The loop moves on what it follows: the table of pointers is the one that it stores to.
[[gnu::noinline]] static void shifted(std::vector<const long *> &places, std::vector<long> &out) {
  for (long i = 0; i + 1 < size; ++i) {
    out[i] = worked(*places[i]);
    places[i + 1] = places[i];
  }
}

// It ends where an iteration says so.
[[gnu::noinline]] static long until(const Node *first, std::vector<long> &out) {
  long i = 0;
  for (; i < size; ++i) {
    out[i] = worked(first->next->value + i);
    if (out[i] % 1000 == 999)
      break;
  }
  return i;
}

// Counted in an array of each worker's own, whose addresses are not the program's.
[[gnu::noinline]] static void counted(const std::map<long, long> &table, std::vector<int> &counts) {
  for (long i = 0; i < size; ++i)
    ++counts[table.find(worked(i) % 50)->second];
}

// A number that is an address, of an array that is written.
[[gnu::noinline]] static void numbers(std::uintptr_t address, std::vector<long> &out) {
  for (long i = 0; i < size; ++i)
    out[i] = worked(i) + *reinterpret_cast<const long *>(address);
}

// Pointers into one array and another: which comes first is the program's business.
[[gnu::noinline]] static void between(long *const *marks, std::vector<long> &all) {
  for (long i = 0; i + 1 < size; ++i)
    if (!std::less<>()(&all[i], marks[0]) && std::less<>()(&all[i], marks[1]))
      all[i] = worked(all[i] + marks[0][i % 7]);
}

int main() {
  std::vector<Node> pool(size);
  std::vector<long> out(size), values(size);
  std::iota(values.begin(), values.end(), 5);
  for (long i = 0; i < size; ++i) {
    pool[i].next = &pool[i ? i - 1 : 0];
    pool[i].payload = &out[i ? i - 1 : 0];
  }
  chain(pool);
  for (long i = 0; i < size; ++i)
    out[i] = pool[i].value;
  print("chain", out);
  payloads(pool, out);
  print("payloads", out);

  Node end{1, nullptr, &values[3]}, begin{2, &end, nullptr};
  last(&begin, out);
  print("last", out);
  end.payload = &out[7];
  last(&begin, out);
  print("last of its own", out);

  ours = 77;
  threads(out);
  print("threads", out);
  threadsThrough(out);
  print("threads through", out);

  Counter even, odd;
  const Counter *counters[2] = {&even, &odd};
  counting(counters, out);
  print("counting", out);
  long calls = 0;
  closures([calls](long value) mutable { return worked(value) % 1000 * 3 + ++calls; }, out);
  print("closures", out);
  std::map<long, long> table;
  inserting(table, out);
  print("inserting", out);

  std::vector<long> cells(10000, 3);
  std::vector<long *> from, to;
  for (long i = 0; i < 90; ++i) {
    from.push_back(&cells[i * 100]);
    to.push_back(&cells[i * 100 + 50]);
  }
  rows(from.data(), to.data(), 90);
  print("rows", cells);

  std::vector<const long *> places;
  for (long i = 0; i < size; ++i)
    places.push_back(&values[i]);
  shifted(places, out);
  print("shifted", out);

  std::printf("until %ld\n", until(&begin, out));
  print("until", out);

  std::map<long, long> kinds;
  for (long i = 0; i < 50; ++i)
    kinds[i] = i % 8;
  std::vector<int> counts(8);
  counted(kinds, counts);
  print("counted", std::vector<long>(counts.begin(), counts.end()));

  numbers(reinterpret_cast<std::uintptr_t>(&out[1]), out);
  print("numbers", out);

  long *marks[2] = {&values[100], &values[2000]};
  between(marks, values);
  print("between", values);
}
