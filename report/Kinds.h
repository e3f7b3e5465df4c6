// Kinds.h - what a report says of each task kind.
#ifndef CLEAVE_REPORT_KINDS_H
#define CLEAVE_REPORT_KINDS_H

#include "Bundle.h"
#include "BundleJson.h"
#include "report/Figures.h"
#include "report/Sites.h"

#include <vector>

namespace cleave {

/// A number from 0 to 7 for each kind: the seven that were busiest (without figures: the first seven) have one of their
/// own, all others have 7. `trace` and `statistics` may be null.
std::vector<unsigned> chooseColours(size_t kinds, const RunStatistics *statistics, const Trace *trace);

/// page.html's `kinds`, but for what links to places.
/// `statistics` and those of an earlier run, `before`, may be null.
Json describeKinds(const Bundle &bundle, const Json &manifest, const RunStatistics *statistics,
                   const RunStatistics *before, const std::vector<unsigned> &colours);

} // namespace cleave

#endif
