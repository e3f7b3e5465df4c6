// Paragraphs broken into lines so that the squares of the spaces left over are least: a table for each paragraph.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 50 32
// DOMAIN: text
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

std::vector<std::string> broken(const std::vector<std::string> &words, std::size_t width) {
  const std::size_t n = words.size();
  std::vector<long> cost(n + 1, -1);
  std::vector<std::size_t> next(n + 1, n);
  cost[n] = 0;
  for (std::size_t i = n; i-- > 0;) {
    std::size_t length = 0;
    for (std::size_t j = i; j < n; ++j) {
      length += words[j].size() + (j > i);
      if (length > width)
        break;
      const long left = static_cast<long>(width - length), own = j + 1 == n ? 0 : left * left;
      if (cost[j + 1] >= 0 && (cost[i] < 0 || own + cost[j + 1] < cost[i])) {
        cost[i] = own + cost[j + 1];
        next[i] = j + 1;
      }
    }
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < n; i = next[i]) {
    std::string line = words[i];
    for (std::size_t j = i + 1; j < next[i]; ++j)
      line += " " + words[j];
    lines.push_back(line);
  }
  return lines;
}

int main(int argc, char **argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 50, widths = argc > 2 ? std::atoi(argv[2]) : 1;
  std::vector<std::vector<std::string>> paragraphs;
  unsigned seed = 9;
  for (int p = 0; p < count; ++p) {
    std::vector<std::string> words;
    for (int i = 0; i < 4000; ++i) {
      seed = seed * 1664525u + 1013904223u;
      words.emplace_back(2 + seed / 16 % 9, static_cast<char>('a' + seed / 4096 % 26));
    }
    paragraphs.push_back(words);
  }
  for (int k = 0; k < widths; ++k)
    for (const auto &words : paragraphs) {
      const auto lines = broken(words, static_cast<std::size_t>(160 + 8 * k));
      std::printf("%zu lines, the last: %s\n", lines.size(), lines.back().c_str());
    }
}
