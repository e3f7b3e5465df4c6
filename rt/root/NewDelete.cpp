/* NewDelete.cpp - the program's operator new and delete, over its heap (Heap.h).
 *
 * Weak, each form in terms of the one that the standard says it calls: a program may replace any of them, and what it
 * does not replace still ends in what it does. */
#include "Heap.h"
#include "WholeRun.h"

#include <new>

namespace {

inline void *tryAllocate(size_t size, size_t alignment) {
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__)
    return cleave::heap::allocate(size ? size : 1);
  return cleave::heap::allocateAligned(alignment, (size + alignment - 1) & ~(alignment - 1));
}

/* Asks the program's new handler for memory, as the standard says. It may throw. */
[[gnu::noinline, gnu::cold]] void *retry(size_t size, size_t alignment) {
  for (;;) {
    std::new_handler handler = std::get_new_handler();
    if (!handler) {
      cleave::whole::noteNoMemory();
      return nullptr;
    }
    handler();
    if (void *block = tryAllocate(size, alignment))
      return block;
  }
}

inline void *allocate(size_t size, size_t alignment) {
  void *block = tryAllocate(size, alignment);
  return block ? block : retry(size, alignment);
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

CLEAVE_WEAK void operator delete(void *block) noexcept { cleave::heap::release(block); }
CLEAVE_WEAK void operator delete(void *block, std::align_val_t) noexcept { cleave::heap::release(block); }
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
