// OutputFile.h - files that are written whole or not at all: figures, reports, exported bundles.
#ifndef CLEAVE_NODE_OUTPUTFILE_H
#define CLEAVE_NODE_OUTPUTFILE_H

#include "Descriptor.h"

#include <string>
#include <string_view>

namespace cleave {

/// Whether a file could be written there, asked before the work and not after it.
Problem checkWritable(const std::string &path);

/// On any error, a full disk included, what was at `path` stays.
Problem writeOutputFile(const std::string &path, std::string_view content);

} // namespace cleave

#endif
