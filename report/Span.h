// Span.h - how long a run would take with any number of workers: its critical path.
#ifndef CLEAVE_REPORT_SPAN_H
#define CLEAVE_REPORT_SPAN_H

#include "report/Figures.h"

namespace cleave {

constexpr uint32_t programKind = UINT32_MAX;

/// A stretch of time in which one part of the run was at work itself: neither waiting nor helping others.
struct Stretch {
  uint32_t kind = programKind; ///< of the part; `programKind`: the program itself
  uint32_t slot = 0;           ///< where it ran
  double startUs = 0, endUs = 0;
};

struct Dependences {
  bool isKnown = false;       ///< the trace says what waited for what; otherwise all of this is empty
  double runUs = 0;           ///< from the run's beginning to its end
  double workUs = 0;          ///< all parts' own time, the program's with it
  double programUs = 0;       ///< the program's own time
  double spanUs = 0;
  std::vector<Stretch> path;  ///< what the span consists of, in order of time
  std::vector<Stretch> parts; ///< each part's own time, by slot and start; a part that waited has several
};

Dependences followDependences(const Trace &trace);

} // namespace cleave

#endif
