// Arrays that gather: any iteration may change any element, always by one operation, and nobody looks in between. Each
// task, or worker, has an array of its own. What mixes operations or looks at an element stays in place.
// RUN: %run-program %s
// ARGS: 3000000
// KERNEL-ARGS: 3000000
// EXPECT-RAN: loop
// EXPECT-LOCAL: loop
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct Shades {
  std::array<int, 64> counts{};
  std::vector<std::uint8_t> seen = std::vector<std::uint8_t>(1 << 12);
};

template <class Numbers> static unsigned long digest(const Numbers &numbers) {
  unsigned long sum = 7;
  for (const auto number : numbers)
    sum = sum * 1099511628211u + static_cast<unsigned long>(number);
  return sum;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 300000;
  std::vector<unsigned> values(n);
  unsigned seed = 3;
  for (unsigned &value : values)
    value = seed = seed * 1664525u + 1013904223u;

  // Counts of one variable, of signed numbers (whose parts may overflow), and of two arrays at once.
  std::array<long, 256> counts{};
  for (const unsigned value : values)
    ++counts[value >> 24];
  std::printf("counts %lx\n", digest(counts));

  std::vector<int> sums(1000, 1 << 30);
  for (int i = 0; i < n; ++i)
    sums[values[i] % 1000] += static_cast<int>(values[i] >> 4) - (1 << 27);
  std::printf("sums %lx\n", digest(sums));

  Shades shades;
  for (const unsigned value : values) {
    shades.counts[value >> 26] -= static_cast<int>(value & 15);
    shades.seen[value >> 20] |= static_cast<std::uint8_t>(1u << (value & 7));
  }
  std::printf("shades %lx %lx\n", digest(shades.counts), digest(shades.seen));

  std::vector<std::uint64_t> parity(333), common(77, ~std::uint64_t{0});
  for (int i = 0; i < n; ++i) {
    parity[values[i] % 333] ^= std::uint64_t{values[i]} << (i & 31);
    common[values[i] % 77] &= ~(std::uint64_t{1} << (values[i] >> 26));
  }
  std::printf("parity %lx %lx\n", digest(parity), digest(common));

  // Beside a reduction and a written array.
  std::vector<short> kinds(n);
  std::array<unsigned short, 16> kindCounts{};
  long total = 0;
  for (int i = 0; i < n; ++i) {
    kinds[i] = static_cast<short>(values[i] % 16);
    kindCounts[values[i] % 16] += 3;
    total += values[i] & 7;
  }
  std::printf("kinds %lx %lx %ld\n", digest(kinds), digest(kindCounts), total);

  // An element that is looked at, two operations, an element that depends on another, floating point.
  std::array<int, 128> mixed{};
  long most = 0;
  for (const unsigned value : values) {
    ++mixed[value >> 25];
    if (mixed[value >> 25] % 1000 == 0)
      most += value & 3;
  }
  std::array<int, 128> both{};
  for (const unsigned value : values) {
    both[value >> 25] += 3;
    both[value & 127] ^= 1;
  }
  std::array<int, 128> chained{1};
  for (const unsigned value : values)
    chained[value >> 25] += chained[value & 127] & 5;
  std::array<double, 128> means{};
  for (const unsigned value : values)
    means[value >> 25] += value / 3.0;
  std::printf("mixed %ld %lx %lx %lx %.17g\n", most, digest(mixed), digest(both), digest(chained), means[77]);
}
