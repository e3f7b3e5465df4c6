/* Names.h - object names (design.md section 5): version-8 UUIDs from a keyed BLAKE2b, 128 bits. */
#ifndef CLEAVE_ROOT_NAMES_H
#define CLEAVE_ROOT_NAMES_H

#include "cleave/node.h"

#include <stdint.h>

namespace cleave {

/* By content. */
cleave_name nameOfContent(const void *bytes, uint64_t count);
/* By provenance: this run, and a number that no other publication of it has. For blocks too large to hash. */
cleave_name nameOfPublication();
/* Output 0 of a task, version 0, made from `inputs`. */
cleave_name nameOfOutput(const cleave_name &task, const cleave_name *inputs, uint32_t count);

} // namespace cleave
#endif
