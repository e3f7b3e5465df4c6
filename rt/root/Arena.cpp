/* Arena.cpp - operator new of a splitting run: large blocks lie where workers can map them.
 *
 * A block of CLEAVE_EXTERN_MIN bytes or more gets whole pages of the ARENA memfd, so that a task can be shown this block
 * and nothing else, without a copy. Everything else, and everything in a serial run, is malloc's. Free extents are kept
 * in a table sorted by address, best fit, neighbours joined; there are as many as there are large blocks, so a scan is
 * cheap beside the page faults of what it hands out. Freed pages go back to the system at once when there are many.
 *
 * A spin lock guards the table, because the program may have threads of its own. The program may define operator new
 * itself: then this file is not linked, nothing is in the arena, and inputs are copied. */
#include "Attach.h"

#include "cleave/image.h"

#include <bits/functexcept.h>
#include <stddef.h>
#include <new>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

namespace cleave {

namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kGiveBack = 4u << 20;

struct Extent {
  uint64_t offset, bytes;
};

/* Free extents, and the length of each block in use. */
Extent *freeList, *usedList;
uint64_t freeCount, freeCapacity, usedCount, usedCapacity;
char *arenaBegin, *arenaEnd;
int lockWord;

struct Lock {
  Lock() {
    while (__atomic_exchange_n(&lockWord, 1, __ATOMIC_ACQUIRE))
      __builtin_ia32_pause();
  }
  ~Lock() { __atomic_store_n(&lockWord, 0, __ATOMIC_RELEASE); }
};

uint64_t position(const Extent *list, uint64_t count, uint64_t offset) {
  uint64_t low = 0, high = count;
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    (list[middle].offset < offset ? low : high) = list[middle].offset < offset ? middle + 1 : middle;
  }
  return low;
}

bool insert(Extent *&list, uint64_t &count, uint64_t &capacity, Extent extent) {
  if (count == capacity) {
    uint64_t more = capacity ? capacity * 2 : 64;
    auto *grown = static_cast<Extent *>(realloc(list, more * sizeof(Extent)));
    if (!grown)
      return false;
    list = grown;
    capacity = more;
  }
  uint64_t at = position(list, count, extent.offset);
  memmove(list + at + 1, list + at, (count - at) * sizeof(Extent));
  list[at] = extent;
  ++count;
  return true;
}

void erase(Extent *list, uint64_t &count, uint64_t at) {
  memmove(list + at, list + at + 1, (count - at - 1) * sizeof(Extent));
  --count;
}

void *allocateExtent(uint64_t bytes) {
  bytes = (bytes + kPage - 1) & ~(kPage - 1);
  Lock lock;
  uint64_t best = freeCount;
  for (uint64_t k = 0; k < freeCount; ++k)
    if (freeList[k].bytes >= bytes && (best == freeCount || freeList[k].bytes < freeList[best].bytes))
      best = k;
  if (best == freeCount)
    return nullptr;
  Extent taken{freeList[best].offset, bytes};
  if (!insert(usedList, usedCount, usedCapacity, taken))
    return nullptr;
  freeList[best].offset += bytes;
  freeList[best].bytes -= bytes;
  if (!freeList[best].bytes)
    erase(freeList, freeCount, best);
  return arenaBegin + taken.offset;
}

void freeExtent(void *block) {
  Lock lock;
  uint64_t offset = static_cast<uint64_t>(static_cast<char *>(block) - arenaBegin);
  uint64_t at = position(usedList, usedCount, offset);
  if (at == usedCount || usedList[at].offset != offset)
    abort(); /* not a block of ours: what malloc would do */
  Extent freed = usedList[at];
  erase(usedList, usedCount, at);
  if (freed.bytes >= kGiveBack)
    madvise(block, freed.bytes, MADV_REMOVE);
  uint64_t next = position(freeList, freeCount, offset);
  if (next < freeCount && freeList[next].offset == freed.offset + freed.bytes) {
    freed.bytes += freeList[next].bytes;
    erase(freeList, freeCount, next);
  }
  if (next > 0 && freeList[next - 1].offset + freeList[next - 1].bytes == freed.offset) {
    freeList[next - 1].bytes += freed.bytes;
    return;
  }
  insert(freeList, freeCount, freeCapacity, freed);
}

void *allocate(size_t bytes, size_t alignment) {
  if (__builtin_expect(bytes >= CLEAVE_EXTERN_MIN && arenaBegin && alignment <= kPage, 0))
    if (void *block = allocateExtent(bytes))
      return block;
  if (alignment > alignof(max_align_t))
    return aligned_alloc(alignment, (bytes + alignment - 1) & ~(alignment - 1));
  return malloc(bytes ? bytes : 1);
}

void *allocateOrThrow(size_t bytes, size_t alignment) {
  for (;;) {
    if (void *block = allocate(bytes, alignment))
      return block;
    std::new_handler handler = std::get_new_handler();
    if (!handler)
      std::__throw_bad_alloc();
    handler();
  }
}

void release(void *block) {
  if (__builtin_expect(isInArena(block), 0))
    freeExtent(block);
  else
    free(block);
}

} // namespace

bool isInArena(const void *block) { return block >= arenaBegin && block < arenaEnd; }

void startArena() {
  uint64_t bytes = nodeLink.control->arena_bytes;
  insert(freeList, freeCount, freeCapacity, {0, bytes});
  arenaEnd = nodeLink.arena + bytes;
  arenaBegin = nodeLink.arena;
}

} // namespace cleave

using cleave::allocate;
using cleave::allocateOrThrow;
using cleave::release;
static constexpr size_t kPlain = alignof(max_align_t);

void *operator new(size_t bytes) { return allocateOrThrow(bytes, kPlain); }
void *operator new[](size_t bytes) { return allocateOrThrow(bytes, kPlain); }
void *operator new(size_t bytes, const std::nothrow_t &) noexcept { return allocate(bytes, kPlain); }
void *operator new[](size_t bytes, const std::nothrow_t &) noexcept { return allocate(bytes, kPlain); }
void *operator new(size_t bytes, std::align_val_t align) { return allocateOrThrow(bytes, static_cast<size_t>(align)); }
void *operator new[](size_t bytes, std::align_val_t align) { return allocateOrThrow(bytes, static_cast<size_t>(align)); }
void *operator new(size_t bytes, std::align_val_t align, const std::nothrow_t &) noexcept {
  return allocate(bytes, static_cast<size_t>(align));
}
void *operator new[](size_t bytes, std::align_val_t align, const std::nothrow_t &) noexcept {
  return allocate(bytes, static_cast<size_t>(align));
}
void operator delete(void *block) noexcept { release(block); }
void operator delete[](void *block) noexcept { release(block); }
void operator delete(void *block, size_t) noexcept { release(block); }
void operator delete[](void *block, size_t) noexcept { release(block); }
void operator delete(void *block, const std::nothrow_t &) noexcept { release(block); }
void operator delete[](void *block, const std::nothrow_t &) noexcept { release(block); }
void operator delete(void *block, std::align_val_t) noexcept { release(block); }
void operator delete[](void *block, std::align_val_t) noexcept { release(block); }
void operator delete(void *block, size_t, std::align_val_t) noexcept { release(block); }
void operator delete[](void *block, size_t, std::align_val_t) noexcept { release(block); }
void operator delete(void *block, std::align_val_t, const std::nothrow_t &) noexcept { release(block); }
void operator delete[](void *block, std::align_val_t, const std::nothrow_t &) noexcept { release(block); }
