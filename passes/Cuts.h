// Cuts.h - every place where the program could be cut, found and then made.
#ifndef CLEAVE_PASSES_CUTS_H
#define CLEAVE_PASSES_CUTS_H

#include "passes/Futures.h"
#include "passes/LoopStage.h"
#include <memory>

namespace cleave {

/// One call of a candidate: how it can be cut, or why it stays.
struct CallSite {
  llvm::CallBase *call = nullptr;
  const Candidate *callee = nullptr;
  std::optional<StagedLoop> loop;
  std::optional<FutureCall> future;
  Refusal refusal;
  SiteCost cost;
  bool isTaken() const { return loop || future; }
};

/// Looks at each call of a candidate in the program. Builds generators for loops that can be staged.
std::vector<CallSite> findCuts(llvm::Module &module, const llvm::MapVector<const llvm::Function *, Candidate> &candidates,
                               const Effects &effects, ProgramAbi &abi);

/// Makes the cuts: clones every function that leads to one, lowers loops and futures in the clones, and lets `main`
/// choose between the program as written and the program cut.
void makeCuts(llvm::Module &module, const std::vector<CallSite> &sites, ProgramAbi &abi);

} // namespace cleave

#endif
