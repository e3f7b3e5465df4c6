// RangeRecurrence.h - what a loop takes through an affine map in each iteration, as generators of random numbers and
// digests do.
#ifndef CLEAVE_PASSES_RANGERECURRENCE_H
#define CLEAVE_PASSES_RANGERECURRENCE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace llvm {
class IRBuilderBase;
class Instruction;
class PHINode;
class Type;
class Value;
} // namespace llvm

namespace cleave {

struct LoopContext;

/// x -> factor * x + addend, or with `times`: all of `parts` one after another, so often.
struct AffineStep {
  uint64_t factor = 1, addend = 0;
  std::vector<AffineStep> parts;
  llvm::Value *times = nullptr; ///< i64, in the preheader of the loop that is split
};

/// A header phi of which each iteration makes another number between 0 and `modulus`, by `steps` modulo that.
struct RangeRecurrence {
  llvm::PHINode *phi = nullptr;
  std::vector<AffineStep> steps; ///< of an iteration, in order
  uint64_t modulus = 0;          ///< 0: 2^64; any power of two, or anything to 2^32
};

/// Nothing: what an iteration makes of `phi`, a header phi of the loop, is something else, or not always the same.
std::optional<RangeRecurrence> findRecurrence(const LoopContext &context, llvm::PHINode &phi);

/// A header phi that each iteration multiplies by the same and adds something to that does not depend on it, and of which
/// nothing sees what is between: hash = hash * 31 + letter. So many iterations that begin with `before` instead of 0 end
/// with before * factor ^ iterations more.
struct RangeDigest {
  std::vector<AffineStep> steps; ///< of an iteration, in order; the addends say nothing
  llvm::SmallVector<llvm::Instruction *, 8> operations; ///< on the way from the phi to the next one
};

/// Nothing: the phi is something else, or somebody looks at it.
std::optional<RangeDigest> findDigest(const LoopContext &context, llvm::PHINode &phi);

/// The factor of `times` (i64) iterations, as a `type`.
llvm::Value *factorOfIterations(llvm::IRBuilderBase &builder, const std::vector<AffineStep> &steps, llvm::Type *type,
                                llvm::Value *times, llvm::function_ref<llvm::Value *(llvm::Value *)> here);

/// `value` as it is `times` (i64) iterations later. `here` leads from values of the original function to those of the one
/// that is built.
llvm::Value *afterIterations(llvm::IRBuilderBase &builder, const RangeRecurrence &recurrence, llvm::Value *value,
                             llvm::Value *times, llvm::function_ref<llvm::Value *(llvm::Value *)> here);

/// Calls `note` with each count of an inner loop that `steps` need.
void forEachCount(const std::vector<AffineStep> &steps, llvm::function_ref<void(llvm::Value *)> note);

} // namespace cleave

#endif
