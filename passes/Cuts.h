// Cuts.h - every place where the program could be cut, found and then made.
#ifndef CLEAVE_PASSES_CUTS_H
#define CLEAVE_PASSES_CUTS_H

#include "passes/Futures.h"
#include "passes/LoopStage.h"
#include "passes/RangeLoops.h"
#include <memory>

namespace cleave {

/// One place where the program could be cut, a call of a candidate or a whole loop: how, or why it stays.
struct CutSite {
  llvm::Instruction *where = nullptr; ///< the call, or an instruction of the loop with its line
  llvm::CallBase *call = nullptr;     ///< null: a loop
  const Candidate *callee = nullptr;  ///< likewise
  std::optional<StagedLoop> loop;
  std::optional<FutureCall> future;
  std::optional<RangeLoop> range;
  llvm::SmallVector<llvm::BasicBlock *, 0> loopBlocks; ///< of a loop, header first
  bool isOfLibrary = false; ///< a loop that nobody sees in the source
  Refusal refusal;
  SiteCost cost; ///< of one call, or of one iteration
  bool isTaken() const { return loop || future || range; }
  /// "loop", "future", "range" or "none": how it is cut.
  const char *manner() const { return loop ? "loop" : future ? "future" : range ? "range" : "none"; }
  /// The task kind's name and place; only of what is taken or a call.
  llvm::StringRef taskName() const { return callee ? callee->facts.name : llvm::StringRef(range->name); }
  llvm::StringRef taskFile() const { return callee ? callee->facts.file : llvm::StringRef(range->file); }
  unsigned taskLine() const { return callee ? callee->facts.line : range->line; }
};

/// Looks at each call of a candidate in the program, and at the loops that hold none which can run ahead. Builds
/// generators for loops that can be staged.
std::vector<CutSite> findCuts(llvm::Module &module, const llvm::MapVector<const llvm::Function *, Candidate> &candidates,
                               const Effects &effects, ProgramAbi &abi);

/// Makes the cuts: clones every function that leads to one, lowers loops and futures in the clones, and lets `main`
/// choose between the program as written and the program cut.
void makeCuts(llvm::Module &module, const std::vector<CutSite> &sites, ProgramAbi &abi);

} // namespace cleave

#endif
