// LoopStage.h - loops whose calls can run ahead: analysis, and the generator that does the running ahead.
#ifndef CLEAVE_PASSES_LOOPSTAGE_H
#define CLEAVE_PASSES_LOOPSTAGE_H

#include "passes/Candidates.h"
#include "passes/ProgramAbi.h"
#include "llvm/Transforms/Utils/ValueMapper.h"
#include <optional>

namespace llvm {
class BasicBlock;
class DominatorTree;
class Loop;
class LoopInfo;
class PHINode;
} // namespace llvm

namespace cleave {

class Sandbox;

/// A call in a loop that may be made ahead of its turn, and the generator that was built to prove it.
struct StagedLoop {
  llvm::CallBase *call = nullptr;
  const Candidate *callee = nullptr;
  llvm::BasicBlock *header = nullptr, *preheader = nullptr;
  llvm::SmallVector<llvm::BasicBlock *, 4> exits;
  uint32_t sharedMask = 0; ///< parameters that are the same in every iteration
  ObjectSet reads;        ///< what running ahead reads, from the loop's entry on
  bool isContained = false; ///< its generator writes, to the sandbox
  bool isCertain = false; ///< each iteration that the generator comes to is one that the program comes to
  bool catches = false;   ///< and what the call throws because of what it was given is caught inside the loop
  llvm::Function *generator = nullptr;
  llvm::StructType *state = nullptr;
  llvm::SmallVector<llvm::Value *, 8> liveIns; ///< values from outside of the loop: first fields of the state
  llvm::SmallVector<llvm::PHINode *, 4> phis;  ///< loop-carried values: the fields after them
};

/// Can `call`, directly in `loop`, be staged? Then the generator is in the module. Else `refusal` says why.
std::optional<StagedLoop> stageLoop(llvm::CallBase &call, llvm::Loop &loop, const Candidate &callee,
                                    const Effects &effects, const llvm::DominatorTree &dominators, Sandbox &sandbox,
                                    ProgramAbi &abi, Refusal &refusal);

/// Rewrites the loop in the cut clone of its function; `map` leads from the original's values to the clone's.
void lowerStagedLoop(const StagedLoop &staged, llvm::GlobalVariable *site, llvm::ValueToValueMapTy &map, ProgramAbi &abi);

/// Replaces `call` by "ask for its result, else make it in place": `answer` was computed right before it from
/// `resultSlot` (program.h: 1 ready, 0 cut version, 2 plain version, 3 cut version and show the result). `work` is what
/// was asked: the loop or the future. `canRethrow`: 4 may be the answer, the call was made and threw.
enum class CanRethrow : bool { No, Yes };
void lowerAnswer(llvm::CallBase &call, llvm::Value *answer, llvm::Value *work, llvm::Value *resultSlot,
                 const Candidate &callee, ProgramAbi &abi, CanRethrow canRethrow);

/// Where the result of `call` is to be constructed: its sret argument, or a new slot in the entry block.
llvm::Value *resultSlotOf(llvm::CallBase &call, const Candidate &callee, ProgramAbi &abi);

/// A value of the function in its cut version, by the map of the copy: a call that became a future is there as the place of
/// its result (lowerFuture), which is read where `builder` stands, behind the join.
llvm::Value *valueInCut(llvm::IRBuilderBase &builder, const llvm::ValueToValueMapTy &map, llvm::Value *value);

/// A slot for what the run time knows the loop by, null until it is stored there; whoever leaves the loop by one of `exits`
/// hands it to `end`. `map` leads from the original's blocks to those of `function`.
llvm::Value *handleUntilExits(llvm::Function &function, llvm::ArrayRef<llvm::BasicBlock *> exits,
                              llvm::ValueToValueMapTy &map, llvm::FunctionCallee end);

/// Code that unwinds through `function` needs the C++ personality there.
void requirePersonality(llvm::Function &function);

/// Metadata on calls that must keep calling the plain version.
inline constexpr const char *plainCallMark = "cleave.plain";

} // namespace cleave

#endif
