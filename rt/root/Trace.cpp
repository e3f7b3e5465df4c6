/* Trace.cpp - see Trace.h. Records are taken by an addition, so any thread may write; what does not fit is counted. */
#include "Trace.h"

#include "Local.h"

namespace cleave::trace {

constinit thread_local uint32_t currentPart;

static uint32_t lastNumber;

uint32_t nextNumber() { return __atomic_add_fetch(&lastNumber, 1, __ATOMIC_RELAXED); }

Origin originNow(uint32_t loop, uint64_t builtNs) {
  uint64_t now = nowNs();
  return {nextNumber(), currentPart, loop, builtNs ? builtNs : now, now};
}

static void append(const cleave_trace_event &event) {
  cleave_control &control = *session.control;
  uint64_t index = __atomic_fetch_add(&control.trace_count, 1, __ATOMIC_RELAXED);
  if (index < control.trace_capacity)
    *cleave_control_trace(&control, index) = event;
}

void record(const Ran &ran, const Origin &origin) {
  if (!isWanted())
    return;
  append({ran.kind, ran.slot, ran.part, origin.work, origin.parent, origin.loop, ran.startNs, ran.endNs, origin.builtNs,
          origin.begunNs, ran.items, ran.bytesIn, ran.bytesOut});
}

void Wait::end() {
  uint32_t slot = session.control->slot_count + (local::self ? local::workerNumber() : 0);
  append({CLEAVE_TRACE_WAIT, slot, 0, work, currentPart, 0, beganNs, nowNs(), 0, 0, 0, 0, 0});
}

} // namespace cleave::trace
