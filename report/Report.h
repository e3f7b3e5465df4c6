// Report.h - `cleave report`: a bundle's partition, and a run's figures, as one page.
#ifndef CLEAVE_REPORT_REPORT_H
#define CLEAVE_REPORT_REPORT_H

#include <string>

namespace cleave {

struct ReportOptions {
  std::string bundle; ///< or an executable that carries one
  std::string output = "report.html";
  std::string statsPath, tracePath;             ///< of a run; empty: none
  std::string beforeStatsPath, beforeTracePath; ///< of an earlier run, which these are compared with
  std::string sourceFolder;                     ///< where the sources are; empty: where their names lead from here
  std::string dotPath;                          ///< the graph in Graphviz's language; empty: not wanted
};

/// The exit status: 0, or 2 if a file cannot be read or written; one line on stderr has said which.
int reportCommand(const ReportOptions &options);

} // namespace cleave

#endif
