/* Names.h - how objects get their names (design: equal work has equal names, and a name is a capability).
 *
 * What outlives the run, in a store:
 *
 *     name = UUIDv8( BLAKE2b-128( key = the tenant's, kind of name | what it is derived from ) )
 *
 *   item        the task binary's name, output number, version 0 (deterministic), the digests of the parameters (Content.h):
 *               equal in all runs of a tenant, and what results are kept under (Memo.h)
 *
 * What a message is made of has names that only this run derives, and only the worker that got the message can use:
 *
 *     name = UUIDv8( HighwayHash-128( key = BLAKE2b-256( key = the tenant's, run, kind of name ), what it is derived from ) )
 *
 *   output      the task binary's name, output number, version (0, or the reserved one), the inputs' names
 *   content     the bytes, for small images
 *   provenance  number in the run: for what is too large to be hashed for each message. It is what has been published at
 *               that moment, by this run, and equals nothing else.
 *
 * BLAKE2b needs 350 ns for a name, which was a quarter of what a small task cost; HighwayHash 20. Nobody has broken either,
 * but the second has been looked at by fewer; so what it is drawn from is worth nothing in another run.
 */
#ifndef CLEAVE_ROOT_NAMES_H
#define CLEAVE_ROOT_NAMES_H

#include "../store/Hash.h"
#include "cleave/image.h"

namespace cleave {

/* 32 bytes of key, 16 of run id. Both are copied. */
void setNameKeys(const uint8_t *tenantKey, const uint8_t *runId);
/* Of the first output of a task with these two inputs. `isReserved`: it is another one each time (cleave_kind's flags). */
cleave_name outputName(const cleave_name &task, const cleave_name (&inputs)[2], bool isReserved);
/* Of an item: its parameters' digests (Content.h); which of them a loop's items share changes what digests mean. */
cleave_name itemName(const cleave_name &task, uint32_t sharedMask, const Hash128 *parameters, uint32_t parameterCount);
cleave_name contentName(const void *data, uint64_t bytes);
cleave_name provenanceName(uint64_t sequence);

/* CLEAVE_SEED_BYTES that a message's work draws its random numbers from: others each time, which nobody can foresee who lacks
 * the tenant's key. */
void makeSeed(uint8_t *seed);

} // namespace cleave
#endif
