// Template.cpp - see Template.h. The tags are Mustache's, as far as a page needs them:
//
//   {{name}}                  the value, escaped for HTML
//   {{{name}}}                the value as it is: only for HTML that was made here
//   {{#name}}...{{/name}}     once for each element of a list; once for any other value that is not empty
//   {{^name}}...{{/name}}     only if the value is empty: absent, null, false, "" or []
//   {{.}}                     the element itself
//
// A name is looked up in the innermost section's value first and then outwards. Everything that a person reads in the
// page is in page.html, and no HTML is in C++, so that either can be changed alone.
#include "report/Template.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace cleave {

namespace {

struct Tag {
  enum class Kind { Value, Raw, Section, Inverted, Close };
  Kind kind;
  std::string_view name;
  size_t begin, end; ///< of the tag in the text
};

class Renderer {
public:
  explicit Renderer(const Json &view) : contexts{&view} {}
  void render(std::string_view text);
  std::string out;

private:
  const Json &valueOf(std::string_view name) const;
  void renderSection(const Json &value, std::string_view body);

  std::vector<const Json *> contexts; ///< innermost last
};

} // namespace

[[noreturn]] static void panic(const char *what, std::string_view where) {
  std::fprintf(stderr, "cleave: the report's template is broken: %s at '%.*s'\n", what, static_cast<int>(where.size()),
               where.data());
  std::abort();
}

std::string escapeHtml(std::string_view text) {
  std::string out;
  for (char c : text)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += c;
    }
  return out;
}

/// The first tag at or behind `from`; kind Value with begin npos: there is none.
static Tag nextTag(std::string_view text, size_t from) {
  size_t begin = text.find("{{", from);
  if (begin == text.npos)
    return {Tag::Kind::Value, {}, text.npos, text.npos};
  bool isRaw = text.substr(begin, 3) == "{{{";
  std::string_view closing = isRaw ? "}}}" : "}}";
  size_t end = text.find(closing, begin);
  if (end == text.npos)
    panic("a tag does not end", text.substr(begin, 40));
  size_t nameBegin = begin + closing.size();
  Tag tag{isRaw ? Tag::Kind::Raw : Tag::Kind::Value, text.substr(nameBegin, end - nameBegin), begin,
          end + closing.size()};
  if (isRaw || tag.name.empty())
    return tag;
  switch (tag.name.front()) {
  case '#':
    tag.kind = Tag::Kind::Section;
    break;
  case '^':
    tag.kind = Tag::Kind::Inverted;
    break;
  case '/':
    tag.kind = Tag::Kind::Close;
    break;
  default:
    return tag;
  }
  tag.name.remove_prefix(1);
  return tag;
}

/// The tag that closes the section which `open` begins.
static Tag closingTag(std::string_view text, const Tag &open) {
  int depth = 1;
  for (size_t at = open.end;;) {
    Tag tag = nextTag(text, at);
    if (tag.begin == text.npos)
      panic("a section does not end", text.substr(open.begin, 40));
    depth += tag.kind == Tag::Kind::Section || tag.kind == Tag::Kind::Inverted;
    depth -= tag.kind == Tag::Kind::Close;
    if (depth == 0) {
      if (tag.name != open.name)
        panic("a section ends under another name", text.substr(tag.begin, 40));
      return tag;
    }
    at = tag.end;
  }
}

const Json &Renderer::valueOf(std::string_view name) const {
  static const Json absent;
  if (name == ".")
    return *contexts.back();
  for (size_t i = contexts.size(); i-- > 0;)
    if (contexts[i]->is_object())
      if (auto found = contexts[i]->find(std::string(name)); found != contexts[i]->end())
        return *found;
  return absent;
}

static bool isEmpty(const Json &value) {
  return value.is_null() || (value.is_boolean() && !value.get<bool>()) || (value.is_array() && value.empty()) ||
         (value.is_string() && value.get_ref<const std::string &>().empty());
}

static std::string textOfValue(const Json &value) {
  if (value.is_string())
    return value.get<std::string>();
  return value.is_null() ? std::string() : value.dump();
}

void Renderer::renderSection(const Json &value, std::string_view body) {
  auto once = [&](const Json &context) {
    contexts.push_back(&context);
    render(body);
    contexts.pop_back();
  };
  if (!value.is_array())
    return once(value);
  for (const Json &element : value)
    once(element);
}

void Renderer::render(std::string_view text) {
  for (size_t at = 0;;) {
    Tag tag = nextTag(text, at);
    out += text.substr(at, tag.begin - at);
    if (tag.begin == text.npos)
      return;
    at = tag.end;
    const Json &value = valueOf(tag.name);
    switch (tag.kind) {
    case Tag::Kind::Value:
      out += escapeHtml(textOfValue(value));
      break;
    case Tag::Kind::Raw:
      out += textOfValue(value);
      break;
    case Tag::Kind::Close:
      panic("a section ends that has not begun", text.substr(tag.begin, 40));
    case Tag::Kind::Section:
    case Tag::Kind::Inverted: {
      Tag close = closingTag(text, tag);
      std::string_view body = text.substr(tag.end, close.begin - tag.end);
      at = close.end;
      if (isEmpty(value) == (tag.kind == Tag::Kind::Inverted))
        tag.kind == Tag::Kind::Section ? renderSection(value, body) : render(body);
    }
    }
  }
}

std::string renderTemplate(std::string_view page, const Json &view) {
  Renderer renderer(view);
  renderer.render(page);
  return std::move(renderer.out);
}

} // namespace cleave
