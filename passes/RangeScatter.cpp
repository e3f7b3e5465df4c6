// RangeScatter.cpp - see RangeScatter.h.
//
//     for (int i = 0; i < n; ++i)
//       for (int j = 0; j <= i; ++j)
//         table[i][j] = table[j][i] = f(i, j);          symmetric: iteration i has a row, and a column
//
// What an iteration writes is no interval, so it cannot be sent anywhere. Local workers write in place, and need nothing
// but that no two iterations meet. That is a question for linear arithmetic: take an earlier iteration t and a later one u,
// and of each an access; they meet if the rows are equal and the columns overlap, and if each inner loop's counter is within
// its bounds. Where that system of inequalities has no solution, not even in fractions (Fourier-Motzkin elimination, as in
// LLVM's ConstraintSystem), they never do.
//
// What is not linear counts as a number that may be anything: the same one for both iterations if the loop does not change it.
#include "passes/RangeScatter.h"
#include "passes/RangeIntervals.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/ConstraintSystem.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace cleave {

namespace {

/// Coefficients beyond this would leave 64 bits in the elimination; loops do not run so long that their counters times this do.
constexpr int64_t mostCoefficient = int64_t{1} << 24;
/// More variables or accesses than people write; the elimination is exponential in the worst case.
constexpr unsigned mostVariables = 24, mostAccesses = 16;

/// constant + sum of coefficient times variable. Variables are numbered from 1, as ConstraintSystem wants them.
struct Linear {
  int64_t constant = 0;
  SmallMapVector<unsigned, int64_t, 4> terms;
  bool isBroken = false; ///< a number was too large: nothing is known

  static Linear of(unsigned variable, int64_t coefficient) {
    Linear result;
    result.accumulate(result.terms[variable], coefficient, 1);
    return result;
  }

  Linear &add(const Linear &other, int64_t factor) {
    isBroken |= other.isBroken;
    accumulate(constant, other.constant, factor);
    for (auto [variable, coefficient] : other.terms)
      accumulate(terms[variable], coefficient, factor);
    return *this;
  }

private:
  void accumulate(int64_t &sum, int64_t value, int64_t factor) {
    int64_t product = 0;
    isBroken |= MulOverflow(value, factor, product) || AddOverflow(sum, product, sum) || sum > mostCoefficient ||
                sum < -mostCoefficient;
  }
};

enum Side : unsigned { Earlier, Later, Both };

/// One pair of accesses: can they meet?
class Meeting {
public:
  explicit Meeting(const LoopContext &context) : context(context), loop(context.loop), evolution(context.evolution) {}

  bool isPossible(const ScatteredAccess &earlier, const ScatteredAccess &later, uint64_t rowBytes);

private:
  unsigned variable(Side side, const void *what) {
    return numbers.insert({{side, what}, static_cast<unsigned>(numbers.size()) + 1}).first->second;
  }
  unsigned counter(Side side, const Loop &of) { return variable(loop.contains(&of) ? side : Both, &of); }
  Linear linear(const SCEV *value, Side side, const Instruction &where);
  Linear opaque(const SCEV *value, Side side);
  void boundCounters(Side side, const Instruction &where);
  /// low <= value, and low <= value <= high.
  void atLeast(const Linear &value, int64_t low);
  void between(const Linear &value, int64_t low, int64_t high);

  const LoopContext &context;
  const Loop &loop;
  ScalarEvolution &evolution;
  DenseMap<std::pair<unsigned, const void *>, unsigned> numbers;
  SmallVector<Linear, 16> notNegative;
};

} // namespace

Linear Meeting::opaque(const SCEV *value, Side side) {
  return Linear::of(variable(evolution.isLoopInvariant(value, &loop) ? Both : side, value), 1);
}

