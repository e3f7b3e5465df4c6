/* Names.h - how objects get their names (design: equal work has equal names, and a name is a capability).
 *
 *     name = UUIDv8( BLAKE2b-128( key = the tenant's, kind of name | what it is derived from ) )
 *
 *   output      the task binary's name, output number, version 0 (deterministic), the inputs' names
 *   item        the task binary's name, output number, version 0, the digests of the parameters (Content.h): equal in
 *               all runs of a tenant, and what results are kept under (Memo.h)
 *   content     the bytes, for small images
 *   provenance  run, number in the run: for what is too large to be hashed for each message. It is what has been
 *               published at that moment, by this run, and equals nothing else.
 */
#ifndef CLEAVE_ROOT_NAMES_H
#define CLEAVE_ROOT_NAMES_H

#include "../store/Hash.h"
#include "cleave/node.h"

namespace cleave {

/* 32 bytes of key, 16 of run id. Both are copied. */
void setNameKeys(const uint8_t *tenantKey, const uint8_t *runId);
cleave_name outputName(const cleave_name &task, uint32_t output, const cleave_name *inputs, uint32_t inputCount);
/* Of an item: its parameters' digests (Content.h); which of them a loop's items share changes what digests mean. */
cleave_name itemName(const cleave_name &task, uint32_t sharedMask, const Hash128 *parameters, uint32_t parameterCount);
cleave_name contentName(const void *data, uint64_t bytes);
cleave_name provenanceName(uint64_t sequence);

} // namespace cleave
#endif
