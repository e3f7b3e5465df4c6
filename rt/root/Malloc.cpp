/* Malloc.cpp - the C library's heap functions as the program sees them; Heap.h says what that is for. Weak, because a program
 * may be linked with wrappers of its own. */
#include "Heap.h"

#include "../task/Memory.h"

#include <errno.h>
#include <sys/mman.h>

using namespace cleave;

namespace {

void *noMemory() {
  errno = ENOMEM;
  return nullptr;
}

void *move(void *block, size_t oldSize, size_t size) {
  void *moved = heap::allocate(size);
  if (moved) {
    memcpy(moved, block, oldSize < size ? oldSize : size);
    heap::release(block);
  }
  return moved;
}

void *resize(void *block, size_t size) {
  if (HeapBlock own = findBlock(block); own.begin) {
    bool stays = arena::owns(block) && size <= own.bytes && size > own.bytes / 2 && size >= CLEAVE_EXTERN_MIN;
    return stays ? block : move(block, own.bytes, size);
  }
  /* A small block that becomes large is one to look after. */
  bool isToMove = size >= kMarked && __real_malloc_usable_size;
  return isToMove ? move(block, __real_malloc_usable_size(block), size) : __real_realloc(block, size);
}

} // namespace

namespace cleave::heap {

size_t leastLookedAt = kLeastAsked;

bool isGranted(size_t size) {
  void *asked = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (asked == MAP_FAILED)
    return false; /* errno is ENOMEM */
  munmap(asked, size);
  return true;
}

} // namespace cleave::heap

extern "C" {

/* jemalloc's, if that is the malloc behind this one. By itself it keeps what was freed for ten seconds, on the chance that it is
 * asked for again: twice the plain program's memory, where trees are made and thrown away. */
[[gnu::weak]] const char *malloc_conf = "dirty_decay_ms:500";

[[gnu::weak]] void *__wrap_malloc(size_t size) { return heap::allocate(size); }

[[gnu::weak]] void __wrap_free(void *block) { heap::release(block); }

[[gnu::weak]] void *__wrap_calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || heap::isRefused(bytes))
    return noMemory();
  if (!arena::base || bytes < kMarked)
    return __real_calloc(count, size);
  bool isZero = false;
  if (bytes >= CLEAVE_EXTERN_MIN)
    if (void *block = arena::allocate(bytes, heap::kAlignment, &isZero))
      return isZero ? block : memset(block, 0, bytes);
  void *block = allocateMarked(bytes, heap::kAlignment);
  return block ? memset(block, 0, bytes) : nullptr;
}

[[gnu::weak]] void *__wrap_realloc(void *block, size_t size) {
  if (heap::isRefused(size))
    return noMemory();
  if (!arena::base)
    return __real_realloc(block, size);
  if (!block)
    return heap::allocate(size);
  return size ? resize(block, size) : (heap::release(block), nullptr); /* as glibc does it */
}

[[gnu::weak]] void *__wrap_memalign(size_t alignment, size_t size) {
  if (heap::isRefused(size))
    return noMemory();
  if (arena::base)
    if (void *block = heap::tryOwn(size, alignment))
      return block;
  return __real_memalign ? __real_memalign(alignment, size) : noMemory();
}

[[gnu::weak]] void *__wrap_aligned_alloc(size_t alignment, size_t size) {
  bool isPower = alignment && !(alignment & (alignment - 1));
  void *block = isPower ? heap::allocateAligned(alignment, size) : nullptr;
  if (!block)
    errno = isPower ? ENOMEM : EINVAL;
  return block;
}

[[gnu::weak]] int __wrap_posix_memalign(void **result, size_t alignment, size_t size) {
  if (heap::isRefused(size))
    return ENOMEM;
  if (arena::base && alignment >= sizeof(void *) && !(alignment & (alignment - 1)))
    if (void *block = heap::tryOwn(size, alignment)) {
      *result = block;
      return 0;
    }
  return __real_posix_memalign ? __real_posix_memalign(result, alignment, size) : ENOMEM;
}

[[gnu::weak]] size_t __wrap_malloc_usable_size(void *block) {
  if (HeapBlock own = arena::base ? findBlock(block) : HeapBlock(); own.begin)
    return own.bytes;
  return __real_malloc_usable_size ? __real_malloc_usable_size(block) : 0;
}
}
