/* LocalRanges.h - range loops as work for local workers. */
#ifndef CLEAVE_ROOT_LOCALRANGES_H
#define CLEAVE_ROOT_LOCALRANGES_H

#include "cleave/program.h"

namespace cleave::local {

/* Does the loop, all of it. Null: it does not pay, or may not be; else a token (Local.h) for the two below. */
void *doRanges(const cleave_range &range);
int nextRange(void *range, uint64_t done, void *reductions, uint64_t *count);
void endRanges(void *range);

} // namespace cleave::local
#endif
