// Words looked for in a square of letters, in eight directions; where each begins, if it is there.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 400 80000
// DOMAIN: search
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

struct Place {
  int row, column, rowStep, columnStep;
};

class Square {
public:
  Square(int size, unsigned seed) : rows(size, std::string(size, 'a')) {
    for (std::string &row : rows)
      for (char &letter : row)
        letter = static_cast<char>('a' + ((seed = seed * 1664525u + 1013904223u) >> 8) % 8);
  }
  std::optional<Place> find(const std::string &word) const {
    for (int row = 0; row < size(); ++row)
      for (int column = 0; column < size(); ++column)
        for (int rowStep = -1; rowStep <= 1; ++rowStep)
          for (int columnStep = -1; columnStep <= 1; ++columnStep)
            if ((rowStep || columnStep) && stands(word, {row, column, rowStep, columnStep}))
              return Place{row, column, rowStep, columnStep};
    return {};
  }

private:
  int size() const { return static_cast<int>(rows.size()); }
  bool stands(const std::string &word, Place place) const {
    for (const char letter : word) {
      if (place.row < 0 || place.column < 0 || place.row >= size() || place.column >= size())
        return false;
      if (rows[place.row][place.column] != letter)
        return false;
      place.row += place.rowStep;
      place.column += place.columnStep;
    }
    return true;
  }
  std::vector<std::string> rows;
};

int main(int argc, char **argv) {
  const int size = argc > 1 ? std::atoi(argv[1]) : 250, count = argc > 2 ? std::atoi(argv[2]) : 60;
  const Square square(size, 6);
  std::vector<std::string> words;
  unsigned seed = 99;
  for (int i = 0; i < count; ++i) {
    std::string word;
    for (int k = 0; k < 5 + i % 4; ++k)
      word += static_cast<char>('a' + ((seed = seed * 1664525u + 1013904223u) >> 8) % 8);
    words.push_back(word);
  }
  for (const std::string &word : words)
    if (const auto place = square.find(word))
      std::printf("%s at %d, %d\n", word.c_str(), place->row, place->column);
    else
      std::printf("%s is not there\n", word.c_str());
}
