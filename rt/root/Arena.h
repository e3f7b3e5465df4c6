/* Arena.h - where the program's large blocks lie when a run may split: in memory that workers can be shown.
 *
 * The program's heap puts blocks of CLEAVE_EXTERN_MIN bytes and more here (Heap.h). When such a block is an argument, a message
 * carries its place instead of its bytes, and the worker maps it (image.h: externs). Extents of whole pages, best fit
 * within classes, neighbours joined on release. Memory goes back to the system in large pieces and late: a program
 * that fills and frees the same vector in a loop should not pay for fresh pages each time.
 *
 * PINS. A message in flight pins the blocks that it shows. A pinned block that the program deletes stays as it is
 * until the last worker is done with it: the generator of a staged loop may well build a vector, push it and destroy
 * it. So a worker never sees memory that was given to somebody else.
 *
 * All functions may be called before the constructor ran (nothing is the arena's then) and from any thread.
 *
 * Rejected: headers in front of blocks (a page for 16 bytes, and a header that workers see); a table with an entry
 * per block kept sorted (slow with ten thousand blocks). The side table has an entry for each page, in sparse memory,
 * and only an extent's ends are kept up.
 *
 * WHERE NO WORKER WILL BE SHOWN ANYTHING the arena is memory of the program's own, and blocks of 4 MiB and more ask for huge
 * pages, which shared memory gets on few systems: a first touch then costs a third (docs/workers.md has figures).
 */
#ifndef CLEAVE_ROOT_ARENA_H
#define CLEAVE_ROOT_ARENA_H

#include "Blocks.h"
#include "cleave/node.h"

#include <stddef.h>
#include <stdint.h>

namespace cleave::arena {

inline constexpr uint64_t kPage = 4096;

/* What is known about a block's publication under a name. */
struct Published {
  cleave_name name;
  uint64_t epoch; /* of the loop or future that published it; 0: never */
  const void *data;
  uint64_t bytes;
  uint64_t serial; /* of the block, among all that were ever asked for one (Content.h); 0: none yet */
};

extern uint8_t *base;  /* null: there is no arena */
extern uint64_t bytes; /* 0 then, so that `owns` is one comparison */

/* Takes over [memory, memory + size), mapped from a memfd that workers can map too; `isToShow`: whether any may come to. False:
 * no memory for the table. */
bool attach(void *memory, uint64_t size, bool isToShow);
/* Before a fork: turns the arena into private memory with the same content at the same place. Blocks stay where they
 * are and can no longer be shown. No other thread may write to the arena meanwhile. */
void makePrivate();

/* Null: there is no room. `isZero` is told whether every byte of the block is zero. */
void *allocate(uint64_t size, uint64_t alignment, bool *isZero = nullptr);
void release(void *block);
inline bool owns(const void *pointer) {
  return reinterpret_cast<uint64_t>(pointer) - reinterpret_cast<uint64_t>(base) < bytes;
}

/* Does it lie in here, and is no page of it shared with anybody? Then one that was never touched is zero. */
bool isOwn(const void *data, uint64_t size);

/* Of an own block: it counts as written, but some of its pages were left out (Zero.cpp). Has that been said since the last
 * question? */
void noteLeftOut(const void *at);
bool takeLeftOut(const void *at);

/* The block that [data, data + size) lies in, or null if it lies in none or may not be shown. */
Published *find(const void *data, uint64_t size, void **block);
/* The block that `pointer` leads into, as long as its pages are; not found: free memory. */
HeapBlock blockOf(const void *pointer);
void pin(void *block);
void unpin(void *block);

} // namespace cleave::arena
#endif
