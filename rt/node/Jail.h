// Jail.h - what a worker may ask of the kernel: the two filters, and the node's answer to each mapping.
#ifndef CLEAVE_NODE_JAIL_H
#define CLEAVE_NODE_JAIL_H

#include "Descriptor.h"

#include "cleave/exchange.h"
#include <linux/filter.h>
#include <vector>

namespace cleave {

using FilterProgram = std::vector<sock_filter>;

struct JailFilters {
  FilterProgram listener, jail; ///< rt/worker/Setup.h says in what order they are installed
  Problem generate();
};

/// Errors: the kernel has no seccomp user notification.
Problem checkJailIsPossible();

/// The node's answer to one mmap of a jailed worker.
struct MappingVerdict {
  enum Kind { Allow, NoMemory, Kill } kind;
  cleave_cause cause = CLEAVE_CAUSE_NONE; ///< with Kill
  uint64_t bytes = 0;
};

struct MappingRequest {
  uint64_t bytes, offset;
  bool isAnonymous;
};

struct MappingLimits {
  uint64_t memoryBytes;  ///< --task-memory
  uint64_t machineBytes; ///< memory and swap: more than this no program gets in one piece
};

MappingVerdict judgeMapping(const MappingRequest &request, const cleave_inbox &inbox, const MappingLimits &limits);

} // namespace cleave

#endif
