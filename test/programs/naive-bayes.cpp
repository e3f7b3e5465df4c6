// Letters sorted into wanted and unwanted by the words in them: learnt once, then asked for each new letter.
// RUN: %run-program %s
// EXPECT-TASK: Filter::score
// PARALLEL
// STATUS-ARGS: 1100
// DOMAIN: statistics
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

using Letter = std::vector<std::string>;

class Filter {
public:
  void learn(const Letter &letter, bool isWanted) {
    for (const std::string &word : letter)
      ++(isWanted ? wanted : unwanted)[word];
  }
  double score(const Letter &letter) const {
    double sum = 0;
    for (const std::string &word : letter)
      sum += std::log((count(wanted, word) + 1.0) / (count(unwanted, word) + 1.0));
    return sum;
  }

private:
  static int count(const std::unordered_map<std::string, int> &words, const std::string &word) {
    const auto found = words.find(word);
    return found == words.end() ? 0 : found->second;
  }
  std::unordered_map<std::string, int> wanted, unwanted;
};

Letter written(unsigned seed, unsigned shift, int length) {
  Letter letter;
  for (int i = 0; i < length; ++i) {
    seed = seed * 1664525u + 1013904223u;
    letter.push_back("word" + std::to_string((seed >> 8) % 2000 * ((seed >> 24) + shift) / (255 + shift)));
  }
  return letter;
}

int main(int argc, char **argv) {
  const unsigned count = argc > 1 ? std::atoi(argv[1]) : 80;
  Filter filter;
  for (unsigned i = 0; i < 60; ++i)
    filter.learn(written(i, i % 2 ? 40 : 500, 500), i % 2);
  std::vector<Letter> letters;
  for (unsigned i = 0; i < count; ++i)
    letters.push_back(written(i + 1000, i % 3 ? 40 : 500, 8000));
  int kept = 0;
  for (const Letter &letter : letters) {
    const double score = filter.score(letter);
    if (score < 0)
      continue;
    ++kept;
    std::printf("%.6f\n", score);
  }
  std::printf("%d kept\n", kept);
}
