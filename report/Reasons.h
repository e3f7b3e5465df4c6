// Reasons.h - the sections of docs/reasons.md, which is compiled in: what a reason means, and what lifts it.
#ifndef CLEAVE_REPORT_REASONS_H
#define CLEAVE_REPORT_REASONS_H

#include <string_view>

namespace cleave {

/// The Markdown below a reason's heading, without blank lines at its ends; empty: the page has no such section.
std::string_view reasonSection(std::string_view reason);

/// The text of `markdown` up to its first blank line.
std::string_view firstParagraph(std::string_view markdown);

} // namespace cleave

#endif
