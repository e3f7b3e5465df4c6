/* Trace.cpp - see Trace.h. */
#include "Trace.h"

namespace cleave::trace {

uint64_t newNumber() {
  static uint64_t last;
  return isOn() ? __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED) : 0;
}

void record(const cleave_trace_event &event) {
  cleave_control &control = *session.control;
  if (!control.trace_capacity)
    return;
  uint64_t index = __atomic_fetch_add(&control.trace_count, 1, __ATOMIC_RELAXED);
  if (index < control.trace_capacity)
    *cleave_control_trace(&control, index) = event;
}

void Span::end(const cleave_site &site, uint32_t owner) {
  if (!number)
    return;
  want();
  cleave_trace_event event = {};
  event.kind = site.kind->id;
  event.slot = session.control->slot_count + owner;
  event.start_ns = offeredNs;
  event.end_ns = nowNs();
  event.work = number;
  event.loop = loop;
  event.wanted_ns = wantedNs;
  event.built_ns = loop ? builtNs : 0;
  record(event);
  number = 0;
}

} // namespace cleave::trace
