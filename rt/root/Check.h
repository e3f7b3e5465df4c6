/* Check.h - mode check: what the compiler declared independent is tried, and held against what happens.
 *
 * Each piece of work that would be a task is one, twice, and is done in place too, at its place in program order:
 *
 *     ahead       TRIAL: an image of the items, as for any task  --+--> run 0   items in order,  memory filled with A5
 *                 (made as early as the compiler allows)           +--> run 1   last item first, memory filled with 5A
 *     in place    the program's own call, or its own iterations of a range
 *     then        run 0 = run 1 = in place? the same end? nothing changed that the task was reading?
 *
 * WHAT THAT SHOWS. A task has what was declared and nothing else: it is another process. What it reads besides is not
 * there (it dies), is filled with rubbish, or is what the program's binary had at its start; then one of three results
 * differs. Run 1 meets the items in the opposite order, so what one leaves behind for the next shows, too. What a task
 * writes and did not declare is seen in the task (rt/task/Check.cpp). Everything that may run ahead does so before
 * anything of it is used, however small it is and whatever it costs: no decision here asks a clock, with one exception
 * (a machine without room for a worker), so a run can be repeated.
 *
 * All of that replaces Loops.cpp, Futures.cpp and History.cpp in this mode: what they decide by experience must not
 * decide here. Workers, images and rings are the same.
 *
 * BOUNDS. A site is tried in full for its first items (Check.cpp); from there on, one loop or future in so many,
 * the further apart the longer the program runs.
 */
#ifndef CLEAVE_ROOT_CHECK_H
#define CLEAVE_ROOT_CHECK_H

#include "Open.h"

namespace cleave::check {

/* program.h's calls, in this mode. join and next answer 0 or 3. */
void *spawn(cleave_site *site, const void *const *args);
int join(void *token);
void *beginLoop(cleave_site *site, cleave_generator generator, void *state, const void *const *sharedArgs,
                OwnsState owns);
int push(void *loop, const void *const *args);
int next(void *loop);
/* A loop or future is over, in whatever way. */
void endWork(OpenWork *work);

/* A range was done in place. `result` is laid out as the kind's result and shows the parts where they lie; its
 * reductions are filled in here. */
struct RangeDone {
  uint8_t *result;
  const void *before, *after; /* the reductions' values */
  uint64_t reductionBytes;
  void (*combine)(const void *before, const void *gathered, void *after);
};
void rangeDone(void *loop, const RangeDone &range);
/* What all ranges share lies in a block that some of them write to, elsewhere in it. */
void allowSharedChanges(void *loop);

/* Not this time: enough of this site was tried. Counts the question. */
bool isSpent(const cleave_site *site);

} // namespace cleave::check
#endif
