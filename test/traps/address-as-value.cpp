// The work compares the addresses of its arguments: the same object twice, or two equal ones? Copies have other
// addresses than what they were copied from.
// RUN: %run-program %s
// CHECK-REMARK: 'related' compares the address of 'left' with that of 'right'
#include <cstdio>
#include <vector>

unsigned related(const std::vector<unsigned> &left, const std::vector<unsigned> &right) {
  unsigned hash = &left == &right ? 1 : 2;
  for (int round = 0; round < 30; ++round)
    for (std::size_t i = 0; i < left.size(); ++i)
      hash = (hash ^ left[i] ^ (right[i] << 1)) * 16777619u;
  return hash;
}

int main() {
  const std::vector<std::vector<unsigned>> rows(6, std::vector<unsigned>(5000, 3));
  for (const auto &left : rows)
    for (const auto &right : rows)
      std::printf("%u\n", related(left, right));
}
