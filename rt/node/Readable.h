// Readable.h - sizes and times for people.
#ifndef CLEAVE_NODE_READABLE_H
#define CLEAVE_NODE_READABLE_H

#include <cstdint>
#include <string>

namespace cleave {

std::string readableBytes(uint64_t bytes);
std::string readableTime(double ns);
/// "1 kind", "2 kinds"
std::string counted(uint64_t count, const char *thing);

} // namespace cleave

#endif
