// Both parameters refer to one object: what is appended to `out` is read through `in`. Copied apart, they would not
// be one object any more.
// RUN: %run-program %s
// EXPECT-NO-TASK: extend
// CHECK-REMARK: 'extend' changes its caller's object through 'out'
#include <cstdio>
#include <vector>

unsigned extend(std::vector<unsigned> &out, const std::vector<unsigned> &in) {
  unsigned sum = 0;
  for (int i = 0; i < 50000; ++i) {
    out.push_back(in.back() * 1664525u + 1013904223u);
    sum += in[in.size() / 2];
  }
  return sum;
}

int main() {
  std::vector<unsigned> values{1};
  std::vector<unsigned> sums;
  for (int i = 0; i < 20; ++i)
    sums.push_back(extend(values, values));
  for (const unsigned sum : sums)
    std::printf("%u\n", sum);
  std::printf("%zu %u\n", values.size(), values.back());
}
