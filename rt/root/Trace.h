/* Trace.h - what a run writes down for --trace: each part of the work when it is done, and each WORK (a future, a
 * stretch of a range loop, a batch of a staged loop) when its owner has it back. A part names its work, and a work says
 * when it was offered and when its owner had nothing to do but wait for it: so a trace tells what depends on what, and
 * the run can be replayed with other numbers of cores (bench/simulate.py) and its critical path found
 * (report/Span.cpp).
 *
 * Without --trace it costs a load and a comparison for each. */
#ifndef CLEAVE_ROOT_TRACE_H
#define CLEAVE_ROOT_TRACE_H

#include "Session.h"

namespace cleave::trace {

inline bool isOn() { return session.control->trace_capacity; }

/* 0: there is no trace. */
inline uint64_t timeNs() { return isOn() ? nowNs() : 0; }

/* A number for a work or a loop, from any thread; 0: there is no trace. */
uint64_t newNumber();

/* From any thread. Lost if there is no room. */
void record(const cleave_trace_event &event);

/* Work as its owner sees it. */
struct Span {
  uint64_t number;    /* 0: there is no trace, and the rest means nothing */
  uint64_t loop;      /* of the staged loop whose batch it is; 0: none */
  uint64_t offeredNs; /* others could take parts from here on, */
  uint64_t wantedNs;  /* and from here on the owner did nothing else */
  uint64_t builtNs;   /* of a loop's batch, set before it is offered: since when its arguments had been computed */

  void offer(uint64_t ofLoop) {
    number = newNumber();
    loop = ofLoop;
    offeredNs = number ? nowNs() : 0;
    wantedNs = 0;
  }
  void want() {
    if (number && !wantedNs)
      wantedNs = nowNs();
  }
  /* The owner, worker `owner` of the program's process, has it back. */
  void end(const cleave_site &site, uint32_t owner);
};

} // namespace cleave::trace
#endif
