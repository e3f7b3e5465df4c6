// WholeRun.h - what a run of the program depends on, taken as one piece of work.
//
// If that is its arguments, the files that it opens and what is in its standard input, then a run of the same program on
// the same of those prints the same: the run time keeps what it printed, and does not run it again (docs/store.md). Which
// files those are only the run shows; that there is nothing else is shown here.
#ifndef CLEAVE_PASSES_WHOLERUN_H
#define CLEAVE_PASSES_WHOLERUN_H

#include "passes/Pipeline.h"
#include <optional>

namespace cleave {

/// Something by which two runs on the same input may differ.
struct RunDependence {
  std::string what; ///< "it calls 'clock_gettime'"
  SourcePlace place;
};

/// Nothing: there is none. Once all of the program is there and what nobody uses is gone. A function that is not known to be
/// harmless is none.
std::optional<RunDependence> findRunDependence(const llvm::Module &program);

/// Leaves word in the program for its run time, and in the partition for whoever asks why.
void noteRunDependence(llvm::Module &program, const std::optional<RunDependence> &dependence, llvm::json::Value &partition);

} // namespace cleave

#endif
