// RangeLoops.h - loops whose iterations are independent, whatever their bodies hold: found here, split by ranges.
#ifndef CLEAVE_PASSES_RANGELOOPS_H
#define CLEAVE_PASSES_RANGELOOPS_H

#include "passes/Candidates.h"
#include "passes/RangeMemory.h"
#include "passes/RangeRecurrence.h"
#include <optional>

namespace llvm {
class BasicBlock;
class Constant;
class PHINode;
} // namespace llvm

namespace cleave {

/// A header phi that advances by the same amount in each iteration: value(t) = start + t * step.
struct RangeInduction {
  llvm::PHINode *phi = nullptr;
  llvm::Value *step = nullptr; ///< integer of the phi's width; bytes where the phi is a pointer
};

/// A header phi that gathers: each range starts from `identity` (null: from the value before the loop) and what it
/// gathered is combined in order.
struct RangeReduction {
  llvm::PHINode *phi = nullptr;
  llvm::Constant *identity = nullptr;
  /// How two partial values combine: an instruction of the loop to copy. A binary operator or an intrinsic; for
  /// "keep the better one" the comparison, of which `isBetterWhen` says how it came out when the new value was taken.
  llvm::Instruction *combiner = nullptr;
  /// Without a combiner: what was before is multiplied by the factor of these steps, once for each iteration, and added.
  std::vector<AffineStep> factors;
  /// The operations on the way; partial results may overflow where the whole does not.
  llvm::SmallVector<llvm::Instruction *, 4> steps;
  bool isBetterWhen = true;
  bool isNewFirst = true; ///< the comparison's first operand is the new value
  /// Values that are overwritten whenever this one is: where the best was found.
  llvm::SmallVector<llvm::PHINode *, 2> companions;

  bool isDigest() const { return !combiner; }
};

/// Everything that the lowering needs, as values of the original function; bounds and steps were computed in its
/// preheader (dead code there until the cut clone uses it).
struct RangeLoop {
  llvm::BasicBlock *header = nullptr, *preheader = nullptr, *latch = nullptr, *body = nullptr;
  llvm::SmallVector<llvm::BasicBlock *, 16> blocks; ///< header first
  llvm::SmallVector<llvm::BasicBlock *, 4> exits;
  llvm::Value *trips = nullptr; ///< i64: iterations that the header lets through
  llvm::SmallVector<RangeInduction, 4> inductions;
  llvm::SmallVector<RangeReduction, 2> reductions;
  std::vector<RangeRecurrence> recurrences;
  RangeMemory memory;
  llvm::SmallVector<llvm::Value *, 8> scalars; ///< live-ins that are no pointers, or borrowed ones
  llvm::Instruction *place = nullptr;          ///< with the loop's line
  bool isCertain = false;                      ///< it cannot be left before its end, but for want of memory
  bool mayThrow = false;                       ///< for want of memory
  bool hasOpenWork = false;                    ///< inner loops whose length is not known here
  std::string name, file;                      ///< of the task kind
  unsigned line = 0;
};

/// A loop that stays as it is.
struct RangeRefusal {
  llvm::Instruction *where = nullptr;
  llvm::SmallVector<llvm::BasicBlock *, 16> blocks; ///< header first
  Refusal refusal;
};

/// Outermost loops of `function` that can be split by ranges; refusals of the others go to `refused`. Loops that
/// contain an instruction of `taken` at their own level are left alone.
std::vector<RangeLoop> findRangeLoops(llvm::Function &function, const Effects &effects,
                                      const llvm::SmallPtrSetImpl<const llvm::Instruction *> &taken, const ProgramTraits &program,
                                      std::vector<RangeRefusal> &refused);

} // namespace cleave

#endif
