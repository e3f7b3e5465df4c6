// A reference to one element is the way into its neighbours: from a parameter, in a loop that moves a pointer along, from
// the capture of a lambda, and from the member of a local object that the reference was put away in.
// RUN: %run-program %s
// EXPECT-NO-TASK: total
// EXPECT-NO-TASK: walked
// EXPECT-NO-TASK: operator()
// (Local workers, for whom neighbours lie where they lie, may share out the rounds.)
#include <cstdio>
#include <vector>

unsigned total(const unsigned &first, unsigned count) {
  unsigned sum = 0;
  for (int round = 0; round < 5000; ++round) {
    const unsigned *at = &first;
    for (unsigned i = 0; i < count; ++i)
      sum = (sum ^ *at++) * 31;
  }
  return sum;
}

class Walker {
public:
  explicit Walker(const unsigned &first) : first(first) {}
  unsigned total(unsigned count) {
    ++depth;
    return count ? (&first)[count] + 31 * total(count - 1) + depth % 2 : first;
  }

private:
  const unsigned &first;
  unsigned depth = 0;
};

unsigned walked(const unsigned &first, unsigned count) {
  unsigned sum = 0;
  for (int round = 0; round < 5000; ++round) {
    Walker walker(first);
    sum = sum * 7 + walker.total(count);
  }
  return sum;
}

int main() {
  std::vector<unsigned> values;
  for (unsigned i = 0; i < 100; ++i)
    values.push_back(i * i);
  const unsigned &first = values[10];
  const auto ahead = [&first](unsigned count) {
    unsigned sum = 0;
    for (int round = 0; round < 5000; ++round)
      for (unsigned i = 0; i < count; ++i)
        sum = (sum ^ (&first)[i]) * 31;
    return sum;
  };
  std::vector<unsigned> sums;
  for (unsigned i = 0; i < 30; ++i)
    sums.push_back(total(values[i], 40));
  for (unsigned i = 0; i < 30; ++i)
    sums.push_back(ahead(i));
  for (unsigned i = 0; i < 30; ++i)
    sums.push_back(walked(values[i], 40));
  for (unsigned sum : sums)
    std::printf("%u\n", sum);
}
