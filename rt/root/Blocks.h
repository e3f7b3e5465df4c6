/* Blocks.h - which block of the heap a pointer begins: what a range loop asks of its arrays (program.h).
 *
 * Large blocks lie in the arena, whose table knows their ends, and a pointer may lead anywhere into them. Blocks of
 * kMarked bytes and more that malloc serves carry a header in front, with their size and a word that depends on their
 * address, and are found by their first byte only. Smaller ones, and whatever the program got elsewhere, are not found:
 * the loop that asks runs in place.
 *
 * The header is written only in runs that may split; a run in mode serial pays a comparison for each block.
 *
 * Looking for a header means to read 16 bytes in front of a pointer that may be anything's, such as that of a page
 * which the program mapped, or of a block from a malloc of its own choice. So a header lies in the page in which its
 * block begins, and nobody looks anywhere else.
 */
#ifndef CLEAVE_ROOT_BLOCKS_H
#define CLEAVE_ROOT_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

namespace cleave {

struct HeapBlock {
  const uint8_t *begin; /* null: not found */
  uint64_t bytes;
};

HeapBlock findBlock(const void *pointer);

inline constexpr size_t kMarked = 128;
inline constexpr size_t kHeaderBytes = 16;

/* The C library's malloc and free, with a header. */
void *allocateMarked(size_t size, size_t alignment); /* null: no memory, or too large an alignment */
bool isMarked(const void *block);
void freeMarked(void *block);

} // namespace cleave
#endif
