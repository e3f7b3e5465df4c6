/* Values.h - moving and destroying live values by their descriptors, for work that is done in the program's own process.
 *
 * MOVING is a copy of the bytes, and the correction of the few pointers that lead back into a value: a short string's
 * text, the sentinels of lists and trees, a hash table's only bucket. What the value owns stays where it is. */
#ifndef CLEAVE_ROOT_VALUES_H
#define CLEAVE_ROOT_VALUES_H

#include "cleave/image.h"

namespace cleave {

/* `to` has room for one value and holds none; `from` holds none afterwards. */
void relocate(const cleave_type &type, void *from, void *to);

/* Frees what the value owns. (A type that travels has no destructor that does anything else.) */
void destroy(const cleave_type &type, void *value);

} // namespace cleave
#endif
