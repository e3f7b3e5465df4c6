// std::span and std::string_view as parameters: pieces of what the program owns, passed without a copy in the source.
// RUN: %run-program %s
// EXPECT-RAN: digest
// EXPECT-RAN: vowels
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

unsigned digest(std::span<const unsigned> values) {
  unsigned hash = 2166136261u;
  for (int round = 0; round < 20; ++round)
    for (const unsigned value : values)
      hash = (hash ^ value) * 16777619u;
  return hash;
}

long vowels(std::string_view text) {
  long count = 0;
  for (int round = 0; round < 20; ++round)
    for (const char c : text)
      count += std::string_view("aeiou").find(static_cast<char>(c ^ (round & 1))) != std::string_view::npos;
  return count;
}

int main() {
  std::vector<unsigned> values;
  std::string text;
  for (unsigned i = 0; i < 400000; ++i) {
    values.push_back(i * 2654435761u);
    text.push_back(static_cast<char>('a' + i * 7 % 26));
  }
  const std::size_t size = 20000;
  for (std::size_t first = 0; first < values.size(); first += size)
    std::printf("%u\n", digest(std::span<const unsigned>(values).subspan(first, std::min(size, values.size() - first))));
  long total = 0;
  for (std::size_t first = 0; first < text.size(); first += size)
    total += vowels(std::string_view(text).substr(first, size));
  std::printf("%ld\n", total);
}
