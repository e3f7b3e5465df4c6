// Work.h - a trace in numbers: work, span, and the parallelism that was possible and that was achieved.
#ifndef CLEAVE_REPORT_WORK_H
#define CLEAVE_REPORT_WORK_H

#include "BundleJson.h"
#include "report/Figures.h"
#include "report/Span.h"

#include <vector>

namespace cleave {

/// What page.html's timeline says in figures. Null: the trace has no event.
Json describeWork(const Trace &trace, const Dependences &dependences, const std::vector<BundledTask> &tasks);

/// The highest number of parts that ran at a time.
size_t tasksAtOnce(const Trace &trace, const Dependences &dependences);

} // namespace cleave

#endif
