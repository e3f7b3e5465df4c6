// Blocks of bytes and how short a Huffman code would make each: a priority queue per block.
// RUN: %run-program %s
// PARALLEL
// DOMAIN: text
// WANTED: coverage 0.9; 0.29 was measured; in the way: loop-call-writes (loop, line 17)
#include <array>
#include <cstdio>
#include <functional>
#include <queue>
#include <span>
#include <vector>

long codedBits(std::span<const unsigned char> block) {
  std::array<long, 256> counts{};
  for (const unsigned char byte : block)
    ++counts[byte];
  std::priority_queue<long, std::vector<long>, std::greater<>> queue;
  for (const long count : counts)
    if (count)
      queue.push(count);
  long bits = 0;
  while (queue.size() > 1) {
    long sum = queue.top();
    queue.pop();
    sum += queue.top();
    queue.pop();
    bits += sum;
    queue.push(sum);
  }
  return bits;
}

int main() {
  std::vector<unsigned char> data;
  unsigned seed = 2;
  for (int i = 0; i < 6000000; ++i) {
    seed = seed * 1664525u + 1013904223u;
    data.push_back(static_cast<unsigned char>((seed >> 28) * (seed >> 24 & 15)));
  }
  const std::size_t size = 1 << 16;
  long total = 0;
  for (std::size_t at = 0; at < data.size(); at += size) {
    const std::size_t length = std::min(size, data.size() - at);
    total += codedBits(std::span<const unsigned char>(data).subspan(at, length));
  }
  std::printf("%zu bytes become %ld\n", data.size(), total / 8);
}
