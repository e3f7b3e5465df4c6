// Failure.h - what is said when a task that the program needs could not do its work.
#ifndef CLEAVE_NODE_FAILURE_H
#define CLEAVE_NODE_FAILURE_H

#include "cleave/exchange.h"
#include <string>

namespace cleave {

struct BundledTask;

/// One line without the program's name in front, e.g.
/// "task 'count(const Block &)' (wordcount.cpp:12) was killed: segmentation fault".
std::string describeFailure(const cleave_failure &failure, const BundledTask *task, uint64_t memoryBytes);

/// "1.0 GiB".
std::string readableSize(uint64_t bytes);

} // namespace cleave

#endif
