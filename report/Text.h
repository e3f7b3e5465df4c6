// Text.h - text from anywhere, made fit for a page.
#ifndef CLEAVE_REPORT_TEXT_H
#define CLEAVE_REPORT_TEXT_H

#include "Descriptor.h"

#include <string>
#include <string_view>

namespace cleave {

/// `text` as UTF-8 that a browser takes: what is none becomes U+FFFD, and so do control characters but tab and newline.
std::string cleanText(std::string_view text);

/// The demangled name of a function, or what it was given.
std::string demangled(const std::string &symbol);

/// Fills `content` with a file. The problem is the system's words alone ("No such file or directory").
Problem readFile(const std::string &path, std::string &content);

} // namespace cleave

#endif
