// Sites.h - the partition's decisions (docs/partition.md) as a report speaks of them.
#ifndef CLEAVE_REPORT_SITES_H
#define CLEAVE_REPORT_SITES_H

#include "BundleJson.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace cleave {

struct Place {
  std::string file; ///< empty: unknown
  uint64_t line = 0, column = 0;
  auto key() const { return std::tie(file, line, column); }
};

struct SiteNote {
  Place place;
  std::string text;
};

/// A call or loop: what became of it.
struct Site {
  Place place;
  std::optional<uint64_t> task; ///< taken: the kind's id
  bool isInsideTask = false;    ///< stays, in work that is a task already
  std::string manner;           ///< "loop", "future", "range" or "none"
  std::string reason;           ///< stays: a section of docs/reasons.md
  std::string message;
  std::string callee;   ///< empty: a loop
  std::string function; ///< that it stands in, demangled
  std::vector<std::string> shared;
  std::vector<SiteNote> notes;
  uint64_t count = 1; ///< copies of the code (templates, inlining) for which the same was decided
};

/// Of a bundle with `kinds` task kinds. Sorted by place; what was decided the same way for copies of one piece of code
/// is one site.
std::vector<Site> readSites(const Json &partition, size_t kinds);

} // namespace cleave

#endif
