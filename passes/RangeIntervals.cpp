// RangeIntervals.cpp - from addresses to intervals.
//
//     next[y * w + x], x from 0 to w      an iteration of y touches [8 * w * y, 8 * w * (y + 1)) from next's base
//
// An address becomes its distance from the base; the steps of inner loops are replaced by what they reach between their
// first and their last round; what remains varies with the loop that is split and nothing else. 32-bit indices are
// widened by the rules of the language: arithmetic that must not overflow (nsw, nuw) may be done in 64 bits, which
// scalar evolution alone does not dare.
#include "passes/RangeIntervals.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Operator.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

namespace cleave {

/// Has the program divided so before it comes to the end of `block`?
static bool isDividedBefore(const LoopContext &context, const SCEV *division, BasicBlock *block) {
  for (auto *node = context.dominators.getNode(block); node; node = node->getIDom())
    for (Instruction &instruction : *node->getBlock())
      if (instruction.getOpcode() == Instruction::UDiv && context.evolution.getSCEV(&instruction) == division)
        return true;
  return false;
}

/// May `value` be computed at the end of `block`? LLVM's own check refuses a division whose divisor may be 0; here it
/// may stand where the program has divided already.
static bool isSafeAtEnd(const LoopContext &context, const SCEV *value, BasicBlock *block) {
  if (context.expander.isSafeToExpandAt(value, block->getTerminator()))
    return true;
  bool isSafe = context.evolution.dominates(value, block);
  SCEVExprContains(value, [&](const SCEV *part) {
    if (auto *step = dyn_cast<SCEVAddRecExpr>(part))
      isSafe &= step->isAffine();
    if (auto *division = dyn_cast<SCEVUDivExpr>(part);
        division && !context.evolution.isKnownNonZero(division->getRHS()))
      isSafe = isSafe && isDividedBefore(context, part, block);
    return !isSafe;
  });
  return isSafe;
}

Value *expandBefore(const LoopContext &context, const SCEV *value, Type *type) {
  Instruction *place = context.loop.getLoopPreheader()->getTerminator();
  // What an earlier loop counted is told by how often that ran: a counter of our own must not be added to it, since it may
  // be split itself.
  value = context.evolution.getSCEVAtScope(value, context.loop.getParentLoop());
  bool isOfOther = SCEVExprContains(value, [&](const SCEV *part) {
    auto *recurrence = dyn_cast<SCEVAddRecExpr>(part);
    return recurrence && !recurrence->getLoop()->contains(&context.loop);
  });
  if (isOfOther)
    return nullptr;
  if (!isSafeAtEnd(context, value, place->getParent()))
    return nullptr;
  return context.expander.expandCodeFor(value, type, place->getIterator());
}

IntervalFinder::IntervalFinder(LoopContext &context)
    : context(context), evolution(context.evolution), word(Type::getInt64Ty(evolution.getContext())) {}

const SCEV *IntervalFinder::arithmetic(const BinaryOperator &operation, function_ref<const SCEV *(Value *)> operand) {
  const SCEV *left = operand(operation.getOperand(0));
  switch (operation.getOpcode()) {
  case Instruction::Add:
    return evolution.getAddExpr(left, operand(operation.getOperand(1)));
  case Instruction::Sub:
    return evolution.getMinusSCEV(left, operand(operation.getOperand(1)));
  case Instruction::Mul:
    return evolution.getMulExpr(left, operand(operation.getOperand(1)));
  case Instruction::Shl:
    if (auto *bits = dyn_cast<ConstantInt>(operation.getOperand(1)); bits && bits->getZExtValue() < 63)
      return evolution.getMulExpr(left, evolution.getConstant(word, uint64_t{1} << bits->getZExtValue()));
    return nullptr;
  default:
    return nullptr;
  }
}

/// A 64-bit index as an expression, with extensions moved inwards where overflow is undefined.
const SCEV *IntervalFinder::wide(Value *value) {
  if (!value->getType()->isIntegerTy(64))
    return extended(value, true);
  if (auto *cast = dyn_cast<SExtInst>(value))
    return extended(cast->getOperand(0), true);
  if (auto *cast = dyn_cast<ZExtInst>(value))
    return extended(cast->getOperand(0), cast->hasNonNeg());
  auto *operation = dyn_cast<BinaryOperator>(value);
  if (operation && context.loop.contains(operation))
    if (const SCEV *result = arithmetic(*operation, [&](Value *operand) { return wide(operand); }))
      return result;
  return evolution.getSCEV(value);
}

const SCEV *IntervalFinder::extended(Value *value, bool isSigned) {
  auto plain = [&]() -> const SCEV * {
    const SCEV *narrow = evolution.getSCEV(value);
    return isSigned ? evolution.getNoopOrSignExtend(narrow, word) : evolution.getNoopOrZeroExtend(narrow, word);
  };
  if (!value->getType()->isIntegerTy() || value->getType()->getIntegerBitWidth() > 64)
    return evolution.getCouldNotCompute();
  if (auto *cast = dyn_cast<SExtInst>(value); cast && isSigned)
    return extended(cast->getOperand(0), true);
  if (auto *cast = dyn_cast<ZExtInst>(value))
    return extended(cast->getOperand(0), cast->hasNonNeg());
  auto *instruction = dyn_cast<Instruction>(value);
  if (!instruction || !context.loop.contains(instruction))
    return plain();
  auto cannotWrap = [&](const BinaryOperator &operation) {
    return isSigned ? operation.hasNoSignedWrap() : operation.hasNoUnsignedWrap();
  };
  if (auto *operation = dyn_cast<OverflowingBinaryOperator>(value); operation && isa<BinaryOperator>(value)) {
    auto &binary = *cast<BinaryOperator>(value);
    if (cannotWrap(binary))
      if (const SCEV *result = arithmetic(binary, [&](Value *operand) { return extended(operand, isSigned); }))
        return result;
  }
  if (auto *phi = dyn_cast<PHINode>(value)) {
    auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(phi));
    const Loop *loop = recurrence ? recurrence->getLoop() : nullptr;
    if (loop && loop->getHeader() == phi->getParent() && recurrence->isAffine() && loop->getLoopLatch() && loop->getLoopPredecessor()) {
      // The increment that would overflow makes the next round's exit test undefined, and a start that would the first one.
      auto *increment = dyn_cast<BinaryOperator>(phi->getIncomingValueForBlock(loop->getLoopLatch()));
      if (increment && isa<OverflowingBinaryOperator>(increment) && cannotWrap(*increment)) {
        return evolution.getAddRecExpr(extended(phi->getIncomingValueForBlock(loop->getLoopPredecessor()), isSigned),
                                       evolution.getNoopOrSignExtend(recurrence->getStepRecurrence(evolution), word),
                                       loop, SCEV::FlagAnyWrap);
      }
    }
  }
  return plain();
}

