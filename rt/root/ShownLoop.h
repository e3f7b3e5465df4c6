/* ShownLoop.h - how far the loop is that the program is at, for the line on a terminal (rt/node/Progress.h).
 *
 * Only loops whose number of iterations is known when they begin, and only where nothing else is under way: then it is
 * the program itself that waits for the loop's end. What comes behind it nobody knows. One word holds it (exchange.h),
 * so that it is read whole and without a lock.
 */
#ifndef CLEAVE_ROOT_SHOWNLOOP_H
#define CLEAVE_ROOT_SHOWNLOOP_H

#include "Open.h"
#include "Session.h"

namespace cleave {

class ShownLoop {
public:
  /* Asked before the loop is among what is open. From the program's thread. */
  static bool isOutermost() { return !openStack.last; }

  /* From the program's thread: of `all` iterations the first `done` are done. */
  void begin(uint64_t done, uint64_t all) {
    static uint32_t number;
    perIteration = double{CLEAVE_LOOP_WHOLE} / static_cast<double>(all);
    number += number == UINT32_MAX ? 2 : 1; /* never 0 */
    __atomic_store_n(&counters().loop, uint64_t{number} << 32 | partOf(done), __ATOMIC_RELAXED);
  }
  /* `count` more are done. Any thread, between begin() and end(). */
  void add(uint64_t count) {
    if (perIteration > 0)
      __atomic_fetch_add(&counters().loop, partOf(count), __ATOMIC_RELAXED);
  }
  /* Also if it was never begun. */
  void end() {
    if (perIteration > 0)
      __atomic_store_n(&counters().loop, 0, __ATOMIC_RELAXED);
    perIteration = 0;
  }

private:
  /* Rounded down, so that all parts together are no more than the whole. */
  uint64_t partOf(uint64_t count) const { return static_cast<uint64_t>(static_cast<double>(count) * perIteration); }

  double perIteration; /* 0: it is not shown */
};

} // namespace cleave
#endif
