/* NewDelete.cpp - the program's operator new and delete: large blocks to the arena, all else to malloc, from some
 * size on with a header (Blocks.h).
 *
 * Weak, each form in terms of the one that the standard says it calls: a program may replace any of them, and what it
 * does not replace still ends in what it does. Its blocks are then not in the arena, and travel by copying.
 *
 * The price for a block in a program that is not split is one comparison on each side, for a small one in a program
 * that is split two or three. */
#include "Arena.h"
#include "Blocks.h"

#include "../task/Memory.h"
#include "cleave/image.h"

#include <new>
#include <stdlib.h>

using cleave::arena::owns;

namespace {

inline void *tryAllocate(size_t size, size_t alignment) {
  if (cleave::arena::base) [[unlikely]] { // which a program that is not split never has
    if (size >= CLEAVE_EXTERN_MIN)
      if (void *block = cleave::arena::allocate(size, alignment))
        return block;
    if (size >= cleave::kMarked && alignment <= cleave::kHeaderBytes)
      return cleave::allocateMarked(size);
  }
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__)
    return malloc(size ? size : 1);
  return aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1));
}

/* Asks the program's new handler for memory, as the standard says. It may throw. */
[[gnu::noinline, gnu::cold]] void *retry(size_t size, size_t alignment) {
  for (;;) {
    std::new_handler handler = std::get_new_handler();
    if (!handler)
      return nullptr;
    handler();
    if (void *block = tryAllocate(size, alignment))
      return block;
  }
}

inline void *allocate(size_t size, size_t alignment) {
  void *block = tryAllocate(size, alignment);
  return block ? block : retry(size, alignment);
}

inline void release(void *block) {
  if (cleave::arena::base) [[unlikely]] {
    if (owns(block))
      return cleave::arena::release(block);
    if (block && cleave::isMarked(block))
      return cleave::freeMarked(block);
  }
  free(block);
}

} // namespace

namespace std {
[[noreturn]] void __throw_bad_alloc();
}

/* Tests say otherwise: a sanitizer's operators are weak too. */
#ifndef CLEAVE_WEAK
#define CLEAVE_WEAK [[gnu::weak]]
#endif

CLEAVE_WEAK void *operator new(size_t size) {
  if (void *block = allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__)) [[likely]]
    return block;
  std::__throw_bad_alloc();
}
CLEAVE_WEAK void *operator new(size_t size, std::align_val_t alignment) {
  if (void *block = allocate(size, size_t(alignment)))
    return block;
  std::__throw_bad_alloc();
}
CLEAVE_WEAK void *operator new[](size_t size) { return ::operator new(size); }
CLEAVE_WEAK void *operator new[](size_t size, std::align_val_t alignment) { return ::operator new(size, alignment); }
CLEAVE_WEAK void *operator new(size_t size, const std::nothrow_t &) noexcept {
  try {
    return ::operator new(size);
  } catch (...) {
    return nullptr;
  }
}
CLEAVE_WEAK void *operator new(size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept {
  try {
    return ::operator new(size, alignment);
  } catch (...) {
    return nullptr;
  }
}
CLEAVE_WEAK void *operator new[](size_t size, const std::nothrow_t &none) noexcept {
  return ::operator new(size, none);
}
CLEAVE_WEAK void *operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t &none) noexcept {
  return ::operator new(size, alignment, none);
}

CLEAVE_WEAK void operator delete(void *block) noexcept { release(block); }
CLEAVE_WEAK void operator delete(void *block, std::align_val_t) noexcept { release(block); }
CLEAVE_WEAK void operator delete[](void *block) noexcept { ::operator delete(block); }
CLEAVE_WEAK void operator delete(void *block, size_t) noexcept { ::operator delete(block); }
CLEAVE_WEAK void operator delete[](void *block, size_t) noexcept { ::operator delete[](block); }
CLEAVE_WEAK void operator delete(void *block, const std::nothrow_t &) noexcept { ::operator delete(block); }
CLEAVE_WEAK void operator delete[](void *block, const std::nothrow_t &) noexcept { ::operator delete[](block); }
CLEAVE_WEAK void operator delete[](void *block, std::align_val_t alignment) noexcept {
  ::operator delete(block, alignment);
}
CLEAVE_WEAK void operator delete(void *block, size_t, std::align_val_t alignment) noexcept {
  ::operator delete(block, alignment);
}
CLEAVE_WEAK void operator delete[](void *block, size_t, std::align_val_t alignment) noexcept {
  ::operator delete[](block, alignment);
}
CLEAVE_WEAK void operator delete(void *block, std::align_val_t alignment, const std::nothrow_t &) noexcept {
  ::operator delete(block, alignment);
}
CLEAVE_WEAK void operator delete[](void *block, std::align_val_t alignment, const std::nothrow_t &) noexcept {
  ::operator delete[](block, alignment);
}
