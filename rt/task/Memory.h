/* Memory.h - what image code needs from around it, in the task as in the root: four memory functions, a growing
 * block, unaligned loads, and a way to end when an invariant is broken. Freestanding. */
#ifndef CLEAVE_TASK_MEMORY_H
#define CLEAVE_TASK_MEMORY_H

#include <stddef.h>
#include <stdint.h>

extern "C" {
void *memcpy(void *destination, const void *source, size_t bytes) noexcept;
void *memset(void *destination, int byte, size_t bytes) noexcept;
void *malloc(size_t bytes) noexcept;
void *realloc(void *block, size_t bytes) noexcept;
void free(void *block) noexcept;
}

namespace cleave {

/* Ends the task (CLEAVE_PANIC) or the program (abort), with a line that says why. */
[[noreturn]] void panic(const char *why);

/* realloc that does not fail: run-time bookkeeping without memory cannot go on. */
inline void *growBlock(void *block, uint64_t bytes) {
  void *grown = realloc(block, bytes);
  if (!grown)
    panic("out of memory for bookkeeping");
  return grown;
}

inline uint64_t loadWord(const void *from) {
  uint64_t word;
  memcpy(&word, from, sizeof word);
  return word;
}

inline const char *loadPointer(const void *from) { return reinterpret_cast<const char *>(loadWord(from)); }

} // namespace cleave
#endif
