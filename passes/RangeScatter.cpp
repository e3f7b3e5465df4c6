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
// A TABLE IN ONE PIECE, `table[i * n + j]`, has rows too, but they have to be found: an offset is taken apart into a row times
// the row's bytes and a rest, and if the rest is proved to stay inside of the row, two offsets meet only where rows and
// columns do (delinearization; Grosser, Ramanujam, Pouchet, Sadayappan and Pop 2015). How long a row is, is what some counter
// is multiplied by: a number, or a number times something that the loop does not change.
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

  bool isConstant() const {
    return !isBroken && all_of(terms, [](const auto &term) { return term.second == 0; });
  }
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

/// rest + unit * times.
struct Parts {
  Linear rest, times;
};

/// How a table in one piece is taken apart: a row has `bytes`, or `bytes` times `unit` and `more`.
struct Pitch {
  const SCEV *unit = nullptr;
  int64_t bytes = 0, more = 0;
};

enum Side : unsigned { Earlier, Later, Both };

/// One pair of accesses: can they meet?
class Meeting {
public:
  explicit Meeting(const LoopContext &context) : context(context), loop(context.loop), evolution(context.evolution) {}

  bool isPossible(const ScatteredAccess &earlier, const ScatteredAccess &later, uint64_t rowBytes);
  /// The same of a table in one piece, if each access is known to stay in its row.
  bool isPossible(const ScatteredAccess &earlier, const ScatteredAccess &later, const Pitch &pitch);
  bool staysInRow(const ScatteredAccess &access, const Pitch &pitch);
  /// What the counters in an access' offset are multiplied by, as far as it could be a row's length.
  void findPitches(const ScatteredAccess &access, SmallVectorImpl<Pitch> &pitches);

private:
  unsigned variable(Side side, const void *what) {
    return numbers.insert({{side, what}, static_cast<unsigned>(numbers.size()) + 1}).first->second;
  }
  unsigned counter(Side side, const Loop &of) { return variable(loop.contains(&of) ? side : Both, &of); }
  Linear linear(const SCEV *value, Side side, const Instruction &where) { return partsOf(value, nullptr, side, where).rest; }
  Linear opaque(const SCEV *value, Side side);
  Parts partsOf(const SCEV *value, const SCEV *unit, Side side, const Instruction &where);
  bool addProduct(const SCEVMulExpr &product, const SCEV *unit, Side side, const Instruction &where, Parts &result);
  bool addRecurrence(const SCEVAddRecExpr &recurrence, const SCEV *unit, Side side, const Instruction &where, Parts &result);
  bool isExact(const SCEV *value) const;
  std::optional<Parts> widened(const SCEVIntegralCastExpr &wider, const SCEV *unit, Side side, const Instruction &where);
  /// In rows of `pitch`, and bytes within one.
  Parts rowAndColumn(const SCEV *offset, const Pitch &pitch, Side side, const Instruction &where);
  Linear roundsOf(const SCEV *count, Side side, const Instruction &where, bool isPositive);
  void boundCounters(Side side, const Instruction &where);
  void boundBoth(const ScatteredAccess &earlier, const ScatteredAccess &later);
  /// low <= value, and low <= value <= high.
  void atLeast(const Linear &value, int64_t low);
  void between(const Linear &value, int64_t low, int64_t high);
  bool hasSolution() const;
  bool isNeverNegative(const Linear &value);

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

static std::optional<int64_t> numberOf(const SCEV *value) {
  auto *constant = dyn_cast<SCEVConstant>(value);
  if (!constant || constant->getAPInt().getSignificantBits() > 62)
    return std::nullopt;
  return constant->getAPInt().getSExtValue();
}

/// A number times something, or times `unit` times something.
bool Meeting::addProduct(const SCEVMulExpr &product, const SCEV *unit, Side side, const Instruction &where, Parts &result) {
  int64_t factor = 1;
  bool hasUnit = false;
  const SCEV *other = nullptr;
  for (const SCEV *operand : product.operands()) {
    if (auto number = numberOf(operand); number && factor == 1)
      factor = *number;
    else if (operand == unit && !hasUnit)
      hasUnit = true;
    else if (!other)
      other = operand;
    else
      return false;
  }
  Parts inner;
  inner.rest.constant = 1;
  if (other)
    inner = partsOf(other, unit, side, where);
  if (hasUnit) {
    if (!inner.times.isConstant() || inner.times.constant)
      return false;
    result.times.add(inner.rest, factor);
  } else {
    result.rest.add(inner.rest, factor);
    result.times.add(inner.times, factor);
  }
  return true;
}

bool Meeting::addRecurrence(const SCEVAddRecExpr &recurrence, const SCEV *unit, Side side, const Instruction &where,
                            Parts &result) {
  if (!recurrence.isAffine())
    return false;
  Parts step = partsOf(recurrence.getStepRecurrence(evolution), unit, side, where);
  if (!step.rest.isConstant() || !step.times.isConstant())
    return false;
  unsigned round = counter(side, *recurrence.getLoop());
  result = partsOf(recurrence.getStart(), unit, side, where);
  result.rest.add(Linear::of(round, 1), step.rest.constant);
  result.times.add(Linear::of(round, 1), step.times.constant);
  // What a loop counted that is over is not what it counts now.
  bool isOver = loop.contains(recurrence.getLoop()) && !recurrence.getLoop()->contains(&where);
  result.rest.isBroken |= isOver;
  result.times.isBroken |= isOver;
  return true;
}

/// Does this arithmetic lose nothing, as if numbers had no end? That of addresses does not.
bool Meeting::isExact(const SCEV *value) const {
  if (evolution.getTypeSizeInBits(value->getType()) == 64)
    return true;
  auto *arithmetic = dyn_cast<SCEVNAryExpr>(value);
  return arithmetic && arithmetic->hasNoSignedWrap();
}

/// What is told of the narrower number, if that is true of the wider one too. (A narrow number counts as signed.)
std::optional<Parts> Meeting::widened(const SCEVIntegralCastExpr &wider, const SCEV *unit, Side side, const Instruction &where) {
  const SCEV *inner = wider.getOperand();
  bool isLeaf = isa<SCEVUnknown, SCEVTruncateExpr>(inner);
  if ((isLeaf || isExact(inner)) && (isa<SCEVSignExtendExpr>(wider) || evolution.isKnownNonNegative(inner)))
    return partsOf(inner, unit, side, where);
  // Going down from a number of that width, and not below zero.
  Parts now;
  auto *recurrence = dyn_cast<SCEVAddRecExpr>(inner);
  if (!recurrence || !addRecurrence(*recurrence, nullptr, side, where, now))
    return std::nullopt;
  Linear gone = linear(recurrence->getStart(), side, where).add(now.rest, -1);
  if (!isNeverNegative(now.rest) || !isNeverNegative(gone))
    return std::nullopt;
  if (unit)
    addRecurrence(*recurrence, unit, side, where, now);
  return now;
}

/// `value` where `where` stands, in the same round of all loops around it.
Parts Meeting::partsOf(const SCEV *value, const SCEV *unit, Side side, const Instruction &where) {
  Parts result;
  if (value == unit) {
    result.times.constant = 1;
    return result;
  }
  if (auto number = numberOf(value)) {
    result.rest.constant = *number;
    return result;
  }
  if (auto *sum = dyn_cast<SCEVAddExpr>(value); sum && isExact(sum)) {
    for (const SCEV *part : sum->operands()) {
      Parts inner = partsOf(part, unit, side, where);
      result.rest.add(inner.rest, 1);
      result.times.add(inner.times, 1);
    }
    return result;
  }
  if (auto *product = dyn_cast<SCEVMulExpr>(value); product && isExact(product) && addProduct(*product, unit, side, where, result))
    return result;
  if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(value); recurrence && isExact(recurrence) && addRecurrence(*recurrence, unit, side, where, result))
    return result;
  if (auto *wider = dyn_cast<SCEVIntegralCastExpr>(value); wider && !isa<SCEVTruncateExpr>(wider))
    if (auto narrow = widened(*wider, unit, side, where))
      return *narrow;
  result = Parts();
  result.rest = opaque(value, side);
  return result;
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

/// How often a loop runs that has begun a round, if `isPositive`.
Linear Meeting::roundsOf(const SCEV *count, Side side, const Instruction &where, bool isPositive) {
  const SCEV *narrow = count;
  if (auto *wider = dyn_cast<SCEVZeroExtendExpr>(count))
    narrow = wider->getOperand();
  // Of zero and the number of rounds the larger: then that number.
  if (auto *larger = dyn_cast<SCEVSMaxExpr>(narrow); isPositive && larger && larger->getNumOperands() == 2 && larger->getOperand(0)->isZero())
    return linear(larger->getOperand(1), side, where);
  return linear(count, side, where);
}

/// 0 <= counter < rounds, of each loop around `where` up to the one that is split: the outer ones first, since inner ones are
/// told by them.
void Meeting::boundCounters(Side side, const Instruction &where) {
  SmallVector<const Loop *, 4> around;
  for (const Loop *inner = context.loops.getLoopFor(where.getParent()); inner; inner = inner->getParentLoop()) {
    around.push_back(inner);
    if (inner == &loop)
      break;
  }
  for (const Loop *inner : reverse(around)) {
    Linear rounds = Linear::of(counter(side, *inner), 1);
    atLeast(rounds, 0);
    const SCEV *count = evolution.getExitCount(inner, inner->getHeader());
    if (isa<SCEVCouldNotCompute>(count))
      continue;
    // Behind the header's exit test there is one round less.
    bool isInside = where.getParent() != inner->getHeader();
    for (const SCEV *known : {count, evolution.applyLoopGuards(count, inner)}) {
      Linear left = roundsOf(evolution.getNoopOrZeroExtend(known, Type::getInt64Ty(evolution.getContext())), side, where, isInside);
      // A difference below zero is a number of rounds that no loop runs, unless it is left in another way.
      if (inner->getExitingBlock() || isNeverNegative(left))
        atLeast(left.add(rounds, -1), isInside ? 1 : 0);
    }
  }
}

void Meeting::boundBoth(const ScatteredAccess &earlier, const ScatteredAccess &later) {
  atLeast(Linear::of(counter(Later, loop), 1).add(Linear::of(counter(Earlier, loop), 1), -1), 1);
  boundCounters(Earlier, *earlier.where);
  boundCounters(Later, *later.where);
}

bool Meeting::hasSolution() const {
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

bool Meeting::isNeverNegative(const Linear &value) {
  if (value.isBroken)
    return false;
  Linear negative;
  atLeast(negative.add(value, -1), 1);
  bool isPossible = hasSolution();
  notNegative.pop_back();
  return !isPossible;
}

bool Meeting::isPossible(const ScatteredAccess &earlier, const ScatteredAccess &later, uint64_t rowBytes) {
  boundBoth(earlier, later);
  // Rows that are not equal are an element apart, at least.
  Linear rows = linear(earlier.row, Earlier, *earlier.where), columns = linear(earlier.column, Earlier, *earlier.where);
  between(rows.add(linear(later.row, Later, *later.where), -1), 1 - static_cast<int64_t>(rowBytes), static_cast<int64_t>(rowBytes) - 1);
  between(columns.add(linear(later.column, Later, *later.where), -1), 1 - static_cast<int64_t>(earlier.size), static_cast<int64_t>(later.size) - 1);
  return hasSolution();
}

/// A number that is taken as so many rows and the rest, whichever is nearest.
static std::pair<int64_t, int64_t> divided(int64_t number, int64_t bytes) {
  int64_t whole = number / bytes, rest = number % bytes;
  int64_t more = 2 * rest > bytes ? 1 : 2 * rest < -bytes ? -1 : 0;
  return {whole + more, rest - more * bytes};
}

Parts Meeting::rowAndColumn(const SCEV *offset, const Pitch &pitch, Side side, const Instruction &where) {
  Parts parts = partsOf(offset, pitch.unit, side, where);
  Linear rows, column, one;
  one.constant = 1;
  const Linear &all = pitch.unit ? parts.times : parts.rest;
  rows.isBroken = all.isBroken || parts.rest.isBroken;
  auto take = [&](int64_t number, const Linear &of) {
    auto [whole, rest] = divided(number, pitch.bytes);
    rows.add(of, whole);
    rows.isBroken |= pitch.unit && rest;
    column.add(of, rest);
  };
  take(all.constant, one);
  for (auto [variable, coefficient] : all.terms)
    take(coefficient, Linear::of(variable, 1));
  if (pitch.unit)
    column = parts.rest.add(rows, -pitch.more);
  return {column, rows};
}

bool Meeting::staysInRow(const ScatteredAccess &access, const Pitch &pitch) {
  boundCounters(Earlier, *access.where);
  auto [column, rows] = rowAndColumn(access.column, pitch, Earlier, *access.where);
  Linear behind; // what is left of the row
  behind.constant = pitch.more - static_cast<int64_t>(access.size);
  if (pitch.unit)
    behind.add(linear(pitch.unit, Both, *access.where), pitch.bytes);
  else
    behind.constant += pitch.bytes;
  behind.add(column, -1);
  return !rows.isBroken && isNeverNegative(column) && isNeverNegative(behind);
}

bool Meeting::isPossible(const ScatteredAccess &earlier, const ScatteredAccess &later, const Pitch &pitch) {
  boundBoth(earlier, later);
  Parts one = rowAndColumn(earlier.column, pitch, Earlier, *earlier.where);
  Parts other = rowAndColumn(later.column, pitch, Later, *later.where);
  between(one.times.add(other.times, -1), 0, 0);
  between(one.rest.add(other.rest, -1), 1 - static_cast<int64_t>(earlier.size), static_cast<int64_t>(later.size) - 1);
  return hasSolution();
}

/// What a step, which the loop does not change, is a multiple of.
static const SCEV *unitOf(const SCEV *step) {
  if (isa<SCEVConstant>(step))
    return nullptr;
  if (auto *sum = dyn_cast<SCEVAddExpr>(step)) {
    for (const SCEV *part : sum->operands())
      if (const SCEV *unit = unitOf(part))
        return unit;
    return nullptr;
  }
  if (auto *product = dyn_cast<SCEVMulExpr>(step))
    return product->getNumOperands() == 2 && isa<SCEVConstant>(product->getOperand(0)) ? product->getOperand(1) : nullptr;
  return step;
}

void Meeting::findPitches(const ScatteredAccess &access, SmallVectorImpl<Pitch> &pitches) {
  auto add = [&](const SCEV *unit, int64_t bytes, int64_t more) {
    auto isKnown = [&](const Pitch &known) { return known.unit == unit && known.bytes == bytes && known.more == more; };
    if (bytes > 0 && none_of(pitches, isKnown))
      pitches.push_back({unit, bytes, more});
  };
  for (const SCEV *value = access.column; auto *recurrence = dyn_cast<SCEVAddRecExpr>(value); value = recurrence->getStart()) {
    const SCEV *step = recurrence->getStepRecurrence(evolution);
    if (auto number = numberOf(step)) {
      if (uint64_t bytes = static_cast<uint64_t>(std::abs(*number)); bytes > access.size)
        add(nullptr, std::abs(*number), 0);
    } else if (const SCEV *unit = unitOf(step); unit && evolution.isLoopInvariant(unit, &loop)) {
      Parts parts = partsOf(step, unit, Earlier, *access.where);
      if (parts.rest.isConstant() && parts.times.isConstant())
        add(unit, parts.times.constant, parts.rest.constant);
    }
  }
}

bool areApart(const LoopContext &context, ArrayRef<ScatteredAccess> accesses, uint64_t rowBytes) {
  if (accesses.size() > mostAccesses || rowBytes > mostCoefficient)
    return false;
  auto isApart = [&](auto &&row) {
    for (const ScatteredAccess &earlier : accesses)
      for (const ScatteredAccess &later : accesses)
        if ((earlier.isWrite || later.isWrite) && Meeting(context).isPossible(earlier, later, row))
          return false;
    return true;
  };
  if (rowBytes)
    return isApart(rowBytes);
  SmallVector<Pitch, 4> pitches;
  for (const ScatteredAccess &access : accesses)
    Meeting(context).findPitches(access, pitches);
  return any_of(pitches, [&](const Pitch &pitch) {
    return all_of(accesses, [&](const ScatteredAccess &access) { return Meeting(context).staysInRow(access, pitch); }) &&
           isApart(pitch);
  });
}

} // namespace cleave
