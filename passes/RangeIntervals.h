// RangeIntervals.h - which bytes an access touches in one iteration of a loop, as expressions.
#ifndef CLEAVE_PASSES_RANGEINTERVALS_H
#define CLEAVE_PASSES_RANGEINTERVALS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>
#include <optional>

namespace llvm {
class BinaryOperator;
class DominatorTree;
class Instruction;
class Loop;
class LoopInfo;
class SCEV;
class SCEVAddRecExpr;
class SCEVExpander;
class ScalarEvolution;
class Type;
class Value;
} // namespace llvm

namespace cleave {

class Effects;

/// What the analysis of a loop leans on; all of its function.
struct LoopContext {
  llvm::Loop &loop;
  llvm::LoopInfo &loops;
  llvm::DominatorTree &dominators;
  llvm::ScalarEvolution &evolution;
  llvm::SCEVExpander &expander;
  const Effects &effects;
};

/// `value` as code at the end of the loop's preheader; null where that could not be run there.
llvm::Value *expandBefore(const LoopContext &context, const llvm::SCEV *value, llvm::Type *type);

/// [low, high) in bytes from a base, as expressions that vary with nothing but the loop that is split.
struct Interval {
  const llvm::SCEV *low = nullptr, *high = nullptr;
};

/// What a value may be modulo something: any of first, first + 1, ..., first + spread.
struct Residue {
  uint64_t first, spread;
  bool isZero() const { return !first && !spread; }
};

/// Turns addresses in a loop into intervals for each of its iterations.
class IntervalFinder {
public:
  explicit IntervalFinder(LoopContext &context);

  /// Bytes that `where` touches in one iteration through `pointer`, which leads to `base`.
  std::optional<Interval> touched(llvm::Value *pointer, llvm::Value *base, const llvm::SCEV *size,
                                  const llvm::Instruction &where);
  const llvm::SCEV *wide(llvm::Value *value);
  /// Distance in bytes of `pointer` from `base`. Null: unknown.
  const llvm::SCEV *offset(llvm::Value *pointer, llvm::Value *base);
  /// `value` modulo `stride` at `where`: what varies is a multiple, or the index of a short inner loop.
  std::optional<Residue> residue(const llvm::SCEV *value, uint64_t stride, const llvm::Instruction &where);

private:
  const llvm::SCEV *extended(llvm::Value *value, bool isSigned);
  const llvm::SCEV *arithmetic(const llvm::BinaryOperator &operation,
                               llvm::function_ref<const llvm::SCEV *(llvm::Value *)> operand);
  std::optional<Interval> reached(const llvm::SCEV *value, const llvm::Instruction &where);
  std::optional<Interval> reachedByInner(const llvm::SCEVAddRecExpr &recurrence, const llvm::Instruction &where);

  LoopContext &context;
  llvm::ScalarEvolution &evolution;
  llvm::Type *word;
};

} // namespace cleave

#endif
