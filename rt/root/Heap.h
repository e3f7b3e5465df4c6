/* Heap.h - where the program's blocks lie, whoever asks for them: large ones in the arena, all else in the C library's heap,
 * from some size on with a header (Blocks.h).
 *
 * The program is linked so that its calls of malloc and its like, and those of the libraries in it, come to Malloc.cpp, and
 * `__real_malloc` is the C library's, or one that the program brings (linker option --wrap, cleave/heap.h). So a block may
 * be freed by whoever has it: the buffer that getline() makes larger, the string that strdup() made.
 *
 * The price for a block in a program that is not split is one comparison on each side, for a small one in a program
 * that is split two or three. */
#ifndef CLEAVE_ROOT_HEAP_H
#define CLEAVE_ROOT_HEAP_H

#include "Arena.h"
#include "Blocks.h"

#include "cleave/image.h"

#include <stddef.h>

/* A program that brings malloc need bring no more than the first four. A strong reference to another one would then bring
 * in the C library's, all of them. */
extern "C" {
void *__real_malloc(size_t size);
void __real_free(void *block);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
[[gnu::weak]] void *__real_aligned_alloc(size_t alignment, size_t size);
[[gnu::weak]] void *__real_memalign(size_t alignment, size_t size);
[[gnu::weak]] int __real_posix_memalign(void **block, size_t alignment, size_t size);
[[gnu::weak]] size_t __real_malloc_usable_size(void *block);
}

namespace cleave::heap {

/* What malloc's blocks are aligned to. */
inline constexpr size_t kAlignment = 16;

/* A request of this size may be one that the kernel refuses to everybody (more than the machine has). Neither the arena nor
 * jemalloc, which map what nobody may ever touch, would notice. */
inline constexpr size_t kLeastAsked = size_t{1} << 30;
bool isGranted(size_t size);
inline bool isRefused(size_t size) { return size >= kLeastAsked && !isGranted(size); }

/* Requests from this size on are looked at: kLeastAsked, and where there is an arena kMarked. */
extern size_t leastLookedAt;

/* In the arena or with a header; null: the C library's turn. */
inline void *tryOwn(size_t size, size_t alignment) {
  if (size >= CLEAVE_EXTERN_MIN)
    if (void *block = arena::allocate(size, alignment))
      return block;
  return size >= kMarked ? allocateMarked(size, alignment) : nullptr;
}

inline void *allocate(size_t size) {
  if (size >= leastLookedAt) [[unlikely]] {
    if (isRefused(size))
      return nullptr;
    if (void *block = arena::base ? tryOwn(size, kAlignment) : nullptr)
      return block;
  }
  return __real_malloc(size);
}

/* aligned_alloc(): null, too, where the program brings a malloc and no such function. */
inline void *allocateAligned(size_t alignment, size_t size) {
  if (isRefused(size))
    return nullptr;
  if (arena::base)
    if (void *block = tryOwn(size, alignment))
      return block;
  return __real_aligned_alloc ? __real_aligned_alloc(alignment, size) : nullptr;
}

inline void release(void *block) {
  if (arena::base) [[unlikely]] {
    if (arena::owns(block))
      return arena::release(block);
    if (isMarked(block))
      return freeMarked(block);
  }
  __real_free(block);
}

} // namespace cleave::heap
#endif
