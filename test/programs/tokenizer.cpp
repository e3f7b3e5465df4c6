// Source texts cut into tokens; how often each kind and each identifier occurs.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 1300
// DOMAIN: parsing
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

enum class Kind { Name, Number, Operator };

struct Token {
  Kind kind;
  std::string text;
};

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::vector<Token> tokens(const std::string &source) {
  std::vector<Token> result;
  std::size_t at = 0;
  while (at < source.size()) {
    const char c = source[at];
    if (c == ' ' || c == '\n') {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    Kind kind = Kind::Operator;
    if (isLetter(c)) {
      kind = Kind::Name;
      while (end < source.size() && (isLetter(source[end]) || isDigit(source[end])))
        ++end;
    } else if (isDigit(c)) {
      kind = Kind::Number;
      while (end < source.size() && isDigit(source[end]))
        ++end;
    } else if (end < source.size() && source[end] == '=') {
      ++end;
    }
    result.push_back({kind, source.substr(at, end - at)});
    at = end;
  }
  return result;
}

int main(int argc, char **argv) {
  const int files = argc > 1 ? std::atoi(argv[1]) : 40;
  std::vector<std::string> sources;
  unsigned seed = 1;
  for (int file = 0; file < files; ++file) {
    std::string text;
    for (int line = 0; line < 1500; ++line) {
      seed = seed * 1664525u + 1013904223u;
      text += "v" + std::to_string(seed >> 28) + " += count_" + std::to_string(seed >> 20 & 15) + " * " +
              std::to_string(seed & 4095) + ";\n";
    }
    sources.push_back(std::move(text));
  }
  std::map<std::string, int> names;
  long numbers = 0, operators = 0;
  for (const std::string &source : sources)
    for (const Token &token : tokens(source))
      switch (token.kind) {
      case Kind::Name:
        ++names[token.text];
        break;
      case Kind::Number:
        numbers += std::stoi(token.text);
        break;
      case Kind::Operator:
        ++operators;
      }
  for (const auto &[name, count] : names)
    std::printf("%s %d\n", name.c_str(), count);
  std::printf("%ld %ld\n", numbers, operators);
}
