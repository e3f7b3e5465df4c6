// Inputs and results of megabytes: they must arrive whole, and the same large table goes to every call.
// RUN: %run-program %s
// EXPECT-TASK: mapped
// EXPECT-RAN: mapped
#include <cstdio>
#include <vector>

std::vector<unsigned> mapped(const std::vector<unsigned> &values, const std::vector<unsigned> &table) {
  std::vector<unsigned> result;
  for (const unsigned value : values)
    result.push_back(table[value % table.size()] ^ value);
  return result;
}

int main() {
  std::vector<unsigned> table;
  for (unsigned i = 0; i < 1000003; ++i)
    table.push_back(i * 2654435761u);
  unsigned hash = 0;
  for (unsigned i = 0; i < 12; ++i) {
    std::vector<unsigned> values(400000, i);
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k] += static_cast<unsigned>(k) * 40503u;
    for (const unsigned value : mapped(values, table))
      hash = (hash ^ value) * 16777619u;
  }
  std::printf("%u\n", hash);
}
