// A generator that faults. The loop's calls run ahead of it as tasks, and their argument is built by a generator that runs
// ahead too: it comes to a record that is not there while the loop has yet to see that the one before is the last, and ends
// with an exception. Such a fault stops the generator, and the loop goes on in place; the run time does that by a handler
// and siglongjmp. In the node kernel, which called no handlers, it ended the program with signal 11 (found by test/fuzz,
// seed 30018). Eight rounds, since how far ahead a generator gets is a matter of time.
// RUN: %run-program %s
// EXPECT-RAN: checked
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

struct Record {
  unsigned used;
  std::vector<unsigned> values;
};

unsigned checked(const std::vector<unsigned> &column, unsigned last) {
  unsigned hash = 1;
  for (unsigned round = 0; round < 60000; ++round)
    for (const unsigned value : column)
      hash = hash * 31 + (value ^ hash >> 7);
  if (column.front() == last)
    throw std::runtime_error("the last record");
  return hash;
}

std::vector<unsigned> results(const std::vector<std::unique_ptr<Record>> &records, unsigned last) {
  std::vector<unsigned> results;
  try {
    for (const std::unique_ptr<Record> &record : records) {
      std::vector<unsigned> column(record->used);
      for (unsigned k = 0; k < record->used; ++k)
        column[k] = record->values[k];
      results.push_back(checked(column, last));
    }
  } catch (const std::runtime_error &error) {
    std::printf("%s\n", error.what());
  }
  return results;
}

int main() {
  for (unsigned last = 20; last < 28; ++last) {
    std::vector<std::unique_ptr<Record>> records;
    for (unsigned i = 0; i <= last; ++i)
      records.push_back(std::make_unique<Record>(Record{i % 7 + 3, std::vector<unsigned>(10, i)}));
    records.resize(200);
    unsigned hash = 0;
    const std::vector<unsigned> found = results(records, last);
    for (const unsigned result : found)
      hash = hash * 31 + result;
    std::printf("%zu %u\n", found.size(), hash);
  }
}
