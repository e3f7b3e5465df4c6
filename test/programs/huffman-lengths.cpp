// Blocks of bytes and how short a Huffman code would make each: a priority queue per block. Smaller blocks fit their codes
// better, and there are more of them.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 16000000 60
// DOMAIN: text
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
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

int main(int argc, char **argv) {
  const int bytes = argc > 1 ? std::atoi(argv[1]) : 6000000, sizes = argc > 2 ? std::atoi(argv[2]) : 1;
  std::vector<unsigned char> data(bytes);
  unsigned seed = 2;
  for (unsigned char &byte : data) {
    seed = seed * 1664525u + 1013904223u;
    byte = static_cast<unsigned char>((seed >> 28) * (seed >> 24 & 15));
  }
  for (int k = 0; k < sizes; ++k) {
    const std::size_t size = (1 << 16) - 1024 * static_cast<std::size_t>(k);
    long total = 0;
    for (std::size_t at = 0; at < data.size(); at += size) {
      const std::size_t length = std::min(size, data.size() - at);
      total += codedBits(std::span<const unsigned char>(data).subspan(at, length));
    }
    std::printf("%zu bytes become %ld in blocks of %zu\n", data.size(), total / 8, size);
  }
}