const SCEV *IntervalFinder::offset(Value *pointer, Value *base) {
  if (pointer == base)
    return evolution.getZero(word);
  auto *instruction = dyn_cast<Instruction>(pointer);
  if (auto *gep = dyn_cast<GetElementPtrInst>(pointer); gep && context.loop.contains(gep)) {
    const SCEV *sum = offset(gep->getPointerOperand(), base);
    const DataLayout &layout = gep->getDataLayout();
    for (auto step = gep_type_begin(gep); sum && step != gep_type_end(gep); ++step) {
      if (StructType *type = step.getStructTypeOrNull()) {
        uint64_t field =
            layout.getStructLayout(type)->getElementOffset(cast<ConstantInt>(step.getOperand())->getZExtValue());
        sum = evolution.getAddExpr(sum, evolution.getConstant(word, field));
        continue;
      }
      TypeSize size = step.getSequentialElementStride(layout);
      const SCEV *index = size.isScalable() ? nullptr : wide(step.getOperand());
      if (!index || isa<SCEVCouldNotCompute>(index))
        return nullptr;
      sum = evolution.getAddExpr(sum, evolution.getMulExpr(index, evolution.getConstant(word, size.getFixedValue())));
    }
    return sum;
  }
  if (instruction && context.loop.contains(instruction) && !isa<PHINode>(instruction))
    return nullptr;
  const SCEV *distance = evolution.getMinusSCEV(evolution.getSCEV(pointer), evolution.getSCEV(base));
  return isa<SCEVCouldNotCompute>(distance) ? nullptr : distance;
}

/// What a recurrence of an inner loop reaches at `where` while that loop runs.
std::optional<Interval> IntervalFinder::reachedByInner(const SCEVAddRecExpr &recurrence, const Instruction &where) {
  const Loop *inner = recurrence.getLoop();
  BasicBlock *header = inner->getHeader();
  if (!recurrence.isAffine() || !inner->contains(&where))
    return std::nullopt;
  const SCEV *count = evolution.getExitCount(inner, header);
  if (isa<SCEVCouldNotCompute>(count))
    return std::nullopt;
  // What is known where the inner loop begins may be told in terms of the outer one's counter: y < n, in a square.
  const SCEV *guarded = evolution.applyLoopGuards(count, inner);
  bool isFixed = evolution.isLoopInvariant(guarded, &context.loop) || !evolution.isLoopInvariant(count, &context.loop);
  count = evolution.getNoopOrZeroExtend(isFixed ? guarded : count, word);
  // Blocks behind the header's exit test see one round less than the header itself.
  const SCEV *last = where.getParent() == header ? count : evolution.getMinusSCEV(count, evolution.getOne(word));
  const SCEV *step = recurrence.getStepRecurrence(evolution);
  const SCEV *zero = evolution.getZero(word);
  auto start = reached(recurrence.getStart(), where);
  auto distance = reached(evolution.getMulExpr(step, last), where);
  if (!start || !distance)
    return std::nullopt;
  // A loop without rounds touches nothing; its "last" round lies before its first and may only shrink the interval.
  if (evolution.isKnownNonNegative(step))
    return Interval{start->low, evolution.getAddExpr(start->high, distance->high)};
  if (evolution.isKnownNonPositive(step))
    return Interval{evolution.getAddExpr(start->low, distance->low), start->high};
  return Interval{evolution.getAddExpr(start->low, evolution.getSMinExpr(zero, distance->low)),
                  evolution.getAddExpr(start->high, evolution.getSMaxExpr(zero, distance->high))};
}

