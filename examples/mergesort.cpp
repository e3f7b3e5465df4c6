// Merge sort, as its definition reads: the merge of the sorted halves.
//
//   mergesort [count]
//
// Sorts numbers from a generator of our own and prints a few of them and a checksum that depends on their order.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Numbers = std::vector<std::uint64_t>;

Numbers merged(const Numbers &left, const Numbers &right) {
  Numbers result;
  result.reserve(left.size() + right.size());
  std::size_t l = 0, r = 0;
  while (l < left.size() && r < right.size())
    result.push_back(right[r] < left[l] ? right[r++] : left[l++]);
  while (l < left.size())
    result.push_back(left[l++]);
  while (r < right.size())
    result.push_back(right[r++]);
  return result;
}

Numbers sorted(const Numbers &numbers) {
  if (numbers.size() < 2)
    return numbers;
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  return merged(sorted(Numbers(numbers.begin(), middle)), sorted(Numbers(middle, numbers.end())));
}

int main(int argc, char **argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000000;
  Numbers numbers;
  std::uint64_t state = 2012;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    numbers.push_back(state >> 20);
  }

  const Numbers result = sorted(numbers);

  std::uint64_t checksum = 0;
  for (std::size_t i = 0; i < result.size(); ++i)
    checksum = checksum * 31 + result[i];
  if (!result.empty())
    std::printf("least %llu, greatest %llu\n", static_cast<unsigned long long>(result.front()),
                static_cast<unsigned long long>(result.back()));
  std::printf("%zu numbers, checksum %llu\n", result.size(), static_cast<unsigned long long>(checksum));
}
