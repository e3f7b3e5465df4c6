/* Trace.h - what `--trace` records in the program: which part of the work ran where and when, who began it, and who
 * waited for it (cleave_trace_event in exchange.h says how these belong together). Nothing is recorded, and no clock read for
 * it, unless a trace is wanted. */
#ifndef CLEAVE_ROOT_TRACE_H
#define CLEAVE_ROOT_TRACE_H

#include "Session.h"

namespace cleave::trace {

/* What the calling thread is doing; 0: the program itself. */
extern constinit thread_local uint32_t currentPart;

inline bool isWanted() { return session.control->trace_capacity; }
/* For a part, a piece of work or a loop: never 0. */
uint32_t nextNumber();

/* Where a piece of work comes from. All 0 without a trace. */
struct Origin {
  uint32_t work, parent, loop;
  uint64_t builtNs, begunNs;
};

/* Of work that the calling thread begins now. `builtNs`: when its arguments began to be computed, for work that a loop
 * sends ahead; else 0, as `loop` is. */
Origin originNow(uint32_t loop, uint64_t builtNs);
inline Origin beginWork(uint32_t loop = 0, uint64_t builtNs = 0) {
  return isWanted() ? originNow(loop, builtNs) : Origin{};
}

struct Ran {
  uint32_t kind, slot, part;
  uint64_t startNs, endNs, items, bytesIn, bytesOut;
};
/* A part that has ended, by whichever thread. */
void record(const Ran &ran, const Origin &origin);

/* Around the calling thread's waiting for a piece of work. */
class Wait {
public:
  explicit Wait(const Origin &origin) : work(origin.work), beganNs(work ? nowNs() : 0) {}
  Wait(const Wait &) = delete;
  ~Wait() {
    if (work)
      end();
  }

private:
  void end();
  uint32_t work;
  uint64_t beganNs;
};

} // namespace cleave::trace
#endif
