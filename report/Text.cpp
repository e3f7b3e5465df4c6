// Text.cpp - see Text.h. Names in a bundle and lines of source files may hold any bytes.
#include "report/Text.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace cleave {

static constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// How many bytes the character at the start of `text` has, or 0: it is not UTF-8. Neither are surrogates and what is
/// longer than it must be.
static size_t characterBytes(std::string_view text) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto follows = [&](size_t count) {
    for (size_t i = 1; i <= count; ++i)
      if ((byte(i) & 0xC0) != 0x80)
        return false;
    return true;
  };
  unsigned first = byte(0), second = byte(1);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first < 0xE0)
    return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0)
    return follows(2) && !(first == 0xE0 && second < 0xA0) && !(first == 0xED && second >= 0xA0) ? 3 : 0;
  if (first >= 0xF0 && first < 0xF5)
    return follows(3) && !(first == 0xF0 && second < 0x90) && !(first == 0xF4 && second >= 0x90) ? 4 : 0;
  return 0;
}

std::string cleanText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    size_t bytes = characterBytes(text.substr(at, 4));
    unsigned char c = static_cast<unsigned char>(text[at]);
    bool isControl = (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
    if (!bytes || isControl)
      out += replacement;
    else
      out += text.substr(at, bytes);
    at += bytes ? bytes : 1;
  }
  return out;
}

std::string demangled(const std::string &symbol) {
  int status = 0;
  char *name = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  std::string result = status == 0 && name ? name : symbol;
  std::free(name);
  return result;
}

Problem readFile(const std::string &path, std::string &content) {
  // Not blocking: a pipe without a writer must give an error, not a wait.
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  if (!file || fstat(file.get(), &status))
    return std::strerror(errno);
  if (!S_ISREG(status.st_mode))
    return S_ISDIR(status.st_mode) ? std::strerror(EISDIR) : "not a regular file";
  content.clear();
  char buffer[1 << 16];
  for (;;) {
    ssize_t bytes = read(file.get(), buffer, sizeof buffer);
    if (bytes < 0 && errno == EINTR)
      continue;
    if (bytes < 0)
      return std::strerror(errno);
    if (bytes == 0)
      return std::nullopt;
    content.append(buffer, static_cast<size_t>(bytes));
  }
}

} // namespace cleave
