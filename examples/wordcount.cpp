// The commonest words of a text.
//
//   wordcount [how many] [file...]
//
// Reads standard input where no file is given. A word is a run of letters; case does not matter. Prints the words by
// count, equal counts by alphabet, and the number of words in all.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

using Counts = std::map<std::string, long>;

constexpr std::size_t bytesPerBlock = 1024 * 1024;

Counts countWords(const std::string &text) {
  Counts counts;
  std::string word;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    } else if (!word.empty()) {
      ++counts[word];
      word.clear();
    }
  }
  if (!word.empty())
    ++counts[word];
  return counts;
}

Counts merged(Counts total, const Counts &part) {
  for (const auto &[word, count] : part)
    total[word] += count;
  return total;
}

// Blocks end where lines do, so that no word is torn.
void readBlocks(std::istream &in, std::vector<std::string> &blocks) {
  std::string line, block;
  while (std::getline(in, line)) {
    block += line;
    block += '\n';
    if (block.size() >= bytesPerBlock) {
      blocks.push_back(std::move(block));
      block.clear();
    }
  }
  blocks.push_back(std::move(block));
}

int main(int argc, char **argv) {
  const std::size_t shown = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10;
  std::ios::sync_with_stdio(false);
  std::vector<std::string> blocks;
  if (argc <= 2)
    readBlocks(std::cin, blocks);
  for (int i = 2; i < argc; ++i) {
    std::ifstream file(argv[i]);
    if (!file) {
      std::cerr << "wordcount: cannot read " << argv[i] << '\n';
      return 1;
    }
    readBlocks(file, blocks);
  }

  Counts total;
  for (const std::string &block : blocks)
    total = merged(std::move(total), countWords(block));

  long words = 0;
  std::vector<std::pair<std::string, long>> order(total.begin(), total.end());
  for (const auto &[word, count] : order)
    words += count;
  std::sort(order.begin(), order.end(), [](const auto &a, const auto &b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  for (std::size_t i = 0; i < std::min(shown, order.size()); ++i)
    std::printf("%8ld %s\n", order[i].second, order[i].first.c_str());
  std::printf("%8ld words, %zu different\n", words, order.size());
}
