// Layout.h - where things lie in the address spaces. docs/kernel.md draws the map.
//
// The upper half is the kernel's and the same everywhere. The direct map shows all physical memory but the kernel's own
// image (that memory has one address and one permission). A task's and the program's parts of the lower half are fixed:
// an object that lies at offset x of the exchange or the arena is seen by a task at a base plus x, so that no table of
// free addresses is needed and views that overlap share their pages.
#ifndef CLEAVE_KERNEL_LAYOUT_H
#define CLEAVE_KERNEL_LAYOUT_H

#include "cleave/exchange.h"

#include <stdint.h>

namespace cleave {

constexpr uint64_t kDirectMap = 0xffff800000000000;
constexpr uint64_t kImageBase = 0xffffffff80000000; ///< virtual minus physical, as the linker script says

inline uint8_t *direct(uint64_t physical) { return reinterpret_cast<uint8_t *>(kDirectMap + physical); }

/* The lower half. Binaries are linked below 1 TiB. */
constexpr uint64_t kTiB = uint64_t{1} << 40;
constexpr uint64_t kUserEnd = uint64_t{1} << 47;
constexpr uint64_t kBinaryEnd = kTiB;

/* A task. */
constexpr uint64_t kTaskHeap = 1 * kTiB, kTaskHeapEnd = 65 * kTiB; ///< 2^46 bytes: no request goes beyond
constexpr uint64_t kTaskInputs = CLEAVE_TASK_INPUTS;               ///< + offset in the partition
constexpr uint64_t kTaskOutputs = 67 * kTiB;                       ///< + offset in the ring entry's area
constexpr uint64_t kTaskObjects = CLEAVE_TASK_OBJECTS;             ///< + offset in the arena
constexpr uint64_t kTaskThread = 126 * kTiB;                       ///< thread pointer's block
constexpr uint64_t kTaskStackTop = 127 * kTiB, kTaskStackBytes = 64 << 20;
constexpr uint64_t kTaskGate = 127 * kTiB + (1 << 20); ///< stubs of the calls, the table and the start block

/* The program. */
constexpr uint64_t kRootHeap = 1 * kTiB, kRootHeapBytes = 16 * kTiB; ///< what it asked for so far is its own
constexpr uint64_t kRootExchange = 32 * kTiB;
constexpr uint64_t kRootArena = 100 * kTiB;
constexpr uint64_t kRootObjects = 110 * kTiB, kRootObjectsBytes = 8 * kTiB; ///< named objects from outside
constexpr uint64_t kRootControl = 120 * kTiB;
constexpr uint64_t kRootLibrary = 121 * kTiB, kRootLibraryBytes = 1 << 30; ///< root/: linked there
constexpr uint64_t kRootStart = 122 * kTiB;                                ///< RootStart and the texts behind it
constexpr uint64_t kRootStackTop = 127 * kTiB, kRootStackBytes = 8 << 20;

constexpr uint64_t kKernelStackBytes = 16 << 10;

} // namespace cleave

#endif
