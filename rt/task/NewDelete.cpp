/* NewDelete.cpp - operator new and delete, in every form, over the task's heap. A task without memory ends as one
 * that threw: the program does the work again in place, where std::bad_alloc can be thrown and caught as usual. */
#include "Task.h"

#include <new>

namespace {
void *orThrow(void *block) {
  if (!block)
    cleave::endThrown();
  return block;
}
} // namespace

extern "C" void *aligned_alloc(size_t alignment, size_t bytes) noexcept;

void *operator new(size_t bytes) { return orThrow(malloc(bytes)); }
void *operator new[](size_t bytes) { return orThrow(malloc(bytes)); }
void *operator new(size_t bytes, const std::nothrow_t &) noexcept { return malloc(bytes); }
void *operator new[](size_t bytes, const std::nothrow_t &) noexcept { return malloc(bytes); }
void *operator new(size_t bytes, std::align_val_t alignment) {
  return orThrow(aligned_alloc(size_t(alignment), bytes));
}
void *operator new[](size_t bytes, std::align_val_t alignment) {
  return orThrow(aligned_alloc(size_t(alignment), bytes));
}
void *operator new(size_t bytes, std::align_val_t alignment, const std::nothrow_t &) noexcept {
  return aligned_alloc(size_t(alignment), bytes);
}
void *operator new[](size_t bytes, std::align_val_t alignment, const std::nothrow_t &) noexcept {
  return aligned_alloc(size_t(alignment), bytes);
}

void operator delete(void *block) noexcept { free(block); }
void operator delete[](void *block) noexcept { free(block); }
void operator delete(void *block, size_t) noexcept { free(block); }
void operator delete[](void *block, size_t) noexcept { free(block); }
void operator delete(void *block, const std::nothrow_t &) noexcept { free(block); }
void operator delete[](void *block, const std::nothrow_t &) noexcept { free(block); }
void operator delete(void *block, std::align_val_t) noexcept { free(block); }
void operator delete[](void *block, std::align_val_t) noexcept { free(block); }
void operator delete(void *block, size_t, std::align_val_t) noexcept { free(block); }
void operator delete[](void *block, size_t, std::align_val_t) noexcept { free(block); }
void operator delete(void *block, std::align_val_t, const std::nothrow_t &) noexcept { free(block); }
void operator delete[](void *block, std::align_val_t, const std::nothrow_t &) noexcept { free(block); }
