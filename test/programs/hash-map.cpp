// std::unordered_map as parameter and result. Its iteration order is printed: it must be that of the plain build, also
// after the map has travelled and grown.
// RUN: %run-program %s
// EXPECT-TASK: weighted
// EXPECT-RAN: weighted
#include <cstdio>
#include <string>
#include <unordered_map>
#include <vector>

using Weights = std::unordered_map<std::string, double>;

Weights weighted(const std::vector<std::string> &words, const Weights &base) {
  Weights result;
  for (int round = 0; round < 100; ++round)
    for (const std::string &word : words) {
      const auto known = base.find(word);
      result[word] += known == base.end() ? 0.25 : known->second;
    }
  return result;
}

int main() {
  Weights base{{"w1", 0.5}, {"w22", 0.75}, {"w303", 2.5}};
  for (int i = 0; i < 100; ++i)
    base["w" + std::to_string(i * 3)] += i * 0.125;
  std::vector<Weights> all;
  for (int i = 0; i < 30; ++i) {
    std::vector<std::string> words;
    for (int k = 0; k < 200; ++k)
      words.push_back("w" + std::to_string(k * (i + 1) % 331));
    all.push_back(weighted(words, base));
  }
  for (Weights &weights : all) {
    weights["one more"] = 1;
    for (const auto &[word, weight] : weights)
      std::printf("%s %.17g\n", word.c_str(), weight);
  }
}
