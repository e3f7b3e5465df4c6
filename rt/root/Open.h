/* Open.h - futures and loops that were begun and not ended, and the frames that bracket them.
 *
 * They form a stack in order of their beginning, each with a serial number. A frame (Watch.cpp) keeps the number of what
 * was begun last when it was entered; leaving it ends whatever has a higher one, however control got there. So a longjmp
 * past some frames is made good by the next one that is left.
 */
#ifndef CLEAVE_ROOT_OPEN_H
#define CLEAVE_ROOT_OPEN_H

#include "Batch.h"

namespace cleave {

struct OpenWork {
  OpenWork *previous, *next;
  uint64_t serial;
  void (*end)(OpenWork *work); /* abandons what is in flight and frees it */
};

struct Shared {
  uint32_t helped;  /* how often others did a part of what a thread began, */
  uint32_t offered; /* and how often they were offered what is long beside asking */
};
/* Each thread has its own; a thread that cannot begin anything has an empty one. */
struct OpenStack : Shared {
  OpenWork *last;
  uint64_t serial;
};
extern constinit thread_local OpenStack openStack;
/* For comparing. */
inline uint64_t sharedSoFar() { return __builtin_bit_cast(uint64_t, static_cast<const Shared &>(openStack)); }

void link(OpenWork *work, void (*end)(OpenWork *work));
/* Ends what was begun after `serial`. */
void endSince(uint64_t serial);
void unlink(OpenWork *work);

/* A loop that the run time generates itself. Null: everything in place, and `state` stays the caller's; else the loop
 * frees it at its end, however that comes. */
enum class OwnsState : bool { No, Yes };
void *beginLoop(cleave_site *site, cleave_generator generator, void *state, const void *const *sharedArgs, OwnsState owns);

/* In the child of a fork: nothing that was begun will be answered. */
void forgetOpenWork();

/* The shared image without parameters. */
SharedImage *emptyShared();

/* A found item whose record was pending: is it still? */
void settle(Batch &batch);

enum class Taken : uint8_t { Result, InPlace };
/* The next result of a batch that is no longer in flight. A dead one ends the run. */
Taken take(Batch &batch, void *result);

/* Blocks and statistics: a new epoch for each loop and future (Message.h). */
uint64_t nextEpoch();

} // namespace cleave
#endif
