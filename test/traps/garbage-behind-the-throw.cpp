// The first bad record makes the loop throw, and the records behind it are worse: what they say they hold would be
// written far outside of the column, and one of them would keep the building loop busy for ever. Running ahead must
// touch nothing but its own.
// RUN: %run-program %s
// EXPECT-RAN: checked
#include <cstdio>
#include <stdexcept>
#include <vector>

struct Record {
  long width, first, count;
};

long checked(const std::vector<long> &column) {
  long sum = 0;
  for (int round = 0; round < 3000; ++round)
    for (const long value : column)
      sum = (sum * 5 + value) % 1000003;
  if (column.size() == 13)
    throw std::runtime_error("a bad record");
  return sum;
}

int main() {
  std::vector<long> guards(100000, 42);
  std::vector<Record> records;
  for (int i = 0; i < 40; ++i)
    records.push_back({100 + i % 3, 0, 100});
  records.push_back({13, 0, 13});
  for (int i = 0; i < 40; ++i)
    records.push_back({64, i % 2 ? 1000 * i : -1000 * i, 5000});
  records.push_back({64, 0, -1});
  std::vector<long> others(100000, 42);
  std::vector<long> results;
  try {
    for (const Record &record : records) {
      std::vector<long> column(record.width);
      for (long k = 0; k != record.count; ++k)
        column[record.first + k] = k;
      results.push_back(checked(column));
    }
  } catch (const std::runtime_error &error) {
    std::printf("%s\n", error.what());
  }
  for (const long result : results)
    std::printf("%ld\n", result);
  for (std::size_t k = 0; k < guards.size(); ++k)
    if (guards[k] != 42 || others[k] != 42)
      std::printf("%zu: %ld %ld\n", k, guards[k], others[k]);
}
