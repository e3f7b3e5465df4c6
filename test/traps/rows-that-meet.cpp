// Vectors of vectors whose rows are not the iteration's own, or whose own words change: nothing of it may be torn apart,
// and where only the run time can tell (a row that is also an array of its own), the loop runs in place.
// RUN: %run-program %s
// The remarks of functions that were inlined stand at their calls.
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <vector>

using Rows = std::vector<std::vector<long>>;

static void carried(Rows &rows) {
  // Each row needs the one before.
  for (std::size_t i = 1; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      rows[i][j] = rows[i][j] * 3 + rows[i - 1][j] % 1000;
}

static void scattered(Rows &rows, const std::vector<int> &order) {
  // Two iterations may write one row.
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = 0; j < rows[order[i]].size(); ++j)
      rows[order[i]][j] = rows[order[i]][j] * 31 + static_cast<long>(i);
}

static std::size_t room(const Rows &rows) {
  // How much room a vector has differs in a copy: only who is in the program's process may look.
  std::size_t sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (int k = 0; k < 500; ++k)
      sum += rows[i].capacity() * (i + k);
  return sum;
}

static void swapped(Rows &rows) {
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2)
    if (rows[i][0] % 2 == 0) // (else it only moves, and nobody would look at it)
      std::swap(rows[i], rows[i + 1]);
}

// The first row is an array of its own here: iterations read what the first one writes.
static void onto(Rows &rows, const std::vector<long> &first) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      rows[i][j] += first[j % first.size()] * 3 + 1;
}

// One and the same, or not.
static void between(Rows &to, const Rows &from) {
  for (std::size_t i = 0; i < to.size(); ++i)
    for (std::size_t j = 0; j < to[i].size(); ++j)
      to[i][j] += from[from.size() - 1 - i][j] * 5 + 2;
}

static void seen(Rows &rows, const std::vector<std::span<long>> &views) {
  // Views lead into anything.
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      rows[i][j] += views[i][j] * 7;
}

static void shortened(std::vector<std::string> &words) {
  // A string's own words change.
  char last = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i].pop_back();
    last = words[i][0];
  }
  std::printf("%c\n", last);
}

// A row that may not be there.
static long present(const std::vector<std::optional<std::vector<long>>> &rows) {
  long sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i])
      for (int k = 0; k < 200; ++k)
        sum = sum + (*rows[i])[k % rows[i]->size()] * static_cast<long>(i + 1);
  return sum;
}

// Behind the last row lies room that was a row once.
static long popped(Rows rows) {
  while (rows.size() > 20)
    rows.pop_back();
  rows.resize(22);
  long sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (int k = 0; k < 300; ++k)
      for (std::size_t j = 0; j < rows[i].size(); ++j)
        sum += rows[i][j] * k;
  return sum;
}

// Which of two is later in memory, and which row a row is: the same there.
static long identities(const Rows &rows) {
  long sum = 0;
  for (std::size_t i = 1; i < rows.size(); ++i)
    for (int k = 0; k < 300; ++k)
      sum += (rows[i].data() == rows[i - 1].data()) + (rows[i].begin() == rows[i].end()) * 2;
  return sum;
}

static Rows make(int n) {
  Rows rows(n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < 30; ++j)
      rows[i].push_back(i * 17 + j);
  return rows;
}

static void print(const char *name, const Rows &rows) {
  unsigned long hash = 0;
  for (const std::vector<long> &row : rows)
    for (long cell : row)
      hash = hash * 31 + static_cast<unsigned long>(cell);
  std::printf("%s %lu\n", name, hash);
}

int main() {
  Rows rows = make(400);
  carried(rows); // CHECK-REMARK-DAG: cpp:[[@LINE]]:{{.*}} an iteration uses a part of memory of 'rows' that another one changes
  print("carried", rows);
  std::vector<int> order;
  for (int i = 0; i < 900; ++i)
    order.push_back(i * i % 37);
  scattered(rows, order); // CHECK-REMARK-DAG: cpp:[[@LINE]]:{{.*}} which part of memory of 'rows' an iteration uses is not known
  print("scattered", rows);
  std::printf("room %zu\n", room(rows) % 2 * 0 + rows.size());
  swapped(rows);
  print("swapped", rows);
  onto(rows, rows[0]);
  print("onto first", rows);
  onto(rows, rows[399]);
  print("onto last", rows);
  std::vector<long> other(64, 3);
  onto(rows, other);
  print("onto other", rows);
  between(rows, rows);
  print("between", rows);
  Rows more = make(400);
  between(rows, more);
  print("between two", rows);
  std::vector<std::span<long>> views;
  for (std::size_t i = 0; i < rows.size(); ++i)
    views.push_back(rows[i * 7 % rows.size()]);
  seen(rows, views); // CHECK-REMARK-DAG: cpp:[[@LINE]]:{{.*}} the loop follows pointers to what it made itself
  print("seen", rows);
  std::vector<std::string> words(500, "something long enough to lie in a block of its own");
  words[7] = "short";
  shortened(words);
  std::vector<std::optional<std::vector<long>>> maybe(300);
  for (std::size_t i = 0; i < maybe.size(); i += 3)
    maybe[i] = std::vector<long>(5 + i, static_cast<long>(i));
  for (std::size_t i = 0; i < maybe.size(); i += 6)
    maybe[i].reset();
  std::printf("present %ld\n", present(maybe));
  std::printf("popped %ld\n", popped(rows));
  rows[5].clear();
  std::printf("identities %ld\n", identities(rows));
}
