// BundleJson.cpp - see BundleJson.h.
//
// nlohmann_json throws on a wrong type, and here nothing catches: so each access asks for the type first. Its parser
// keeps a stack of its own, but copying and printing recurse, so depth is bounded before parsing.
#include "BundleJson.h"

namespace cleave {

static bool isShallow(std::string_view text) {
  constexpr int depthMax = 64; // a manifest has 5, a partition 4
  int depth = 0;
  bool isInString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (isInString) {
      if (c == '\\')
        ++i;
      isInString = c != '"';
    } else if (c == '"') {
      isInString = true;
    } else if (c == '[' || c == '{') {
      if (++depth > depthMax)
        return false;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return true;
}

std::optional<Json> parseJson(std::string_view text) {
  if (!isShallow(text))
    return std::nullopt;
  Json parsed = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded())
    return std::nullopt;
  return parsed;
}

const Json &memberOf(const Json &object, const char *key) {
  static const Json absent;
  if (!object.is_object())
    return absent;
  auto it = object.find(key);
  return it == object.end() ? absent : *it;
}

std::string textOf(const Json &object, const char *key) {
  const Json &member = memberOf(object, key);
  return member.is_string() ? member.get<std::string>() : std::string();
}

std::optional<uint64_t> numberOf(const Json &object, const char *key) {
  const Json &member = memberOf(object, key);
  // A number that was parsed is unsigned unless it is negative.
  return member.is_number_unsigned() ? std::optional(member.get<uint64_t>()) : std::nullopt;
}

const Json &listOf(const Json &object, const char *key) {
  static const Json empty = Json::array();
  const Json &member = memberOf(object, key);
  return member.is_array() ? member : empty;
}

std::vector<std::string> textsOf(const Json &object, const char *key) {
  std::vector<std::string> texts;
  for (const Json &value : listOf(object, key))
    texts.push_back(value.is_string() ? value.get<std::string>() : std::string());
  return texts;
}

std::string outsideOf(const Json &signature) {
  std::string text;
  for (const std::string &one : textsOf(signature, "outside"))
    text += (text.empty() ? "" : " and ") + one;
  return text;
}

} // namespace cleave
