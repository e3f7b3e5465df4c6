// Inspect.h - `cleave inspect`: what is in a bundle.
#ifndef CLEAVE_NODE_INSPECT_H
#define CLEAVE_NODE_INSPECT_H

#include <string>

namespace cleave {

/// Prints a table for a person, or with `asJson` the manifest and the partition as one object. Returns the exit
/// status: 0, or 1 after one line on stderr.
int inspectCommand(const std::string &path, bool asJson);

} // namespace cleave

#endif
