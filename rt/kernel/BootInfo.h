// BootInfo.h - what the loader said, copied before its memory is used for anything else.
#ifndef CLEAVE_KERNEL_BOOTINFO_H
#define CLEAVE_KERNEL_BOOTINFO_H

#include "Result.h"

namespace cleave {

struct MemoryRange {
  uint64_t begin, end;
};

struct BootInfo {
  static constexpr unsigned kRangesMax = 64;
  MemoryRange usable[kRangesMax]; ///< physical, whole pages
  unsigned usableCount = 0;
  uint64_t moduleBegin = 0, moduleBytes = 0;
  static constexpr unsigned kTransportsMax = 32;
  uint64_t transports[kTransportsMax]; ///< physical addresses of virtio-mmio devices, from the command line
  unsigned transportCount = 0;
  uint64_t rsdp = 0;         ///< physical address of ACPI's root pointer
  uint8_t rsdpCopy[36] = {}; ///< multiboot2 hands over a copy instead
  bool hasRsdpCopy = false;
};

enum class Loader : uint32_t { Pvh = 0, Multiboot2 = 1 };

/// `information` is a physical address below 4 GiB; Boot.S's tables show it.
Error readBootInfo(Loader loader, uint64_t information, BootInfo &info);

} // namespace cleave

#endif
