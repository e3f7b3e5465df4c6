// JSON documents parsed by recursive descent into a tree of values; errors are exceptions, reported for each document.
// RUN: %run-program %s
// PARALLEL
// STATUS-ARGS: 700
// DOMAIN: parsing
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct Json {
  enum class Kind { Null, Number, Text, List, Object } kind = Kind::Null;
  long number = 0;
  std::string text;
  std::vector<Json> items;
  std::vector<std::string> keys; // of an object; its values are the items
};

class Parser {
public:
  explicit Parser(std::string_view text) : text(text) {}
  Json document() {
    Json value = parsed();
    skip();
    if (at != text.size())
      fail("text behind the end");
    return value;
  }

private:
  void skip() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n'))
      ++at;
  }
  [[noreturn]] void fail(const std::string &what) const {
    throw std::runtime_error(what + " at " + std::to_string(at));
  }
  bool take(char wanted) {
    skip();
    if (at == text.size() || text[at] != wanted)
      return false;
    ++at;
    return true;
  }
  std::string string() {
    std::string result;
    while (at < text.size() && text[at] != '"')
      result += text[at++];
    if (!take('"'))
      fail("string without end");
    return result;
  }
  Json parsed() {
    Json value;
    if (take('{')) {
      value.kind = Json::Kind::Object;
      while (!take('}')) {
        if (!take('"'))
          fail("no key");
        value.keys.push_back(string());
        if (!take(':'))
          fail("no colon");
        value.items.push_back(parsed());
        take(',');
      }
    } else if (take('[')) {
      value.kind = Json::Kind::List;
      while (!take(']')) {
        value.items.push_back(parsed());
        take(',');
      }
    } else if (take('"')) {
      value.kind = Json::Kind::Text;
      value.text = string();
    } else {
      skip();
      if (at == text.size() || text[at] < '0' || text[at] > '9')
        fail("no value");
      value.kind = Json::Kind::Number;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9')
        value.number = value.number * 10 % 1000000007 + (text[at++] - '0');
    }
    return value;
  }
  std::string_view text;
  std::size_t at = 0;
};

Json parse(const std::string &text) { return Parser(text).document(); }

long total(const Json &value) {
  long sum = value.number + static_cast<long>(value.text.size());
  for (const Json &item : value.items)
    sum += total(item);
  return sum;
}

std::string written(int depth, unsigned seed) {
  if (depth == 0)
    return seed % 3 ? std::to_string(seed % 100000) : "\"name " + std::to_string(seed % 77) + "\"";
  std::string text = seed % 2 ? "{" : "[";
  for (unsigned i = 0; i < 6; ++i)
    text += (i ? ", " : "") + (seed % 2 ? "\"key" + std::to_string(i) + "\": " : std::string()) +
            written(depth - 1, seed * 31 + i * 7);
  return text + (seed % 2 ? "}" : "]");
}

int main(int argc, char **argv) {
  const unsigned count = argc > 1 ? std::atoi(argv[1]) : 40;
  std::vector<std::string> documents;
  for (unsigned i = 0; i < count; ++i)
    documents.push_back(written(5, i + 1) + (i % 13 == 5 ? " ]" : ""));
  for (const std::string &document : documents) {
    try {
      const Json value = parse(document);
      std::printf("%zu items, total %ld\n", value.items.size(), total(value));
    } catch (const std::runtime_error &error) {
      std::printf("error: %s\n", error.what());
    }
  }
}
