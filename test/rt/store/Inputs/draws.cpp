// draws.cpp - work that draws random numbers, or looks something up in the environment, beside work that does not, and work on
// the results of each. What is printed holds whatever was drawn.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

static std::uint64_t crunched(std::uint64_t state) {
  for (int i = 0; i != 300000; ++i)
    state = state * 6364136223846793005u + (state >> 33);
  return state;
}

std::uint64_t fixed(int what) { return crunched(static_cast<std::uint64_t>(what) + 1); }

std::uint64_t drawn(int what) {
  std::random_device device;
  return crunched(static_cast<std::uint64_t>(what)) + (std::uint64_t{device()} << 32 | device());
}

std::uint64_t configured(int what) {
  const char *offset = std::getenv("DRAWS_OFFSET");
  return crunched(static_cast<std::uint64_t>(what) + (offset ? 1000 : 2000));
}

std::uint64_t madeOf(std::uint64_t number) { return crunched(number) | 1; }

int main() {
  std::vector<std::uint64_t> constants, numbers, ofConstants, ofNumbers;
  std::uint64_t sum = 0;
  for (int i = 0; i != 20; ++i)
    constants.push_back(fixed(i));
  for (int i = 0; i != 20; ++i)
    numbers.push_back(drawn(i % 5));
  for (int i = 0; i != 20; ++i)
    sum += configured(i);
  for (const std::uint64_t constant : constants)
    ofConstants.push_back(madeOf(constant));
  for (const std::uint64_t number : numbers)
    ofNumbers.push_back(madeOf(number));
  for (const std::uint64_t number : ofConstants)
    sum = sum * 31 + number;
  bool areMadeOfThem = true;
  for (std::size_t i = 0; i != numbers.size(); ++i)
    areMadeOfThem = areMadeOfThem && ofNumbers[i] == (crunched(numbers[i]) | 1);
  std::sort(numbers.begin(), numbers.end());
  const bool areDifferent = std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end();
  std::printf("%llu, made of them %d, all different %d\n", static_cast<unsigned long long>(sum), areMadeOfThem, areDifferent);
}
