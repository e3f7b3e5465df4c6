// Inspect.h - `cleave inspect`: what is in a bundle.
#ifndef CLEAVE_NODE_INSPECT_H
#define CLEAVE_NODE_INSPECT_H

#include <string>

namespace cleave {

struct Bundle;

/// For a person: what a run depends on beside its arguments and what it reads, as the compiler found; empty: nothing.
std::string dependenceOfRuns(const Bundle &bundle);

/// Prints a table for a person, or with `asJson` the manifest and the partition as one object. Returns the exit
/// status: 0, or 1 after one line on stderr.
int inspectCommand(const std::string &path, bool asJson);

} // namespace cleave

#endif
