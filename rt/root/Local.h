/* Local.h - local workers: threads of the program's own process that take a part of its work (docs/workers.md).
 *
 * Each worker, the program's thread among them, keeps a list of WORK that it has begun and that others may take parts of:
 * futures, range loops, staged loops. Whoever has nothing to do takes a part of the oldest, since that is the largest.
 * Nothing is copied: arguments are borrowed (the compiler proved that nobody writes them), results are built in place.
 *
 * WHO TOUCHES WHAT. A list is guarded by its worker's lock. A helper counts itself in `helpers` under that lock before
 * it lets go of it; the owner takes the work off the list and waits for the count to be zero before the work dies. Which
 * part is whose is each kind of work's own matter: a compare-and-swap of a state or an addition to a counter (acquire), and
 * what was done is published by the state that follows (release). Sleepers: who offers work adds to `offers` and
 * then looks for sleepers; who goes to sleep counts itself first and then looks at `offers` again (both seq_cst).
 *
 * NO DEADLOCK. A worker waits for work that it offered itself, and helps others meanwhile. Whatever it waits for was
 * begun later than all that lies below it on its stack, so following who waits for whom leads to ever later work, and
 * ends.
 */
#ifndef CLEAVE_ROOT_LOCAL_H
#define CLEAVE_ROOT_LOCAL_H

#include "Open.h"

namespace cleave::local {

struct Work : OpenWork {
  Work *older, *newer;
  uint32_t helpers;             /* and kAwaited */
  uint32_t isUsedUp;            /* nothing is left to take */
  bool (*takePart)(Work *work); /* takes a part and does it; false: nothing was left. Any thread */
};

struct Worker;
extern constinit thread_local Worker *self; /* null: this thread is none of ours, or there are no others */
inline bool isOn() { return self; }

/* With the node's figures, from the program's thread. */
void attach();
/* The number of workers, the program's thread included. */
uint32_t workerCount();
bool isProgramsThread();

/* `isWaking`: it is enough work to get a sleeping worker up for. */
void offer(Work *work, bool isWaking);
/* The work is off the list, and nobody is at it any more. */
void withdraw(Work *work);

/* A word that goes from any other value to `done`. */
struct Latch {
  static constexpr uint32_t kAwaited = 1u << 31;
  uint32_t word;
  bool claim(uint32_t from, uint32_t to);    /* acquire */
  bool is(uint32_t value) const;             /* acquire */
  void settle(uint32_t value);               /* release; wakes who waits */
};
/* Helps others until it is so. */
void waitFor(Latch &latch, uint32_t value);

/* Measures a part that is being done, and counts it for the statistics. */
class Stopwatch {
public:
  Stopwatch();
  /* What was done since; `items` of the site's kind. */
  uint64_t stop(const cleave_site &site, uint64_t items);

private:
  uint64_t beganNs, innerNs;
};

/* Before a fork: waits for all helpers to be idle, and keeps them so until... the parent goes on. */
void pause();
void resume();
void forget(); /* in the child */

/* program.h's calls, for work that may be done here. */
void *spawn(cleave_site *site, const void *const *args, void *result);
int join(void *token);
void *beginLoop(cleave_site *site, cleave_generator generator, void *state, const void *const *sharedArgs);
int push(void *loop, const void *const *args);
int next(void *loop, void *result);

/* Ends whatever it is: what was begun is finished, and its results are gone. */
void endWork(OpenWork *work);

} // namespace cleave::local
#endif
