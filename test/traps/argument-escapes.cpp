// The address of an argument that the loop's body builds is kept: the next iteration changes what the last one made.
// RUN: %run-program %s
// EXPECT-NO-TASK: summed
#include <cstdio>
#include <memory>
#include <vector>

std::vector<int> *last = nullptr;
std::vector<std::unique_ptr<std::vector<int>>> kept;

long summed(const std::vector<int> &numbers) {
  long sum = 0;
  for (int round = 0; round < 3000; ++round)
    for (const int number : numbers)
      sum = (sum * 5 + number) % 1000003;
  return sum;
}

int main() {
  long total = 0;
  for (int i = 0; i < 30; ++i) {
    auto owner = std::make_unique<std::vector<int>>(50, i);
    std::vector<int> &numbers = *owner;
    if (last)
      last->at(i) = 1000 + i;
    for (int k = 0; k < 50; ++k)
      numbers[k] += last ? last->at(k) % 7 : k;
    total += summed(numbers);
    last = &numbers;
    kept.push_back(std::move(owner));
  }
  for (const auto &one : kept)
    for (const int number : *one)
      total = total * 31 % 1000003 + number;
  std::printf("%ld\n", total);
}
