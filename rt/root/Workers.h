/* Workers.h - batches to workers and back. One thread, the program's, does all of this. */
#ifndef CLEAVE_ROOT_WORKERS_H
#define CLEAVE_ROOT_WORKERS_H

#include "Batch.h"

namespace cleave {

/* Sends `batch` if some worker of its kind has room, starting workers as needed. False: not now. A batch that no
 * worker's memory can hold becomes Unsendable. */
bool trySend(Batch &batch);
/* Looks at what workers have finished. True: something has changed. */
bool collect();
/* Sleeps until a worker or the node has done something. */
void waitForWorkers();
/* Is a worker of the kind idle, or can one be started? */
bool hasIdleWorker(const cleave_kind &kind);
/* Tells the node that the program cannot go on, and waits for the end. */
[[noreturn]] void fail(const Batch &batch);

uint64_t nowNs();

} // namespace cleave
#endif
