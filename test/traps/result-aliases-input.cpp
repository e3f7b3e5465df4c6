// The result is stored into the very row that the next call reads: the calls look alike and independent, the
// subscripts say otherwise.
// RUN: %run-program %s
// CHECK-REMARK: an iteration may change memory allocated at {{.*}}result-aliases-input.cpp:{{[0-9]+}}, which 'stirred'
#include <cstdio>
#include <vector>

unsigned stirred(const std::vector<unsigned> &row) {
  unsigned hash = 0;
  for (int round = 0; round < 100; ++round)
    for (const unsigned value : row)
      hash = (hash ^ value) * 16777619u;
  return hash;
}

int main() {
  std::vector<std::vector<unsigned>> rows(4, std::vector<unsigned>(1000, 7));
  for (std::size_t i = 0; i < 40; ++i)
    rows[(i + 1) % 4][i] = stirred(rows[i % 4]);
  for (const auto &row : rows)
    std::printf("%u\n", stirred(row));
}
