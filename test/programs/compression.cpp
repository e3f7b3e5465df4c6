// A text compressed by a dictionary that grows as it is read (LZW), and brought back.
// RUN: %run-program %s
// SEQUENTIAL
// STATUS-ARGS: 4000000
// DOMAIN: text
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

int main(int argc, char **argv) {
  const int letters = argc > 1 ? std::atoi(argv[1]) : 600000;
  std::string text;
  unsigned seed = 14;
  for (int i = 0; i < letters; ++i) {
    seed = seed * 1664525u + 1013904223u;
    text += static_cast<char>('a' + (seed >> 29) * (seed >> 30 & 1));
  }
  std::map<std::pair<int, char>, int> known;
  std::vector<int> codes;
  int current = -1, next = 256;
  for (const char letter : text) {
    if (current < 0) {
      current = static_cast<unsigned char>(letter);
      continue;
    }
    if (const auto found = known.find({current, letter}); found != known.end()) {
      current = found->second;
    } else {
      codes.push_back(current);
      known[{current, letter}] = next++;
      current = static_cast<unsigned char>(letter);
    }
  }
  codes.push_back(current);
  std::vector<std::pair<int, char>> entries(next);
  for (const auto &[pair, code] : known)
    entries[code] = pair;
  std::size_t length = 0, differences = 0;
  for (int code : codes) {
    std::string piece;
    for (; code >= 256; code = entries[code].first)
      piece += entries[code].second;
    piece += static_cast<char>(code);
    for (std::size_t i = piece.size(); i-- > 0;)
      differences += text[length++] != piece[i];
  }
  std::printf("%zu bytes in %zu codes, %zu differences\n", length, codes.size(), differences);
}
