// Variants as parameters, in containers and as results: numbers, text, nested ones and none at all.
// RUN: %run-program %s
// EXPECT-RAN: evaluate
// EXPECT-RAN: tokens
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

using Value = std::variant<std::monostate, long, double, std::string, std::vector<unsigned char>>;

struct Line {
  std::string name;
  std::vector<Value> values;
};

double evaluate(const Line &line) {
  double sum = 0;
  for (int round = 0; round < 20000; ++round)
    for (const Value &value : line.values) {
      if (const long *number = std::get_if<long>(&value))
        sum += static_cast<double>(*number % 7) / (round + 1);
      else if (const double *real = std::get_if<double>(&value))
        sum += *real / (round + 1);
      else if (const std::string *text = std::get_if<std::string>(&value))
        sum += static_cast<double>(text->size()) + (*text)[0];
      else if (std::holds_alternative<std::monostate>(value))
        sum -= 1;
    }
  return sum;
}

Value token(unsigned seed) {
  unsigned hash = seed;
  for (int i = 0; i < 100000; ++i)
    hash = hash * 1664525u + 1013904223u;
  switch (hash % 5) {
  case 0:
    return std::monostate();
  case 1:
    return static_cast<long>(hash);
  case 2:
    return hash / 3.0;
  case 3:
    return std::string(hash % 60, 'x');
  default:
    return std::vector<unsigned char>(hash % 9, 7);
  }
}

std::vector<Value> tokens(unsigned first) { return {token(first), token(first + 1), token(first + 2)}; }

int main() {
  std::vector<std::vector<Value>> triples;
  for (unsigned i = 0; i < 40; ++i)
    triples.push_back(tokens(i));
  std::vector<Value> tokens;
  for (const auto &triple : triples)
    tokens.insert(tokens.end(), triple.begin(), triple.end());
  for (const Value &value : tokens)
    std::printf("%zu ", value.index());
  std::vector<Line> lines;
  for (int i = 0; i < 30; ++i)
    lines.push_back({"line " + std::to_string(i), {tokens.begin(), tokens.begin() + i}});
  std::vector<double> results;
  for (const Line &line : lines)
    results.push_back(evaluate(line));
  for (double result : results)
    std::printf("%.17g\n", result);
}
