// Reasons.cpp - see Reasons.h. A section begins with a line "## reason" and ends with the next heading of that level.
#include "report/Reasons.h"
#include "report/Resource.h"

#include <string>

CLEAVE_RESOURCE(reasons)

namespace cleave {

static std::string_view trimmed(std::string_view text) {
  size_t begin = text.find_first_not_of('\n'), end = text.find_last_not_of('\n');
  return begin == text.npos ? std::string_view() : text.substr(begin, end - begin + 1);
}

std::string_view reasonSection(std::string_view reason) {
  std::string_view page = reasonsResource();
  std::string heading = "\n## " + std::string(reason) + "\n";
  size_t begin = page.find(heading);
  if (reason.empty() || begin == page.npos)
    return {};
  begin += heading.size();
  size_t end = page.find("\n## ", begin - 1);
  return trimmed(page.substr(begin, end == page.npos ? end : end - begin));
}

std::string_view firstParagraph(std::string_view markdown) { return markdown.substr(0, markdown.find("\n\n")); }

} // namespace cleave