/// The smallest and the largest value of an expression during one iteration of the split loop (both inclusive).
std::optional<Interval> IntervalFinder::reached(const SCEV *value, const Instruction &where) {
  if (evolution.isLoopInvariant(value, &context.loop))
    return Interval{value, value};
  if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(value)) {
    if (recurrence->getLoop() == &context.loop)
      return recurrence->isAffine() ? std::optional(Interval{value, value}) : std::nullopt;
    return reachedByInner(*recurrence, where);
  }
  if (auto *sum = dyn_cast<SCEVAddExpr>(value)) {
    Interval total{evolution.getZero(word), evolution.getZero(word)};
    for (const SCEV *part : sum->operands()) {
      auto one = reached(part, where);
      if (!one)
        return std::nullopt;
      total = {evolution.getAddExpr(total.low, one->low), evolution.getAddExpr(total.high, one->high)};
    }
    return total;
  }
  if (auto *product = dyn_cast<SCEVMulExpr>(value); product && product->getNumOperands() == 2) {
    const SCEV *factor = product->getOperand(0);
    if (!evolution.isLoopInvariant(factor, &context.loop))
      return std::nullopt;
    auto other = reached(product->getOperand(1), where);
    if (!other)
      return std::nullopt;
    const SCEV *low = evolution.getMulExpr(factor, other->low), *high = evolution.getMulExpr(factor, other->high);
    if (low == high || evolution.isKnownNonNegative(factor))
      return Interval{low, high};
    if (evolution.isKnownNonPositive(factor))
      return Interval{high, low};
  }
  return std::nullopt;
}

std::optional<Interval> IntervalFinder::touched(Value *pointer, Value *base, const SCEV *size,
                                                const Instruction &where) {
  const SCEV *distance = offset(pointer, base);
  if (!distance)
    return std::nullopt;
  auto interval = reached(distance, where);
  auto length = reached(size, where);
  if (!interval || !length)
    return std::nullopt;
  interval->high = evolution.getAddExpr(interval->high, length->high);
  return interval;
}

std::optional<Residue> IntervalFinder::residue(const SCEV *value, uint64_t stride, const Instruction &where) {
  auto isMultiple = [&](const SCEV *factor) {
    auto rest = isa<SCEVConstant>(factor) ? residue(factor, stride, where) : std::nullopt;
    return rest && rest->isZero();
  };
  if (auto *constant = dyn_cast<SCEVConstant>(value)) {
    int64_t rest = constant->getAPInt().getSExtValue() % static_cast<int64_t>(stride);
    return Residue{rest < 0 ? rest + stride : static_cast<uint64_t>(rest), 0};
  }
  if (auto *sum = dyn_cast<SCEVAddExpr>(value)) {
    Residue total{0, 0};
    for (const SCEV *part : sum->operands()) {
      auto one = residue(part, stride, where);
      if (!one)
        return std::nullopt;
      total = {(total.first + one->first) % stride, total.spread + one->spread};
    }
    return total;
  }
  if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(value); recurrence && recurrence->isAffine()) {
    auto start = residue(recurrence->getStart(), stride, where);
    auto *step = dyn_cast<SCEVConstant>(recurrence->getStepRecurrence(evolution));
    if (!start || !step || isMultiple(step))
      return step ? start : std::nullopt;
    const Loop *inner = recurrence->getLoop();
    auto *rounds = dyn_cast<SCEVConstant>(evolution.getExitCount(inner, inner->getHeader()));
    if (step->getAPInt().isNegative() || inner == &context.loop || !inner->contains(&where) || !rounds ||
        rounds->getAPInt().getActiveBits() > 32)
      return std::nullopt;
    uint64_t last = rounds->getAPInt().getZExtValue();
    if (where.getParent() != inner->getHeader() && last)
      --last;
    uint64_t reach = 0;
    if (__builtin_mul_overflow(step->getAPInt().getZExtValue(), last, &reach) || reach > stride)
      return std::nullopt;
    return Residue{start->first, start->spread + reach};
  }
  if (auto *product = dyn_cast<SCEVMulExpr>(value); product && any_of(product->operands(), isMultiple))
    return Residue{0, 0};
  return std::nullopt;
}

} // namespace cleave
