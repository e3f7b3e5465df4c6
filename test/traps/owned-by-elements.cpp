// What an element owns belongs to the iteration that the element belongs to, also where it is made anew. These loops look
// as if they kept to that: they reach for a neighbour, share what they point to, or are watched.
// RUN: %run-program %s
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using Row = std::vector<long>;
using Rows = std::vector<Row>;

[[gnu::always_inline]] static inline long worked(long value) { // so that nobody does it by itself
  auto number = static_cast<unsigned long>(value);
  for (unsigned k = 0; k < 300; ++k)
    number = number * 6364136223846793005UL % 1000003 + k;
  return static_cast<long>(number);
}

static std::uint64_t sum = 0;
static void add(long value) { sum = sum * 31 + static_cast<std::uint64_t>(value); }
static void print(const char *what, const Rows &rows) {
  for (const Row &row : rows) {
    add(static_cast<long>(row.size()));
    for (const long value : row)
      add(value);
  }
  std::printf("%s: %llu\n", what, static_cast<unsigned long long>(sum));
}
static void print(const char *what, const std::vector<std::string> &words) {
  for (const std::string &word : words)
    for (const char c : word)
      add(c);
  std::printf("%s: %llu\n", what, static_cast<unsigned long long>(sum));
}

constexpr long size = 2000;

// A reference leads to the neighbour too.
[[gnu::noinline]] static void grow(Row &row, long value) { (&row)[1].push_back(value); }
[[gnu::noinline]] static void neighbours(Rows &rows) {
  for (long i = 0; i + 1 < size; ++i)
    grow(rows[i], worked(i + static_cast<long>(rows[i].size())));
}
[[gnu::noinline]] static void both(Row *rows, long value) {
  for (int k = 0; k < 2; ++k)
    rows[k].push_back(value);
}
[[gnu::noinline]] static void pairs(Rows &rows) {
  for (long i = 0; i + 1 < size; ++i)
    both(&rows[i], worked(i));
}
[[gnu::noinline]] static void filled(Rows &rows) {
  for (long i = 0; i < 60; ++i)
    std::fill(rows.begin() + i, rows.begin() + 100, Row(3, worked(i)));
}

// What is assigned comes from the element before, or from one that changes on the way.
[[gnu::noinline]] static void chain(std::vector<std::string> &words) {
  for (long i = 1; i < size; ++i)
    words[i] = words[i - 1].substr(0, 30) + static_cast<char>('a' + worked(i) % 26);
}
[[gnu::noinline]] static void copies(std::vector<std::string> &words, const std::string &word) {
  for (long i = 0; i < size; ++i)
    words[i] = word + static_cast<char>('a' + worked(i) % 26);
}
[[gnu::noinline]] static void others(Rows &rows) {
  for (long i = 0; i < size; ++i)
    rows[i].push_back(worked(static_cast<long>(rows[i * 7 % size].size())));
}
[[gnu::noinline]] static void swapped(Rows &rows) {
  for (long i = 0; i < size - 3; ++i)
    rows[i].swap(rows[i + 3]);
}
[[gnu::noinline]] static void spared(Rows &rows, Row &spare) {
  for (long i = 0; i < size; ++i) {
    spare.push_back(worked(i));
    rows[i].swap(spare);
  }
}
// The keys that rows are sorted by are one of the rows.
[[gnu::noinline]] static void sorted(Rows &rows, long by, long modulus) {
  const Row &keys = rows[by];
  for (long i = 0; i < size; ++i)
    std::sort(rows[i].begin(), rows[i].end(), [&keys, modulus](long a, long b) {
      return std::pair(keys[a % modulus] % 7, a) < std::pair(keys[b % modulus] % 7, b);
    });
}
struct Reader {
  [[gnu::noinline]] explicit Reader(const Rows &rows) : rows(rows) {}
  [[gnu::noinline]] long get(long i) const { return static_cast<long>(rows[i].size()); }
  const Rows &rows;
};
[[gnu::noinline]] static void throughReaders(Rows &rows) {
  for (long i = 1; i < size; ++i) {
    const Reader reader(rows);
    rows[i].push_back(worked(reader.get(i - 1)));
  }
}

// The iteration's own variables lead to a neighbour; and short strings lead into themselves, so elements are among what elements own.
struct Peek {
  [[gnu::noinline]] explicit Peek(std::string &word) : word(&word) {}
  [[gnu::noinline]] std::string tail() const { return word->substr(word->size() / 2); }
  std::string *word;
};
[[gnu::noinline]] static std::vector<std::string> peeked() {
  std::vector<std::string> words(size);
  for (long i = 0; i < size; ++i)
    words[i] = "word" + std::to_string(worked(i));
  for (long i = 0; i < size; ++i) {
    const Peek peek(words[(i * 7 + 1) % size]);
    words[i] = "p" + peek.tail() + static_cast<char>('a' + worked(i) % 26);
  }
  for (long i = 0; i + 1 < size; ++i) {
    std::string *const either[2] = {&words[i], &words[i + 1]};
    words[i] = "e" + std::to_string(worked(i) % 100);
    *either[worked(i) & 1] += 'x';
  }
  return words;
}

