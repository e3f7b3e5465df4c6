// The nearest word of a dictionary for each misspelt one, by edit distance.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 14000
// DOMAIN: text
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

int distance(const std::string &a, const std::string &b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    int corner = row[0];
    row[0] = static_cast<int>(i) + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const int above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, corner + (a[i] != b[j])});
      corner = above;
    }
  }
  return row.back();
}

std::string nearest(const std::string &word, const std::vector<std::string> &dictionary) {
  std::string best;
  int least = 1000;
  for (const std::string &candidate : dictionary)
    if (const int d = distance(word, candidate); d < least) {
      least = d;
      best = candidate;
    }
  return best;
}

int main(int argc, char **argv) {
  const int words = argc > 1 ? std::atoi(argv[1]) : 3000;
  std::vector<std::string> dictionary;
  unsigned seed = 3;
  for (int i = 0; i < words; ++i) {
    std::string word;
    for (unsigned k = 0; k < 5 + seed % 6; ++k)
      word += static_cast<char>('a' + (seed = seed * 1664525u + 1013904223u) / 7 % 26);
    dictionary.push_back(word);
  }
  std::vector<std::string> misspelt;
  for (std::size_t i = 0; i < dictionary.size(); i += 25) {
    std::string word = dictionary[i];
    std::swap(word[1], word[3]);
    word[i % word.size()] = 'x';
    misspelt.push_back(word);
  }
  for (const std::string &word : misspelt)
    std::printf("%s -> %s\n", word.c_str(), nearest(word, dictionary).c_str());
}
