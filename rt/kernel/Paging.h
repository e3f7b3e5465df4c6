// Paging.h - address spaces: the kernel's upper half, and a lower half for the program or a task.
//
// WHO MAY CHANGE WHAT. Mappings may be added to an address space by any core, under its lock; the processor does not
// remember that an entry was absent. Mappings are taken away or weakened only by the core that runs the space, or
// while no core does: that core flushes its own memory of them, and no other has any. So there is no shoot-down.
// A frame that is taken away may still be seen in another space; its count of users (Frames.h) keeps it alive there.
#ifndef CLEAVE_KERNEL_PAGING_H
#define CLEAVE_KERNEL_PAGING_H

#include "BootInfo.h"
#include "Machine.h"

namespace cleave {

/* Bits of an entry. */
constexpr uint64_t kPresent = 1, kWritable = 2, kUser = 4, kUncached = 16, kDirty = 64, kHuge = 128, kGlobal = 256,
                   kBorrowed = 512, ///< ours: the frame is not counted (a boot module's)
    kNoExecute = uint64_t{1} << 63, kFrameMask = 0x000ffffffffff000;

/// What a lower-half mapping lets user code do. Nothing is both writable and executable.
enum class Access : uint8_t { Read, Write, Execute };

class AddressSpace {
public:
  /// A lower half with nothing in it.
  static Result<AddressSpace> create();
  /// Gives back every frame and every table. No core may run in it.
  void destroy();

  /// `frame` is the caller's reference and becomes the space's. Refused where something is mapped already.
  Error map(uint64_t address, uint64_t frame, Access access, uint64_t extra = 0);
  Error mapBlock(uint64_t address, uint64_t block);
  /// Fresh zeroed frames wherever [address, address + bytes) has none; blocks where they fit, if `mayUseBlocks`. On an
  /// error what was mapped before it stays (the caller unmaps or ends).
  Error populate(uint64_t address, uint64_t bytes, bool mayUseBlocks);
  /// The same frames as `from` has at `source`, read-only; pages that are absent there are populated there first.
  /// Pages that are mapped here already stay.
  Error share(uint64_t address, AddressSpace &from, uint64_t source, uint64_t bytes);
  /// Only by the core that runs this space, or while none does.
  void unmap(uint64_t address, uint64_t bytes);

  /// The entry of a page, or null. A block's entry answers for all of its pages.
  uint64_t *find(uint64_t address) const;

  uint64_t physicalRoot() const { return root; }
  SpinLock lock;

  AddressSpace() = default;
  AddressSpace(const AddressSpace &other) : root(other.root) {}
  AddressSpace &operator=(const AddressSpace &other) {
    root = other.root;
    return *this;
  }

private:
  void unmapIn(uint64_t *entries, unsigned level, uint64_t begin, uint64_t end, bool isHere);
  Result<uint64_t *> make(uint64_t address, unsigned level);

  uint64_t root = 0;
};

/// The kernel's own tables: the image with its permissions, and the direct map. Boot.S's are left.
void buildKernelTables(const BootInfo &info);
void useKernelTables();

} // namespace cleave

#endif
