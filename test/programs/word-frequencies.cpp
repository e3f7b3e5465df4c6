// Words counted per document in a map, and the maps merged in the order of the documents.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 350
// DOMAIN: text
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using Counts = std::map<std::string, int>;

Counts wordsOf(const std::string &text) {
  Counts counts;
  std::string word;
  for (const char letter : text + " ")
    if (letter >= 'a' && letter <= 'z')
      word += letter;
    else if (!word.empty()) {
      ++counts[word];
      word.clear();
    }
  return counts;
}

std::string document(unsigned seed) {
  const std::vector<std::string> syllables{"ba", "ro", "ti", "na", "ke", "lu", "mo", "si"};
  std::string text;
  for (int i = 0; i < 30000; ++i) {
    seed = seed * 1664525u + 1013904223u;
    text += syllables[seed >> 29];
    if (i % 3 == 2 || seed >> 20 & 1) // words of one to three syllables, as a language has them
      text += seed >> 21 & 1 ? ' ' : ',';
  }
  return text;
}

int main(int argc, char **argv) {
  const unsigned count = argc > 1 ? std::atoi(argv[1]) : 30;
  std::vector<std::string> documents;
  for (unsigned i = 0; i < count; ++i)
    documents.push_back(document(i));
  Counts total;
  for (const std::string &text : documents)
    for (const auto &[word, count] : wordsOf(text))
      total[word] += count;
  std::printf("%zu words\n", total.size());
  for (const auto &[word, count] : total)
    if (count > 3000)
      std::printf("%s %d\n", word.c_str(), count);
}
