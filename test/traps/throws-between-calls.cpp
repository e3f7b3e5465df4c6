// What the loop does with a result may end it, by an exception that it throws itself or by exit(): what lies behind is no work,
// and must not be done in the program's process.
// RUN: %run-program %s
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <vector>

static unsigned long worked(const std::vector<int> &values, long at) {
  unsigned long sum = 0;
  for (int round = 0; round < 200; ++round)
    for (long i = 0; i < 1024; ++i)
      sum = sum * 5 + static_cast<unsigned>(values[at + i]); // unchecked
  return sum;
}

static unsigned long throwing(const std::vector<int> &values, const std::vector<long> &list, unsigned long last) {
  unsigned long sum = 0;
  for (long at : list) {
    const unsigned long one = worked(values, at);
    if (one == last)
      throw std::runtime_error("that will do");
    sum += one;
  }
  return sum;
}

static unsigned long caughtAround(const std::vector<int> &values, const std::vector<long> &list, unsigned long last) {
  unsigned long sum = 0;
  try {
    for (long at : list) {
      sum += worked(values, at);
      if (sum == last)
        throw sum;
    }
  } catch (unsigned long given) {
    sum = given / 3;
  }
  return sum;
}

static unsigned long leaving(const std::vector<int> &values, const std::vector<long> &list, unsigned long last) {
  unsigned long sum = 0;
  for (long at : list) {
    const unsigned long one = worked(values, at);
    sum += one;
    if (one == last) {
      std::printf("leaving with %lu\n", sum);
      std::exit(7);
    }
  }
  return sum;
}

int main() {
  std::vector<int> values(4096);
  unsigned seed = 3;
  for (int &value : values)
    value = static_cast<int>((seed = seed * 1664525u + 1013904223u) >> 20);
  std::vector<long> list;
  for (int i = 0; i < 40; ++i)
    list.push_back(i < 7 ? i * 11 : 1L << 40);
  const unsigned long last = worked(values, list[6]);
  try {
    std::printf("%lu\n", throwing(values, list, last));
  } catch (const std::exception &error) {
    std::printf("%s\n", error.what());
  }
  unsigned long sum = 0;
  for (int i = 0; i < 7; ++i)
    sum += worked(values, list[i]);
  std::printf("%lu\n", caughtAround(values, list, sum));
  std::printf("%lu\n", leaving(values, list, last));
}
