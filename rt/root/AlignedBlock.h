/* AlignedBlock.h - the run time's own aligned memory, from whatever malloc the program has. One that a program brings may be malloc
 * and free alone; asking for aligned_alloc would then bring in another allocator, with a second malloc.
 */
#ifndef CLEAVE_ROOT_ALIGNEDBLOCK_H
#define CLEAVE_ROOT_ALIGNEDBLOCK_H

#include "../task/Layout.h"

#include <stdlib.h>

namespace cleave {

/* Null: there is no memory. */
inline void *newAligned(uint64_t alignment, uint64_t bytes) {
  void *block = malloc(bytes + sizeof(void *) + alignment);
  if (!block)
    return nullptr;
  auto **place = reinterpret_cast<void **>(alignUp(reinterpret_cast<uint64_t>(block) + sizeof(void *), alignment));
  place[-1] = block;
  return place;
}

inline void freeAligned(void *place) {
  if (place)
    free(static_cast<void **>(place)[-1]);
}

} // namespace cleave
#endif
