// Graph.h - the task graph, laid out by Graphviz.
#ifndef CLEAVE_REPORT_GRAPH_H
#define CLEAVE_REPORT_GRAPH_H

#include "Bundle.h"
#include "BundleJson.h"
#include "report/Figures.h"

#include <string>

namespace cleave {

struct Graph {
  std::string dot;     ///< in Graphviz's language; empty: there is nothing to draw
  std::string svg;     ///< empty: `problem` says why
  std::string problem; ///< one sentence for a person
};

/// Functions, the task kinds that they start, and what goes there and back. `statistics` may be null.
Graph drawGraph(const Bundle &bundle, const Json &partition, const RunStatistics *statistics);

} // namespace cleave

#endif
