// Frames.h - physical memory: frames of 4 KiB, and blocks of 2 MiB that are given out whole or cut into frames.
//
// A frame has a count of users, so that it can be seen in several address spaces (an object's producer and consumers)
// and is free when the last one lets go. A block none of whose frames is in use is a block again. What is given out is
// zero. Blocks remember which NUMA node they belong to; a request is served from the node of the core that makes it,
// and when nothing is left there from the nearest that has some.
//
// The first bytes (page tables, the cores, this allocator's own tables) come from the early allocator, which cuts from
// the top of one range below 4 GiB and ends when startFrames() takes over the rest.
#ifndef CLEAVE_KERNEL_FRAMES_H
#define CLEAVE_KERNEL_FRAMES_H

#include "Acpi.h"

namespace cleave {

/// Zeroed, contiguous, whole pages; panics if there is none. Only before startFrames().
uint64_t allocateEarly(uint64_t bytes);
void startEarly(const BootInfo &info);

/// Everything usable in `info` that is neither the image, the module, the first MiB nor was allocated early.
void startFrames(const BootInfo &info);
/// Blocks within the range belong to `node` (ACPI's SRAT).
void assignNode(MemoryRange range, uint8_t node);
/// Which node is asked after which, by their distances (ACPI's SLIT).
void orderNodes(const Topology &topology);

/// Physical addresses. One user; zero.
Result<uint64_t> allocateFrame();
Result<uint64_t> allocateBlock();
void shareFrame(uint64_t frame);
void releaseFrame(uint64_t frame);
void releaseBlock(uint64_t block);

/// Promises so many free frames to one request, so that requests that together do not fit wait for each other whole
/// instead of each holding a part. False: there are not so many that are not promised. Taken back when the request is
/// done.
bool pledgeFrames(uint64_t count);
void unpledgeFrames(uint64_t count);

struct MemoryFigures {
  uint64_t totalFrames, freeFrames;
};
MemoryFigures memoryFigures();

} // namespace cleave

#endif
