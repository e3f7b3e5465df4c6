// Timeline.h - a trace as a picture and in numbers.
#ifndef CLEAVE_REPORT_TIMELINE_H
#define CLEAVE_REPORT_TIMELINE_H

#include "BundleJson.h"
#include "report/Figures.h"

#include <vector>

namespace cleave {

/// What page.html's timeline wants: `timeline`'s members. `colours` has a number from 0 to 7 for each task kind.
Json describeTimeline(const Trace &trace, const std::vector<BundledTask> &tasks, const std::vector<unsigned> &colours);

} // namespace cleave

#endif
