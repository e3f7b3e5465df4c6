// std::map and std::set as results: trees must arrive in order, and go on being usable as trees.
// RUN: %run-program %s
// EXPECT-RAN: letters
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

struct Letters {
  std::map<char, long> counts;
  std::set<std::string> pairs;
};

Letters letters(const std::string &text) {
  Letters result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    ++result.counts[text[i]];
    if (i > 0)
      result.pairs.insert(text.substr(i - 1, 2));
  }
  return result;
}

int main() {
  std::vector<std::string> texts;
  unsigned state = 1;
  for (int i = 0; i < 30; ++i) {
    std::string text;
    for (int k = 0; k < 10000; ++k) {
      state = state * 1664525u + 1013904223u;
      text.push_back(static_cast<char>('a' + (state >> 20) % static_cast<unsigned>(2 + i)));
    }
    texts.push_back(text);
  }
  Letters total;
  for (const std::string &text : texts) {
    Letters found = letters(text);
    for (const auto &[letter, count] : found.counts)
      total.counts[letter] += count;
    total.pairs.merge(found.pairs);
    total.pairs.erase("ab");
  }
  for (const auto &[letter, count] : total.counts)
    std::printf("%c %ld\n", letter, count);
  std::printf("%zu pairs, first %s\n", total.pairs.size(), total.pairs.begin()->c_str());
}