// Whoever makes nodes hands them on: in the next round two lead to one.
struct Node {
  long value = 0;
  Node *next = nullptr;
};
[[gnu::noinline]] static void rounds(std::vector<Node *> &nodes, std::vector<Node *> &shared) {
  Node *last = nullptr;
  for (int round = 0; round < 3; ++round) {
    for (long i = 0; i < size; ++i) {
      nodes[i] = new Node{worked(i), nullptr};
      if (!shared.empty())
        shared[i % 5]->value += nodes[i]->value;
      if (last)
        last->value = last->value % 1000003 * 3 + i;
    }
    shared = nodes;
    last = nodes[3];
  }
}
[[gnu::noinline]] static void pointed(const std::vector<Node *> &nodes) {
  for (long i = 0; i < size; ++i)
    nodes[i]->value = worked(nodes[i]->value + i);
}
[[gnu::noinline]] static void sharedRows(std::vector<std::shared_ptr<Row>> &rows) {
  for (long i = 0; i < size; ++i)
    rows[i]->push_back(worked(static_cast<long>(rows[i]->size())));
}

// A counter beside the element.
static long calls = 0;
[[gnu::noinline]] static void counted(Row &row, long value) {
  row.push_back(value * 100 + ++calls % 100);
}
[[gnu::noinline]] static void counting(Rows &rows) {
  for (long i = 0; i < size; ++i)
    counted(rows[i], worked(i));
}

// Somebody looks into the rows from outside, and somebody's view stays where the string was.
[[gnu::noinline]] static void watched(Rows &rows, const std::vector<const long *> &places) {
  for (long i = 0; i < size; ++i)
    rows[i][0] = worked(*places[i]);
}
struct Named {
  std::string name;
  std::string_view shown;
};
[[gnu::noinline]] static void named(std::vector<Named> &all) {
  for (long i = 1; i < size; ++i) {
    all[i].name = std::string(all[i - 1].shown) .substr(0, 20) + static_cast<char>('a' + worked(i) % 26);
    all[i].shown = all[i].name;
  }
}

// One of them is too long, and everybody sees which were made before.
[[gnu::noinline]] static void lengthened(std::vector<std::string> &words, long where) {
  for (long i = 0; i < size; ++i)
    words[i].append(i == where ? words[i].max_size() : static_cast<std::size_t>(worked(i) % 20), 'x');
}

int main() {
  Rows rows(size, Row{1, 2, 3});
  neighbours(rows);
  print("neighbours", rows);
  pairs(rows);
  print("pairs", rows);
  filled(rows);
  print("filled", rows);

  std::vector<std::string> words(size, "word");
  chain(words);
  print("chain", words);
  copies(words, "a word from elsewhere");
  print("copies", words);
  copies(words, words[size / 2]);
  print("copies of its own", words);

  print("peeked", peeked());
  others(rows);
  print("others", rows);
  swapped(rows);
  print("swapped", rows);
  Row spare;
  spared(rows, spare);
  print("spared", rows);
  for (Row &row : rows)
    while (row.size() < 6)
      row.push_back(worked(static_cast<long>(row.size())));
  sorted(rows, size / 2, 5);
  print("sorted", rows);
  throughReaders(rows);
  print("through readers", rows);

  std::vector<Node *> nodes(size), shared;
  rounds(nodes, shared);
  for (const Node *node : shared)
    add(node->value);
  nodes[7] = nodes[8] = nodes[9];
  pointed(nodes);
  for (const Node *node : nodes)
    add(node->value);
  std::printf("nodes: %llu\n", static_cast<unsigned long long>(sum));
  std::vector<std::shared_ptr<Row>> owners(size, std::make_shared<Row>());
  for (long i = 0; i < size; i += 3)
    owners[i] = std::make_shared<Row>();
  sharedRows(owners);
  for (const auto &row : owners)
    add(std::accumulate(row->begin(), row->end(), 0L) % 1000003);
  std::printf("shared rows: %llu\n", static_cast<unsigned long long>(sum));

  counting(rows);
  print("counting", rows);
  std::vector<const long *> places(size);
  for (long i = 0; i < size; ++i)
    places[i] = &rows[i ? i - 1 : 0][0];
  watched(rows, places);
  print("watched", rows);
  std::vector<Named> all(size);
  all[0].name = "first";
  all[0].shown = all[0].name;
  named(all);
  for (const Named &one : all)
    add(static_cast<long>(one.name.size()) + one.shown[0]);
  std::printf("named: %llu\n", static_cast<unsigned long long>(sum));

  try {
    lengthened(words, size * 2 / 3);
  } catch (const std::length_error &) {
    std::printf("too long\n");
  }
  print("lengthened", words);
}