/// `value` where `where` stands, in the same round of all loops around it.
Linear Meeting::linear(const SCEV *value, Side side, const Instruction &where) {
  Linear result;
  if (auto *constant = dyn_cast<SCEVConstant>(value)) {
    if (constant->getAPInt().getSignificantBits() > 62)
      return opaque(value, side);
    result.constant = constant->getAPInt().getSExtValue();
    return result;
  }
  if (auto *sum = dyn_cast<SCEVAddExpr>(value)) {
    for (const SCEV *part : sum->operands())
      result.add(linear(part, side, where), 1);
    return result;
  }
  if (auto *product = dyn_cast<SCEVMulExpr>(value))
    if (auto *factor = dyn_cast<SCEVConstant>(product->getOperand(0));
        factor && product->getNumOperands() == 2 && factor->getAPInt().getSignificantBits() < 63)
      return result.add(linear(product->getOperand(1), side, where), factor->getAPInt().getSExtValue());
  if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(value); recurrence && recurrence->isAffine())
    if (auto *step = dyn_cast<SCEVConstant>(recurrence->getStepRecurrence(evolution));
        step && step->getAPInt().getSignificantBits() < 63) {
      result = Linear::of(counter(side, *recurrence->getLoop()), step->getAPInt().getSExtValue());
      // What a loop counted that is over is not what it counts now.
      result.isBroken |= loop.contains(recurrence->getLoop()) && !recurrence->getLoop()->contains(&where);
      return result.add(linear(recurrence->getStart(), side, where), 1);
    }
  // What was told of a narrower counter holds of the wider one, if nothing is lost on the way.
  if (auto *wider = dyn_cast<SCEVIntegralCastExpr>(value); wider && !isa<SCEVTruncateExpr>(wider)) {
    const SCEV *inner = wider->getOperand();
    auto *recurrence = dyn_cast<SCEVAddRecExpr>(inner);
    bool isSame = isa<SCEVSignExtendExpr>(wider) || evolution.isKnownNonNegative(inner);
    auto *sum = dyn_cast<SCEVAddExpr>(inner);
    if (isSame && ((recurrence && recurrence->hasNoSignedWrap()) || (sum && sum->hasNoSignedWrap())))
      return linear(inner, side, where);
  }
  return opaque(value, side);
}

void Meeting::atLeast(const Linear &value, int64_t low) {
  Linear least;
  least.constant = low;
  notNegative.push_back(value);
  notNegative.back().add(least, -1);
}

void Meeting::between(const Linear &value, int64_t low, int64_t high) {
  atLeast(value, low);
  Linear negative;
  negative.add(value, -1);
  atLeast(negative, -high);
}

/// 0 <= counter < rounds, of each loop around `where` up to the one that is split.
void Meeting::boundCounters(Side side, const Instruction &where) {
  for (const Loop *inner = context.loops.getLoopFor(where.getParent()); inner; inner = inner->getParentLoop()) {
    Linear rounds = Linear::of(counter(side, *inner), 1);
    atLeast(rounds, 0);
    const SCEV *count = evolution.getExitCount(inner, inner->getHeader());
    if (!isa<SCEVCouldNotCompute>(count))
      for (const SCEV *known : {count, evolution.applyLoopGuards(count, inner)}) {
        Linear left = linear(evolution.getNoopOrZeroExtend(known, Type::getInt64Ty(evolution.getContext())), side, where);
        // Behind the header's exit test there is one round less.
        atLeast(left.add(rounds, -1), where.getParent() == inner->getHeader() ? 0 : 1);
      }
    if (inner == &loop)
      return;
  }
}

bool Meeting::isPossible(const ScatteredAccess &earlier, const ScatteredAccess &later, uint64_t rowBytes) {
  atLeast(Linear::of(counter(Later, loop), 1).add(Linear::of(counter(Earlier, loop), 1), -1), 1);
  boundCounters(Earlier, *earlier.where);
  boundCounters(Later, *later.where);
  // Rows that are not equal are an element apart, at least.
  Linear rows = linear(earlier.row, Earlier, *earlier.where), columns = linear(earlier.column, Earlier, *earlier.where);
  between(rows.add(linear(later.row, Later, *later.where), -1), 1 - static_cast<int64_t>(rowBytes), static_cast<int64_t>(rowBytes) - 1);
  between(columns.add(linear(later.column, Later, *later.where), -1), 1 - static_cast<int64_t>(earlier.size), static_cast<int64_t>(later.size) - 1);
  if (numbers.size() > mostVariables)
    return true;
  ConstraintSystem system;
  for (const Linear &value : notNegative) {
    if (value.isBroken)
      continue; // one condition less: more may be possible
    SmallVector<int64_t, mostVariables> row(numbers.size() + 1); // constant >= sum
    row[0] = value.constant;
    for (auto [variable, coefficient] : value.terms)
      row[variable] = -coefficient;
    if (all_of(drop_begin(row), [](int64_t coefficient) { return coefficient == 0; })) {
      if (value.constant < 0)
        return false;
      continue;
    }
    system.addVariableRowFill(row);
  }
  return system.mayHaveSolution();
}

bool areApart(const LoopContext &context, ArrayRef<ScatteredAccess> accesses, uint64_t rowBytes) {
  if (accesses.size() > mostAccesses || rowBytes > mostCoefficient)
    return false;
  for (const ScatteredAccess &earlier : accesses)
    for (const ScatteredAccess &later : accesses)
      if ((earlier.isWrite || later.isWrite) && Meeting(context).isPossible(earlier, later, rowBytes))
        return false;
  return true;
}

} // namespace cleave
