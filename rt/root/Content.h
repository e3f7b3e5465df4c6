/* Content.h - digests of what tasks are given: the same for equal values, wherever they lie, in whichever run.
 *
 * A value is laid out as the image of one parameter (image.h): offsets instead of addresses, padding and spare room zero, the
 * kind's own numbers for symbols. What the image would only refer to, large blocks of the arena, enters with the digest of
 * the bytes that hold values. A block that was hashed before and not written to since is not hashed again (Written.h).
 *
 * Two parameters may show one block, and a task could see that by comparing pointers. So a digest also holds which of the
 * blocks met before lies in the same piece of memory, and how far away.
 */
#ifndef CLEAVE_ROOT_CONTENT_H
#define CLEAVE_ROOT_CONTENT_H

#include "../store/Hash.h"
#include "Message.h"

namespace cleave::content {

/* The tenant's key for content; before all else. False: there is no room to lay values out in. */
bool attach(const HashKey &key);

/* Blocks that a tuple shows, in the order in which they are met. */
struct Met {
  struct Place {
    const void *block;
    const void *data;
  };
  Place *places;
  uint32_t count, capacity;
};

void meet(Met &met, const Shown &shown);

/* The digest of each parameter in `mask`, at its number in `digests`. False: a value is too large, or does not make sense.
 * May be left by a jump, if reading a value faults (Generator.h). */
bool digestTuple(const cleave_kind &kind, uint32_t mask, const void *const *args, Met &met, Hash128 *digests);

} // namespace cleave::content
#endif
