// Binary.h - an ELF file of the boot module in an address space.
#ifndef CLEAVE_KERNEL_BINARY_H
#define CLEAVE_KERNEL_BINARY_H

#include "Paging.h"

namespace cleave {

/// Bytes in physical memory that stay as they are: a part of the boot module, or of the kernel's image.
struct FileView {
  const uint8_t *bytes;
  uint64_t size;
  uint64_t physical; ///< of the first byte, if its pages may be mapped; 0: copy
};

struct WritableSegment {
  uint64_t address, fileOffset, fileBytes, memoryBytes;
};

struct Binary {
  static constexpr unsigned kWritableMax = 8;
  FileView file{};
  uint64_t entry = 0;
  uint64_t headers = 0, headerCount = 0; ///< where the program headers are in memory (0: nowhere)
  uint64_t end = 0;                      ///< of the highest segment
  WritableSegment writable[kWritableMax];
  unsigned writableCount = 0;
  uint64_t tlsAddress = 0, tlsOffset = 0, tlsFileBytes = 0, tlsBytes = 0, tlsAlignment = 1;
};

/// Maps the segments of a static ELF within [kPage, limit), or [begin, limit) if it is linked above. Malformed if any
/// number in it is wrong, OverQuota if it wants more than `memoryMax` bytes of its own; the space may then hold some of
/// it and is the caller's to destroy.
Result<Binary> loadBinary(AddressSpace &space, FileView file, uint64_t begin, uint64_t limit, uint64_t memoryMax);

} // namespace cleave

#endif
