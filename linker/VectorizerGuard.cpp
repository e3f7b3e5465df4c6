#include "linker/VectorizerGuard.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/Transforms/Utils/LoopUtils.h"

using namespace llvm;

namespace cleave {

static bool isConditionalDivision(const Instruction &instruction, const Loop &loop, const DominatorTree &dominators) {
  switch (instruction.getOpcode()) {
  case Instruction::UDiv:
  case Instruction::SDiv:
  case Instruction::URem:
  case Instruction::SRem:
    return loop.hasLoopInvariantOperands(&instruction) && !dominators.dominates(instruction.getParent(), loop.getLoopLatch());
  default:
    return false;
  }
}

PreservedAnalyses VectorizerGuardPass::run(Function &function, FunctionAnalysisManager &analyses) {
  LoopInfo &loops = analyses.getResult<LoopAnalysis>(function);
  DominatorTree &dominators = analyses.getResult<DominatorTreeAnalysis>(function);
  for (Loop *loop : loops.getLoopsInPreorder()) {
    if (!loop->isInnermost() || !loop->getLoopLatch())
      continue;
    bool isWrong = any_of(loop->blocks(), [&](const BasicBlock *block) {
      return any_of(*block, [&](const Instruction &instruction) { return isConditionalDivision(instruction, *loop, dominators); });
    });
    if (isWrong)
      addStringMetadataToLoop(loop, "llvm.loop.vectorize.enable", 0);
  }
  return PreservedAnalyses::all();
}

} // namespace cleave
