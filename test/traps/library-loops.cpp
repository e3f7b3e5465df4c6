// Loops of the standard library that look like a plain fill or copy: the value is one of those that are filled, what is copied
// lies in the way of what is written, making or copying an element does something else besides.
// RUN: %run-program %s
#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

struct Cell {
  std::array<unsigned, 64> values{};
  unsigned weight = 7;
};

static unsigned digest(const std::vector<Cell> &cells) {
  unsigned hash = 17;
  for (const Cell &cell : cells) {
    for (const unsigned value : cell.values)
      hash = (hash ^ value) * 16777619u + (hash >> 15);
    hash = (hash ^ cell.weight) * 16777619u;
  }
  return hash;
}

static std::vector<Cell> numbered(unsigned count) {
  std::vector<Cell> cells(count);
  for (unsigned i = 0; i < count; ++i) {
    cells[i].values[i % 64] = i;
    cells[i].weight = i * 3;
  }
  return cells;
}

// Each one's number is how many there were before it.
struct Numbered {
  static inline unsigned made = 0;
  std::array<unsigned, 30> values{};
  unsigned number;
  Numbered() : number(made++) {}
  Numbered(const Numbered &other) : values(other.values), number(made += 2) {}
  Numbered &operator=(const Numbered &other) {
    values = other.values;
    number = other.number + made++;
    return *this;
  }
};

// Copies also into the one behind it, if there is one that it knows.
struct Linked {
  std::array<unsigned, 30> values{};
  Linked *next = nullptr;
  Linked &operator=(const Linked &other) {
    values = other.values;
    if (next)
      next->values[0] += other.values[1] + 1;
    return *this;
  }
};

[[gnu::noinline]] static void fillWithOneOfThem(std::vector<Cell> &cells) { std::fill(cells.begin(), cells.end(), cells[cells.size() / 3]); }
[[gnu::noinline]] static void assignOneOfThem(std::vector<Cell> &cells) { cells.assign(cells.size(), Cell(cells[5])); }
[[gnu::noinline]] static void shiftDown(std::vector<Cell> &cells) { std::copy(cells.begin() + 1, cells.end(), cells.begin()); }
[[gnu::noinline]] static void shiftUp(std::vector<Cell> &cells) { std::copy_backward(cells.begin(), cells.end() - 7, cells.end()); }
[[gnu::noinline]] static void turn(std::vector<Cell> &cells) { std::rotate(cells.begin(), cells.begin() + 100, cells.end()); }

int main() {
  std::vector<Cell> cells = numbered(3000);
  shiftDown(cells);
  std::printf("down %u\n", digest(cells));
  shiftUp(cells);
  std::printf("up %u\n", digest(cells));
  turn(cells);
  std::printf("turned %u\n", digest(cells));
  std::vector<Cell> others = cells;
  fillWithOneOfThem(others);
  std::printf("filled %u\n", digest(others));
  others = cells;
  assignOneOfThem(others);
  std::printf("assigned %u\n", digest(others));
  cells.insert(cells.begin() + 9, 2000, cells[11]);
  std::printf("inserted %u\n", digest(cells));

  std::vector<Numbered> numbers(2000);
  std::vector<Numbered> copies = numbers;
  std::fill(copies.begin() + 10, copies.end(), numbers[3]);
  unsigned sum = 0;
  for (const Numbered &one : copies)
    sum = sum * 31 + one.number;
  std::printf("numbered %u %u\n", sum, Numbered::made);

  std::vector<Linked> chain(2000);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    chain[i].values[1] = static_cast<unsigned>(i % 7);
    chain[i].next = i % 3 ? &chain[(i * 5 + 1) % chain.size()] : nullptr;
  }
  std::vector<Linked> from = chain;
  std::copy(from.begin(), from.end(), chain.begin());
  std::fill(chain.begin() + 100, chain.begin() + 900, from[1]);
  sum = 0;
  for (const Linked &one : chain)
    sum = sum * 31 + one.values[0];
  std::printf("linked %u\n", sum);
}
