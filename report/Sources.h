// Sources.h - the text of the files that a report speaks of, as far as it is at hand and is the text that was compiled.
#ifndef CLEAVE_REPORT_SOURCES_H
#define CLEAVE_REPORT_SOURCES_H

#include "report/Sites.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace cleave {

/// A run of lines, of which the first has number `first`.
struct SourceChunk {
  uint64_t first = 1;
  std::vector<std::string> lines;
};

struct SourceFile {
  std::string name;    ///< as the compiler was given it
  std::string problem; ///< why there is no text; empty: there is
  std::vector<SourceChunk> chunks;
  uint64_t lineCount = 0;

  bool shows(uint64_t line) const;
};

/// Files of `sites`, in the order of their names. They are looked for where their name leads, and then in `folder`. A
/// bundle does not hold them, so what is found is compared with the digest in `partition`.
std::vector<SourceFile> readSources(const std::vector<Site> &sites, const Json &partition, const std::string &folder);

} // namespace cleave

#endif
