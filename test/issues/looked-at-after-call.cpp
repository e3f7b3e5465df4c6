// Fuzz seed 1000523: signal 11 in `workers` and `auto`. An iteration builds a map, calls with it, and looks at it once more to
// find out whether the loop goes on. The generator of such a loop pushes the map and then goes on looking. What was wrong: a pushed
// object was moved to where the item's arguments lie, and the root of a tree, which points to the header of its map, to the new
// one; so the generator walked past the end of the old one. (What the iteration changes after the call is worse still:
// test/traps/changed-after-call.cpp.)
// RUN: %run-program %s
// EXPECT-LOCAL: weighedTable
// EXPECT-LOCAL: weighedList
// EXPECT-LOCAL: weighedWords
#include <cstdio>
#include <list>
#include <map>
#include <string>
#include <vector>

static unsigned mix(unsigned hash, unsigned value) { return (hash ^ value) * 16777619u + (hash >> 15); }

static unsigned digest(int value) { return static_cast<unsigned>(value); }
static unsigned digest(const std::string &text) { return text.empty() ? 0u : static_cast<unsigned char>(text.back()); }
template <class T> static unsigned digest(const std::vector<T> &values) {
  unsigned hash = 3;
  for (const T &value : values)
    hash = mix(hash, digest(value));
  return hash;
}
template <class K, class V> static unsigned digest(const std::pair<const K, V> &entry) {
  return mix(digest(entry.first), digest(entry.second));
}
template <class Container> static unsigned sumOf(const Container &container) {
  unsigned sum = 0;
  for (const auto &element : container)
    sum += digest(element);
  return sum;
}
template <class Container> static unsigned weighed(const Container &container) {
  unsigned hash = 17;
  for (unsigned round = 0; round < 400; ++round)
    hash = mix(hash, sumOf(container) + round);
  return hash;
}

using Table = std::map<int, std::vector<int>>;
using List = std::list<std::vector<int>>;
using Words = std::vector<std::string>;
[[gnu::noinline]] static unsigned weighedTable(const Table &table) { return weighed(table); }
[[gnu::noinline]] static unsigned weighedList(const List &list) { return weighed(list); }
[[gnu::noinline]] static unsigned weighedWords(const Words &words) { return weighed(words); }

static Table tableOf(unsigned seed) {
  Table table;
  for (unsigned i = 0; i < 12; ++i)
    table[static_cast<int>(mix(seed, i) % 50)] = {static_cast<int>(i), static_cast<int>(seed % 100)};
  return table;
}
static List listOf(unsigned seed) {
  List list;
  for (unsigned i = 0; i < 12; ++i)
    list.push_back({static_cast<int>(i), static_cast<int>(mix(seed, i) % 100)});
  return list;
}
static Words wordsOf(unsigned seed) {
  Words words;
  for (unsigned i = 0; i < 12; ++i)
    words.push_back(std::string(i % 3 * 11, static_cast<char>('a' + mix(seed, i) % 26)));
  return words;
}

template <auto make, auto weigh> static void print(const char *what) {
  unsigned total = 0, seen = 0;
  for (unsigned i = 0; i < 1500; ++i) {
    auto built = make(i);
    total = mix(total, weigh(built));
    ++seen;
    if (sumOf(built) % 4001u == 7u)
      break;
  }
  std::printf("%s %u %u\n", what, seen, total);
}

int main() {
  print<tableOf, weighedTable>("tables");
  print<listOf, weighedList>("lists");
  print<wordsOf, weighedWords>("words");
}
