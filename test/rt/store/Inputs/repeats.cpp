// repeats.cpp - the same work over and over: 200 calls, 5 different ones.
#include <cstdint>
#include <cstdio>
#include <vector>

std::uint64_t heavy(int what) {
  std::uint64_t state = static_cast<std::uint64_t>(what) + 1;
  for (int i = 0; i != 300000; ++i)
    state = state * 6364136223846793005u + (state >> 33);
  return state;
}

int main() {
  std::vector<std::uint64_t> results;
  for (int i = 0; i != 200; ++i)
    results.push_back(heavy(i % 5));
  std::uint64_t sum = 0;
  for (const std::uint64_t result : results)
    sum = sum * 31 + result;
  std::printf("%llu\n", static_cast<unsigned long long>(sum));
}
