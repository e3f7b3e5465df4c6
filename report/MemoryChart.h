// MemoryChart.h - what a run held in memory over time, as a picture and in numbers.
#ifndef CLEAVE_REPORT_MEMORYCHART_H
#define CLEAVE_REPORT_MEMORYCHART_H

#include "BundleJson.h"
#include "report/Figures.h"

namespace cleave {

/// What page.html's timeline shows as `memory`. Null: the trace has no samples.
Json describeMemory(const Trace &trace, double endUs);

} // namespace cleave

#endif
