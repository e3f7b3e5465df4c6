// Divide and conquer over vectors: `joined(f(left), f(right))`, here the fast Fourier transform of integers modulo a
// prime, so that every digit counts.
// RUN: %run-program %s
// EXPECT-TASK: transformed
#include <cstdint>
#include <cstdio>
#include <vector>

constexpr std::uint64_t prime = 998244353;

std::uint64_t power(std::uint64_t base, std::uint64_t exponent) {
  std::uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1, base = base * base % prime)
    if (exponent & 1)
      result = result * base % prime;
  return result;
}

std::vector<std::uint64_t> joined(const std::vector<std::uint64_t> &even, const std::vector<std::uint64_t> &odd) {
  const std::size_t half = even.size();
  std::vector<std::uint64_t> result(2 * half);
  const std::uint64_t root = power(3, (prime - 1) / (2 * half));
  std::uint64_t factor = 1;
  for (std::size_t i = 0; i < half; ++i) {
    const std::uint64_t product = factor * odd[i] % prime;
    result[i] = (even[i] + product) % prime;
    result[i + half] = (even[i] + prime - product) % prime;
    factor = factor * root % prime;
  }
  return result;
}

std::vector<std::uint64_t> transformed(const std::vector<std::uint64_t> &values) {
  if (values.size() == 1)
    return values;
  std::vector<std::uint64_t> even, odd;
  for (std::size_t i = 0; i < values.size(); i += 2) {
    even.push_back(values[i]);
    odd.push_back(values[i + 1]);
  }
  return joined(transformed(even), transformed(odd));
}

int main() {
  std::vector<std::uint64_t> values;
  for (std::uint64_t i = 0; i < 65536; ++i)
    values.push_back(i * i % 1009);
  const auto result = transformed(values);
  std::uint64_t checksum = 0;
  for (const std::uint64_t value : result)
    checksum = (checksum * 31 + value) % prime;
  std::printf("%llu %llu\n", static_cast<unsigned long long>(result[0]), static_cast<unsigned long long>(checksum));
}
