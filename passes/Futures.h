// Futures.h - calls in straight-line code whose result is not needed yet.
#ifndef CLEAVE_PASSES_FUTURES_H
#define CLEAVE_PASSES_FUTURES_H

#include "passes/LoopStage.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace llvm {
class DominatorTree;
}

namespace cleave {

/// A call that may go on while what follows it runs, and where its result must be there.
struct FutureCall {
  llvm::CallBase *call = nullptr;
  const Candidate *callee = nullptr;
  llvm::SmallVector<llvm::Instruction *, 4> joins;          ///< join before each of these
  llvm::SmallVector<llvm::CallBase *, 4> throwing;          ///< may unwind while the future is open
};

/// Calls of a function whose callees can be tasks.
using TaskCalls = llvm::SmallPtrSet<const llvm::CallBase *, 8>;

/// A loop of the same function that is cut: from its entry on it reads, and takes over results, ahead of its body. What is
/// computed before it and it is told when it begins: `inputs`.
struct AheadLoop {
  const llvm::Instruction *entry = nullptr; ///< the preheader's terminator
  ObjectSet reads, writes;
  llvm::SmallVector<llvm::Value *, 8> inputs;
};

std::optional<FutureCall> findFuture(llvm::CallBase &call, const Candidate &callee, const Effects &effects,
                                     const llvm::DominatorTree &dominators,
                                     llvm::ArrayRef<AheadLoop> loops, const TaskCalls &tasks, Refusal &refusal);

/// Rewrites the call in the cut clone of its function; `map` leads from the original's values to the clone's.
void lowerFuture(const FutureCall &future, llvm::GlobalVariable *site, llvm::ValueToValueMapTy &map, ProgramAbi &abi);

} // namespace cleave

#endif
