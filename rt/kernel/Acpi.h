// Acpi.h - which cores there are, and which memory is near which of them, from the firmware's tables.
#ifndef CLEAVE_KERNEL_ACPI_H
#define CLEAVE_KERNEL_ACPI_H

#include "BootInfo.h"

namespace cleave {

constexpr unsigned kNodesMax = 8; ///< what lies in others counts as node 0's

struct CoreInfo {
  uint32_t apicId;
  uint8_t node;
};

struct MemoryNode {
  MemoryRange range;
  uint8_t node;
};

struct Topology {
  static constexpr unsigned kCoresMax = 128, kRangesMax = 32;
  CoreInfo cores[kCoresMax];
  unsigned coreCount = 0;
  MemoryNode memory[kRangesMax];
  unsigned memoryCount = 0;
  uint8_t distances[kNodesMax][kNodesMax]; ///< 0 where the firmware does not say
};

/// Absent: no tables; the machine then has the one core that this runs on.
Error readTopology(const BootInfo &info, Topology &topology);

} // namespace cleave

#endif
