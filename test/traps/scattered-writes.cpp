// Writes here and there in a table of rows: these look as if no two iterations met, and they do.
// RUN: %run-program %s
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <vector>

using Table = std::vector<std::vector<long>>;

static Table tableOf(int n) {
  Table table(n, std::vector<long>(n));
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      table[i][j] = (i * 31L + j * 17L) % 101;
  return table;
}

static long worked(long value) {
  for (int k = 0; k < 300; ++k)
    value = value * 6364136223846793005L % 1000003 + k;
  return value;
}

static void print(const char *what, const Table &table) {
  std::uint64_t sum = 0;
  for (const auto &row : table)
    for (const long value : row)
      sum = sum * 31 + static_cast<std::uint64_t>(value);
  std::printf("%s: %llu\n", what, static_cast<unsigned long long>(sum));
}

constexpr int size = 150;

// (i, i + 1) and (i + 1, i) are iteration i's and iteration i + 1's; who is last counts.
static void oneTooFar() {
  Table table = tableOf(size);
  for (int i = 0; i + 1 < size; ++i)
    for (int j = 0; j <= i + 1; ++j)
      table[i][j] = table[j][i] = worked(i * 1000 + j);
  print("one too far", table);
}

// Each reads what another one writes.
static void transposedInPlace() {
  Table table = tableOf(size);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j)
      table[j][i] = worked(table[i][j]) + 1;
  print("transposed in place", table);
}

// Rows by a list in which some come twice.
static void throughAList(const std::vector<int> &rows) {
  Table table = tableOf(size);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j)
      table[rows[j]][rows[i]] = worked(i * 1000 + j);
  print("through a list", table);
}

static void halves() {
  Table table = tableOf(size);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j)
      table[j][i / 2] = worked(table[j][i / 2] + i);
  print("halves", table);
}

static void wrapped() {
  Table table = tableOf(256);
  for (int i = 0; i < 256; ++i)
    for (int j = 0; j < 20; ++j)
      table[j][static_cast<unsigned char>(i * 2)] = worked(i * 1000 + j);
  print("wrapped", table);
}

// The bound of the inner loop has nothing to do with i.
static void anyBound(int bound) {
  Table table = tableOf(size);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j <= bound; ++j)
      table[i][j] = table[j][i] = worked(i * 1000 + j);
  print("any bound", table);
}

// A row above, and one below, of columns that others write.
static void neighbours() {
  Table table = tableOf(size);
  for (int i = 1; i + 1 < size; ++i)
    for (int j = 1; j + 1 < size; ++j)
      table[j][i] = worked(table[j - 1][i - 1] + table[j + 1][i + 1]);
  print("neighbours", table);
}

// May be one table, and is, the second time.
[[gnu::noinline]] static void from(Table &to, const Table &source) {
  for (int i = 0; i < size; ++i)
    for (int j = 0; j <= i; ++j)
      to[i][j] = to[j][i] = worked(source[j][i] + source[i][j / 2]);
}

static void twoOrOne() {
  Table one = tableOf(size), other = tableOf(size);
  from(one, other);
  print("two tables", one);
  from(one, one);
  print("one table", one);
}

// Rows that trade places are others afterwards.
static void swapped() {
  Table table = tableOf(size);
  for (int i = 0; i < size; ++i) {
    table[i].swap(table[size - 1 - i]);
    for (int j = 0; j <= i; ++j)
      table[i][j] = table[j][i] = worked(i * 1000 + j);
  }
  print("swapped", table);
}

// It may be left early.
static void leftEarly() {
  Table table = tableOf(size);
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j <= i; ++j)
      table[i][j] = table[j][i] = worked(i * 1000 + j);
    if (table[i][i / 2] % 97 == 5)
      break;
  }
  print("left early", table);
}

// A row is an element of the table, not what stands at its place: two that look at one.
static void views() {
  std::vector<long> shared(size);
  std::vector<long *> rows(size, shared.data());
  for (int i = 0; i < size; ++i)
    for (int j = 0; j <= i; ++j)
      rows[i][j] = rows[j][i] = worked(rows[i][j] + i * 1000 + j);
  std::printf("views: %ld\n", std::accumulate(shared.begin(), shared.end(), 0L));
}

int main() {
  std::vector<int> rows(size);
  for (int i = 0; i < size; ++i)
    rows[i] = i * 7 % 100;
  oneTooFar();
  transposedInPlace();
  throughAList(rows);
  halves();
  wrapped();
  anyBound(size - 1);
  neighbours();
  twoOrOne();
  swapped();
  leftEarly();
  views();
}
