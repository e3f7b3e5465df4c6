// Names are spelt out, folded, and filed with what they share letters with: strings and rows that grow, each its own element.
// RUN: %run-program %s
// PARALLEL
// ARGS: 1200
// STATUS-ARGS: 22000
// DOMAIN: text
// EXPECT-LOCAL: loop
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

static const char *const syllables[] = {"Ka", "ro", "LI", "ne", "mu", "Ta", "si", "VO", "bel", "dan", "Gre", "tho", "win", "Ash", "or", "y"};

static void spell(std::vector<std::string> &names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name;
    for (std::size_t rest = i * 2654435761u % 1000003; rest; rest /= 16)
      name += syllables[rest % 16];
    names[i] = name + "-" + std::to_string(i % 97);
  }
}

static void fold(const std::vector<std::string> &names, std::vector<std::string> &folded) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string letters;
    for (const char c : names[i])
      if (std::isalpha(static_cast<unsigned char>(c)))
        letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::sort(letters.begin(), letters.end());
    letters.erase(std::unique(letters.begin(), letters.end()), letters.end());
    folded[i] = letters;
  }
}

static void relate(const std::vector<std::string> &folded, std::vector<std::vector<unsigned>> &alike) {
  for (std::size_t i = 0; i < folded.size(); ++i)
    for (std::size_t j = i % 16; j < folded.size(); j += 16) {
      std::size_t shared = 0;
      for (const char c : folded[i])
        shared += folded[j].find(c) != std::string::npos;
      if (j != i && shared * 10 > folded[i].size() * 9)
        alike[i].push_back(static_cast<unsigned>(j));
    }
}

int main(int argc, char **argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1200;
  std::vector<std::string> names(count), folded(count);
  spell(names);
  fold(names, folded);
  std::vector<std::vector<unsigned>> alike(count);
  relate(folded, alike);
  std::size_t pairs = 0, longest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    pairs += alike[i].size();
    if (alike[i].size() > alike[longest].size())
      longest = i;
  }
  std::printf("%s %s: %zu alike, %zu pairs\n", names[longest].c_str(), folded[longest].c_str(), alike[longest].size(), pairs);
}
