// Export.h - `cleave export`: the bundle out of an executable that carries one.
#ifndef CLEAVE_NODE_EXPORT_H
#define CLEAVE_NODE_EXPORT_H

#include <string>

namespace cleave {

/// The exit status; an error has been told on stderr. `path` may also be a bundle, which is then copied.
int exportCommand(const std::string &path, const std::string &output);

} // namespace cleave

#endif
