// RangeMemory.h - which memory a loop touches, and which part of it each iteration writes.
#ifndef CLEAVE_PASSES_RANGEMEMORY_H
#define CLEAVE_PASSES_RANGEMEMORY_H

#include "passes/Candidates.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include <optional>

namespace llvm {
class AllocaInst;
class MDNode;
class PtrToIntInst;
} // namespace llvm

namespace cleave {

struct LoopContext;

/// Memory that the loop reaches through one pointer from outside, its base. The base's block (a variable, or a heap
/// block that the run time looks up) travels whole if the loop only reads it. If the loop writes it, iteration t owns
/// the bytes [low + t * lowStep, high + t * highStep) from the base, and a range of iterations travels with its part.
///
/// A block whose pointers the loop follows travels as values of `element`, an array of which begins at the base, with all
/// that they own; low and high are ends of elements then, and what elements own belongs to the same iterations.
struct RangeBlock {
  llvm::Value *base = nullptr;
  uint64_t bytes = 0;                    ///< of the variable; 0: a heap block
  const llvm::MDNode *element = nullptr; ///< null: the block travels as bytes
  llvm::Value *owner = nullptr;          ///< with `element`, of a heap block: the std::vector whose elements it holds
  bool isWritten = false;
  bool isTwin = false;  ///< the part of a base that is written; an earlier block has what is only read of the same base
  bool isPivot = false; ///< that earlier block, if all iterations read the same bytes of it: [low, high), steps 0
  /// Written by no intervals, but no two iterations meet: only local workers can do that.
  bool isScattered = false;
  /// Written, and any iteration may change any element, all by this operation (CLEAVE_GATHER_..., program.h).
  unsigned gathers = 0, elementBytes = 0;
  llvm::Value *low = nullptr, *lowStep = nullptr, *high = nullptr, *highStep = nullptr; ///< i64, in the preheader, or null
};

/// Any other pointer that comes into the loop, told by its distance from a base: an end that is compared, a place in a
/// block or in constant data (then `base` is the constant and no block's).
struct RangeBound {
  llvm::Value *pointer = nullptr, *base = nullptr;
};

/// An access of which operand number `operand` leads to block `block`, a twin.
struct RangeAccess {
  llvm::Instruction *where = nullptr;
  unsigned operand = 0, block = 0;
};

struct RangeMemory {
  llvm::SmallVector<RangeBlock, 4> blocks;
  llvm::SmallVector<RangeBound, 4> bounds;
  llvm::SmallVector<llvm::PtrToIntInst *, 4> addresses; ///< of pointers above, as integers whose differences are taken
  llvm::SmallVector<RangeAccess, 4> rerouted;
  /// The operations of blocks that gather: parts may overflow where the whole does not.
  llvm::SmallVector<llvm::Instruction *, 4> gathering;
  /// Pairs of blocks, one of them written, that only the run time can tell to be different.
  llvm::SmallVector<std::pair<unsigned, unsigned>, 4> distinct;
  llvm::SmallVector<llvm::AllocaInst *, 4> locals; ///< variables of one iteration
  ObjectSet touched, written;                      ///< all that the loop shares with what is around it
  /// Pointers that come in and mean something in the program's own process alone.
  llvm::SmallVector<llvm::Value *, 4> borrowed;
  /// Why nobody but a local worker can do the loop, if so: what a copy elsewhere could not hold.
  std::optional<Refusal> onlyHere;
  /// What a local worker has changed cannot be put back, should an iteration before it end with an exception.
  bool isFinal = false;

  bool isScattered() const {
    return llvm::any_of(blocks, [](const RangeBlock &block) { return block.isScattered; });
  }
  bool isLocal() const { return onlyHere || isScattered(); }
};

/// Nothing: the loop cannot be split, and `refusal` says which access stands in the way.
std::optional<RangeMemory> analyseRangeMemory(LoopContext &context, Refusal &refusal);

} // namespace cleave

#endif
