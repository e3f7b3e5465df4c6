// A future's result that a loop which runs ahead, or in ranges, uses as it is: seed 950902 of the fuzzer. The compiler
// crashed. What such a loop is given when it begins was looked up in the copy of the function, where the call was gone by then:
// its uses had been replaced, and this was none yet. The same result as a number of trips was compared before the future was
// joined, since the question whether a loop is short was put in front of the join; and what all calls of a loop share was
// taken from where the copy reads it, inside the loop.
// RUN: %run-program %s
// EXPECT-RAN: heavy
// EXPECT-RAN: mixed
// EXPECT-RAN: loop
#include <cstdio>
#include <vector>

[[gnu::noinline]] unsigned long heavy(unsigned long x) {
  unsigned hash = static_cast<unsigned>(x);
  for (unsigned i = 0; i < 200000; ++i)
    hash = (hash ^ i) * 16777619u + (hash >> 15);
  return hash % 3000 + 5000;
}

[[gnu::noinline]] double fraction(unsigned x) { return 1.0 / static_cast<double>(heavy(x)); }
[[gnu::noinline]] bool isOdd(unsigned x) { return heavy(x) % 2; }

[[gnu::noinline]] unsigned mixed(unsigned long shared, unsigned own) {
  unsigned hash = own;
  for (unsigned i = 0; i < 100000; ++i)
    hash = (hash ^ i) * 16777619u + static_cast<unsigned>(shared >> i % 32);
  return hash;
}

static unsigned digest(const std::vector<unsigned long> &values) {
  unsigned hash = 0;
  for (const unsigned long value : values)
    hash = (hash ^ static_cast<unsigned>(value)) * 16777619u + (hash >> 15);
  return hash;
}

static void scalars() {
  std::vector<unsigned long> values(20000, 3);
  const unsigned long factor = heavy(1), other = heavy(2);
  for (unsigned long &value : values)
    value = (value + 77) * factor;
  std::vector<double> parts(values.size());
  const double part = fraction(3);
  const bool flips = isOdd(4), last = isOdd(5);
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i] = flips ? part * static_cast<double>(i) : part;
  double sum = 0;
  for (const double one : parts)
    sum += one;
  std::printf("scalars %u %lu %.9g %d\n", digest(values), other, sum, last);
}

static void trips() {
  std::vector<unsigned long> values(9000, 3);
  const unsigned long many = heavy(6), other = heavy(7);
  for (unsigned long i = 0; i != many; ++i)
    values[i] = values[i] * i + 5;
  const unsigned long few = heavy(8), start = heavy(9), more = heavy(10);
  unsigned long sum = start;
  for (unsigned long i = 0; i < few; ++i)
    sum += values[i] ^ i;
  std::printf("trips %u %lu %lu %lu\n", digest(values), other, sum, more);
}

static void ahead() {
  const unsigned long shared = heavy(11), start = heavy(12), end = heavy(13) % 7 + 3, other = heavy(14);
  unsigned long sum = start;
  for (unsigned i = 0; i < end; ++i)
    sum = sum * 31 + mixed(shared, i);
  for (unsigned i = 0; i < 8; ++i)
    sum = sum * 31 + mixed(i, static_cast<unsigned>((other ^ i) % 100));
  std::printf("ahead %lu %lu\n", sum, other);
}

int main() {
  scalars();
  trips();
  ahead();
}
