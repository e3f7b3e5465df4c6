// OutputFile.h - files that are written whole or not at all: figures, reports, exported bundles.
#ifndef CLEAVE_NODE_OUTPUTFILE_H
#define CLEAVE_NODE_OUTPUTFILE_H

#include "Descriptor.h"

#include <functional>
#include <string>
#include <string_view>

namespace cleave {

/// Whether a file could be written there, asked before the work and not after it.
Problem checkWritable(const std::string &path);

/// On any error, a full disk included, what was at `path` stays.
Problem writeOutputFile(const std::string &path, std::string_view content);

/// Fills in the next piece of a file's content; false: there is none.
using PieceSource = std::function<bool(std::string &piece)>;
/// The same, for what is too large to be held as a whole.
Problem writeOutputFile(const std::string &path, const PieceSource &source);

} // namespace cleave

#endif
