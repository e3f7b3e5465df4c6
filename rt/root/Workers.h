/* Workers.h - the program's view of its workers: rings, messages, waiting.
 *
 * A slot is a worker process for one kind. `reserve` finds one with a free ring entry (and asks the node for another
 * worker when that would help), the caller builds its items in that entry's input area, `submit` sends them. `poll`
 * takes note of what has been completed. Results stay in the worker's partition until they are taken; one that stands
 * in the way of a new message is copied out (detached), within a bound.
 */
#ifndef CLEAVE_ROOT_WORKERS_H
#define CLEAVE_ROOT_WORKERS_H

#include "Batch.h"

namespace cleave {

bool attachWorkers();

struct Area {
  uint8_t *memory;
  uint64_t bytes;
};

/* A slot whose worker runs `kind` and has fewer than `maxInFlight` messages, or -1. It is the caller's until submit
 * or unreserve. `workersWanted`: ask the node for more, up to that many. */
int reserve(uint32_t kind, uint32_t maxInFlight, uint32_t workersWanted);
void unreserve(int slot);
Area itemsArea(int slot);
/* The largest shared image that can be sent. */
uint64_t sharedLimit();

/* `items` is finished, `itemsBytes` long, and lies in the slot's area. The batch takes over its pins. */
void submit(int slot, Batch *batch, OutgoingImage &items, uint64_t itemsBytes);

/* What copying shared images to workers has taken since this was asked last. */
uint64_t takePlacingNs();

void poll();
/* Sleeps until something may have been completed, or the deadline (nowNs; 0: none). */
void waitForChange(uint64_t deadlineNs);
/* Waits until a worker for `kind` runs. Once per kind, and not for long; later calls answer at once. */
bool waitForWorker(uint32_t kind);
/* The node could not start workers of this kind. */
bool isBroken(uint32_t kind);

/* Whether any worker has a message. */
bool isAnyInFlight();

/* The batch is used up: its entry is free again, and so is the batch. */
void retire(Batch *batch);
/* Nobody will ask for it. It is retired when its worker is done with it. */
void abandon(Batch *batch);

/* Once it is finished: by content if it is small, else by provenance. */
void nameShared(SharedImage &shared);
void holdShared(SharedImage *shared);
void dropShared(SharedImage *shared);

} // namespace cleave
#endif
