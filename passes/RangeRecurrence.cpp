// RangeRecurrence.cpp - see RangeRecurrence.h.
//
//     for (Row &row : table)
//       for (double &cell : row)
//         cell = (seed = seed * 1664525 + 1013904223) / 4294967296.0;
//
// Each number needs the one before, and still the thousandth can be had at once: affine maps are closed under composition
// (f, a) after (g, b) is (f * g, f * b + a), so a thousand steps are one affine map, made by squaring in ten
// ("Random Number Generation with Arbitrary Strides", F. Brown 1994). A range begins with the number that its first iteration
// comes to, and from there it counts on as the program does.
//
// WHAT HAS TO BE PROVED is that an iteration makes factor * x + addend (modulo m) of x, whichever it is. Values between x and
// what it becomes are IMAGES of x: congruent to an affine map of it modulo something, and not above some bound. Machine
// arithmetic of w bits keeps a congruence modulo a power of two up to 2^w; one modulo another m (the minimal standard
// generator's is 2^31 - 1) holds only as long as nothing is as large as 2^w. An inner loop applies its own map as often as it
// runs; that must not depend on the iteration, nor may a step that only some iterations make.
//
// DIGESTS (hash * 31 + letter) add what is not known before, but to a sum that nobody looks at: there only the factors count. A
// range begins with 0, and the program's value times the factor of as many iterations is added when it is done.
//
// Not here: generators that shift and combine bits by exclusive or. They are linear too, over bits, but a step is a matrix
// of 64 by 64 then.
#include "passes/RangeRecurrence.h"
#include "passes/RangeIntervals.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace cleave {

namespace {

uint64_t lowBits(unsigned count) { return maskTrailingOnes<uint64_t>(count); }

/// Powers of two, 0 for 2^64 among them, are what arithmetic on machine words keeps.
bool isWordModulus(uint64_t modulus) { return !modulus || isPowerOf2_64(modulus); }

uint64_t wordModulus(unsigned bits) { return bits == 64 ? 0 : uint64_t{1} << bits; }

/// The smaller one of two such.
uint64_t lesser(uint64_t left, uint64_t right) { return std::min(left - 1, right - 1) + 1; }

uint64_t reduced(uint64_t value, uint64_t modulus) { return modulus ? value % modulus : value; }

/// What a value is in terms of the phi: the steps lead from it to something that is equal (isExact) or congruent modulo
/// `modulus`, as an unsigned number.
struct Image {
  std::vector<AffineStep> steps;
  bool isExact = true;
  uint64_t modulus = 0;
  uint64_t most = 0; ///< the value itself is not above that

  static Image constant(uint64_t value) { return {{{0, value, {}, nullptr}}, true, 0, value}; }

  bool isFlat() const { return steps.empty() || (steps.size() == 1 && !steps[0].times); }
  AffineStep flat() const { return steps.empty() || steps[0].times ? AffineStep() : steps[0]; }
  std::optional<uint64_t> asConstant() const {
    return isExact && isFlat() && !flat().factor ? std::optional(flat().addend) : std::nullopt;
  }

  void append(AffineStep step) {
    uint64_t divisor = isExact || isWordModulus(modulus) ? 0 : modulus;
    if (!step.times)
      step = {reduced(step.factor, divisor), reduced(step.addend, divisor), {}, nullptr};
    if (step.times || steps.empty() || steps.back().times) {
      steps.push_back(std::move(step));
      return;
    }
    AffineStep &last = steps.back();
    last = {reduced(step.factor * last.factor, divisor), reduced(step.factor * last.addend + step.addend, divisor), {}, nullptr};
  }

  /// The value is congruent modulo `other` to what it stands for.
  bool restrictTo(uint64_t other) {
    if (!isExact && modulus != other) {
      if (!isWordModulus(modulus) || !isWordModulus(other))
        return false;
      other = lesser(modulus, other);
    }
    isExact = false;
    modulus = other;
    return true;
  }
};

class RecurrenceFinder {
public:
  /// With `dependents` the rest of the loop counts as numbers that may be anything: only factors are found out.
  RecurrenceFinder(const LoopContext &context, const SmallPtrSetImpl<Instruction *> *dependents)
      : context(context), evolution(context.evolution), dependents(dependents) {}

  /// `mostAtStart`: what the phi has before the loop is not above that.
  std::optional<RangeRecurrence> recurrence(PHINode &phi, Loop &loop, uint64_t mostAtStart);

private:
  std::optional<Image> imageOf(Value *value);
  std::optional<Image> imageOfMerge(ArrayRef<Value *> values);
  bool areSame(const std::vector<AffineStep> &left, const std::vector<AffineStep> &right) const;
  std::optional<Image> behindInner(PHINode &phi);
  std::optional<Image> arithmetic(const BinaryOperator &operation);
  static std::optional<Image> sum(const Image &left, const Image &right, unsigned bits);
  static std::optional<Image> product(Image value, uint64_t factor, unsigned bits);
  std::optional<Image> remainder(Image value, uint64_t by);

  const LoopContext &context;
  ScalarEvolution &evolution;
  const SmallPtrSetImpl<Instruction *> *dependents;
  PHINode *phi = nullptr; ///< of which images are asked for
  Loop *loop = nullptr;
  uint64_t mostOfPhi = 0;
  uint64_t divisor = 0; ///< that would be a modulus if the numbers were known to be below it
  unsigned visits = 0;
};

/// Expressions of generators are small; a value that is used twice is looked at twice.
constexpr unsigned mostVisits = 200;
/// Products of two numbers below it fit in 64 bits.
constexpr uint64_t mostModulus = uint64_t{1} << 32;

} // namespace

/// What is left of a result in a word of `bits` bits. `isTooLarge`: it may not even fit in 64.
static std::optional<Image> inWord(Image value, unsigned bits, bool isTooLarge = false) {
  if (!isTooLarge && value.most <= lowBits(bits))
    return value;
  if (!value.restrictTo(wordModulus(bits)))
    return std::nullopt;
  value.most = lowBits(bits);
  return value;
}

std::optional<Image> RecurrenceFinder::sum(const Image &left, const Image &right, unsigned bits) {
  Image result = left;
  AffineStep one = left.flat(), other = right.flat();
  if (!right.isFlat() || (!right.isExact && !result.restrictTo(right.modulus)))
    return std::nullopt;
  if (!other.factor) {
    result.append({1, other.addend, {}, nullptr});
  } else {
    if (!left.isFlat())
      return std::nullopt;
    result.steps.clear();
    result.append({one.factor + other.factor, one.addend + other.addend, {}, nullptr});
  }
  bool isTooLarge = false;
  result.most = SaturatingAdd(left.most, right.most, &isTooLarge);
  return inWord(std::move(result), bits, isTooLarge);
}

std::optional<Image> RecurrenceFinder::product(Image value, uint64_t factor, unsigned bits) {
  bool isTooLarge = false;
  value.most = SaturatingMultiply(value.most, factor, &isTooLarge);
  value.append({factor, 0, {}, nullptr});
  return inWord(std::move(value), bits, isTooLarge);
}

std::optional<Image> RecurrenceFinder::remainder(Image value, uint64_t by) {
  if (value.most < by)
    return value;
  bool isKept = value.isExact || value.modulus == by ||
                (isPowerOf2_64(by) && isWordModulus(value.modulus) && by - 1 <= value.modulus - 1);
  if (!isPowerOf2_64(by) && by > mostModulus)
    return std::nullopt;
  if (!isKept) {
    divisor = by;
    return std::nullopt;
  }
  value.isExact = false;
  value.modulus = by;
  value.most = by - 1;
  if (value.isFlat() && !value.steps.empty())
    value.steps[0] = {value.steps[0].factor % by, value.steps[0].addend % by, {}, nullptr};
  return value;
}

std::optional<Image> RecurrenceFinder::arithmetic(const BinaryOperator &operation) {
  unsigned bits = operation.getType()->getIntegerBitWidth();
  auto left = imageOf(operation.getOperand(0));
  auto right = left ? imageOf(operation.getOperand(1)) : std::nullopt;
  if (!right)
    return std::nullopt;
  auto constant = right->asConstant();
  switch (operation.getOpcode()) {
  case Instruction::Or:
    if (!cast<PossiblyDisjointInst>(operation).isDisjoint())
      return std::nullopt;
    [[fallthrough]];
  case Instruction::Add:
    return left->isFlat() ? sum(*right, *left, bits) : sum(*left, *right, bits);
  case Instruction::Sub: {
    if (constant) {
      left->append({1, ~*constant + 1, {}, nullptr});
      return inWord(std::move(*left), bits, /*isTooLarge=*/true);
    }
    auto negative = product(std::move(*right), ~uint64_t{0}, bits);
    if (!negative)
      return std::nullopt;
    // As a number it is no longer below 0, but congruent to what is.
    auto difference = sum(*left, *negative, bits);
    return difference ? inWord(std::move(*difference), bits, /*isTooLarge=*/true) : std::nullopt;
  }
  case Instruction::Mul:
    if (!constant) {
      std::swap(left, right);
      constant = right->asConstant();
    }
    return constant ? product(std::move(*left), *constant, bits) : std::nullopt;
  case Instruction::Shl:
    return constant && *constant < bits ? product(std::move(*left), uint64_t{1} << *constant, bits) : std::nullopt;
  case Instruction::And:
    if (!constant) {
      std::swap(left, right);
      constant = right->asConstant();
    }
    if (!constant || !isMask_64(*constant))
      return std::nullopt;
    return *constant == lowBits(64) ? std::move(left) : remainder(std::move(*left), *constant + 1);
  case Instruction::SRem:
    // Of numbers that are not negative it is the same.
    if (!constant || *constant > lowBits(bits - 1) || left->most > lowBits(bits - 1)) {
      if (constant)
        divisor = *constant;
      return std::nullopt;
    }
    [[fallthrough]];
  case Instruction::URem:
    return constant && *constant ? remainder(std::move(*left), *constant) : std::nullopt;
  default:
    return std::nullopt;
  }
}

/// What comes out of an inner loop, of which the header decides how often it runs.
std::optional<Image> RecurrenceFinder::behindInner(PHINode &out) {
  auto *inner = dyn_cast<PHINode>(out.getIncomingValue(0));
  Loop *innerLoop = inner ? context.loops.getLoopFor(inner->getParent()) : nullptr;
  if (!innerLoop || innerLoop->getParentLoop() != loop || innerLoop->getHeader() != inner->getParent() ||
      out.getIncomingBlock(0u) != inner->getParent() || !innerLoop->getLoopPreheader())
    return std::nullopt;
  const SCEV *count = evolution.getExitCount(innerLoop, inner->getParent());
  Type *word = Type::getInt64Ty(out.getContext());
  if (isa<SCEVCouldNotCompute>(count) || evolution.getTypeSizeInBits(count->getType()) > 64)
    return std::nullopt;
  count = evolution.getNoopOrZeroExtend(count, word);
  if (!evolution.isLoopInvariant(count, &context.loop))
    return std::nullopt;
  auto result = imageOf(inner->getIncomingValueForBlock(innerLoop->getLoopPreheader()));
  if (!result)
    return std::nullopt;
  RecurrenceFinder finder(context, dependents);
  finder.visits = visits;
  auto own = finder.recurrence(*inner, *innerLoop, result->most);
  visits = finder.visits;
  if (!own)
    divisor = finder.divisor;
  if (!own || !result->restrictTo(own->modulus))
    return std::nullopt;
  AffineStep repeated;
  repeated.parts = std::move(own->steps);
  repeated.times = expandBefore(context, count, word);
  if (!repeated.times)
    return std::nullopt;
  result->append(std::move(repeated));
  unsigned bits = inner->getType()->getIntegerBitWidth();
  result->most = lowBits(bits);
  if (own->modulus)
    result->most = std::min(result->most, own->modulus - 1);
  return result;
}

bool RecurrenceFinder::areSame(const std::vector<AffineStep> &left, const std::vector<AffineStep> &right) const {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [&](const AffineStep &one, const AffineStep &other) {
    return one.factor == other.factor && one.times == other.times && (dependents || one.addend == other.addend) &&
           areSame(one.parts, other.parts);
  });
}

/// Where branches meet all of them must have done the same.
std::optional<Image> RecurrenceFinder::imageOfMerge(ArrayRef<Value *> values) {
  std::optional<Image> result = imageOf(values.front());
  for (Value *value : values.drop_front()) {
    auto other = result ? imageOf(value) : std::nullopt;
    if (!other || !areSame(other->steps, result->steps) || other->isExact != result->isExact || other->modulus != result->modulus)
      return std::nullopt;
    result->most = std::max(result->most, other->most);
  }
  return result;
}

std::optional<Image> RecurrenceFinder::imageOf(Value *value) {
  auto *type = dyn_cast<IntegerType>(value->getType());
  if (!type || type->getBitWidth() > 64)
    return std::nullopt;
  if (value == phi) {
    Image result;
    result.most = mostOfPhi;
    return result;
  }
  if (auto *constant = dyn_cast<ConstantInt>(value))
    return Image::constant(constant->getZExtValue());
  auto *instruction = dyn_cast<Instruction>(value);
  unsigned bits = type->getBitWidth();
  if (dependents && (!instruction || !dependents->contains(instruction)))
    return inWord(Image::constant(0), bits, /*isTooLarge=*/true);
  if (!instruction || !loop->contains(instruction) || ++visits > mostVisits)
    return std::nullopt;
  if (auto *operation = dyn_cast<BinaryOperator>(instruction))
    return arithmetic(*operation);
  if (isa<ZExtInst, FreezeInst>(instruction))
    return imageOf(instruction->getOperand(0));
  if (isa<TruncInst>(instruction)) {
    auto source = imageOf(instruction->getOperand(0));
    return source ? inWord(std::move(*source), bits) : std::nullopt;
  }
  if (isa<SExtInst>(instruction)) {
    unsigned from = instruction->getOperand(0)->getType()->getIntegerBitWidth();
    auto source = imageOf(instruction->getOperand(0));
    if (!source || source->most <= lowBits(from - 1))
      return source;
    if (!source->restrictTo(wordModulus(from)))
      return std::nullopt;
    source->most = lowBits(bits);
    return source;
  }
  if (auto *select = dyn_cast<SelectInst>(instruction))
    return imageOfMerge({select->getTrueValue(), select->getFalseValue()});
  auto *merge = dyn_cast<PHINode>(instruction);
  if (!merge || context.loops.isLoopHeader(merge->getParent()))
    return std::nullopt;
  if (merge->getNumIncomingValues() == 1 && context.loops.getLoopFor(merge->getIncomingBlock(0u)) != context.loops.getLoopFor(merge->getParent()))
    return behindInner(*merge);
  if (context.loops.getLoopFor(merge->getParent()) != loop)
    return std::nullopt;
  return imageOfMerge(SmallVector<Value *, 4>(merge->incoming_values()));
}

std::optional<RangeRecurrence> RecurrenceFinder::recurrence(PHINode &of, Loop &around, uint64_t mostAtStart) {
  auto *type = dyn_cast<IntegerType>(of.getType());
  if (!type || type->getBitWidth() > 64 || !around.getLoopLatch())
    return std::nullopt;
  unsigned bits = type->getBitWidth();
  phi = &of;
  loop = &around;
  mostOfPhi = lowBits(bits);
  // If all numbers are below a divisor, nothing between may be too large for it.
  for (bool isBounded : {false, true}) {
    auto image = imageOf(of.getIncomingValueForBlock(around.getLoopLatch()));
    if (image) {
      uint64_t modulus = wordModulus(bits);
      bool isWhole = image->isExact || image->modulus == modulus;
      if (!isWhole) {
        modulus = image->modulus;
        if (!modulus || image->most >= modulus)
          return std::nullopt;
      }
      // Numbers that are not reduced when the loop begins would be so after its first iteration.
      if ((!isWhole && mostAtStart >= modulus) || std::max(mostAtStart, image->most) > mostOfPhi)
        return std::nullopt;
      return RangeRecurrence{&of, std::move(image->steps), modulus};
    }
    if (isBounded || !divisor || divisor > mostModulus || divisor - 1 >= mostOfPhi)
      break;
    mostOfPhi = divisor - 1;
  }
  return std::nullopt;
}

std::optional<RangeRecurrence> findRecurrence(const LoopContext &context, PHINode &phi) {
  if (!phi.getType()->isIntegerTy() || phi.getType()->getIntegerBitWidth() > 64)
    return std::nullopt;
  const SCEV *start = context.evolution.getSCEV(phi.getIncomingValueForBlock(context.loop.getLoopPreheader()));
  uint64_t mostAtStart = context.evolution.getUnsignedRangeMax(start).getZExtValue();
  return RecurrenceFinder(context, nullptr).recurrence(phi, context.loop, mostAtStart);
}

/// All that depends on the phi within the loop, itself included. False: somebody does more with it than to compute.
static bool collectDependents(PHINode &phi, const Loop &loop, SmallPtrSetImpl<Instruction *> &dependents) {
  SmallVector<Instruction *, 16> work{&phi};
  dependents.insert(&phi);
  while (!work.empty())
    for (User *user : work.pop_back_val()->users()) {
      auto *next = cast<Instruction>(user);
      if (!loop.contains(next) || !dependents.insert(next).second)
        continue;
      bool isOther = isa<PHINode>(next) && next->getParent() == loop.getHeader();
      if (isOther || !isa<BinaryOperator, CastInst, PHINode, SelectInst, FreezeInst>(next) || dependents.size() > mostVisits)
        return false;
      work.push_back(next);
    }
  return none_of(dependents, [&](const Instruction *one) {
    auto *select = dyn_cast<SelectInst>(one);
    auto *condition = select ? dyn_cast<Instruction>(select->getCondition()) : nullptr;
    return condition && dependents.contains(condition);
  });
}

std::optional<RangeDigest> findDigest(const LoopContext &context, PHINode &phi) {
  if (!phi.getType()->isIntegerTy() || phi.getType()->getIntegerBitWidth() > 64)
    return std::nullopt;
  SmallPtrSet<Instruction *, 16> dependents;
  if (!collectDependents(phi, context.loop, dependents))
    return std::nullopt;
  unsigned bits = phi.getType()->getIntegerBitWidth();
  auto found = RecurrenceFinder(context, &dependents).recurrence(phi, context.loop, lowBits(bits));
  if (!found || found->modulus != wordModulus(bits))
    return std::nullopt;
  RangeDigest digest{std::move(found->steps), {}};
  for (Instruction *one : dependents)
    if (isa<BinaryOperator, CastInst>(one))
      digest.operations.push_back(one);
  return digest;
}

void forEachCount(const std::vector<AffineStep> &steps, function_ref<void(Value *)> note) {
  for (const AffineStep &step : steps)
    if (step.times) {
      note(step.times);
      forEachCount(step.parts, note);
    }
}

// ---- code ---------------------------------------------------------------------------------------------------------

/// i64 cleave.jump(value, factor, addend, times, modulus): `times` steps at once, by squaring. There is one for words and one
/// that divides by a modulus.
static Function *jumpFunction(Module &module, bool hasModulus) {
  const char *name = hasModulus ? "cleave.jump.modulo" : "cleave.jump";
  if (Function *there = module.getFunction(name))
    return there;
  LLVMContext &context = module.getContext();
  Type *word = Type::getInt64Ty(context);
  auto *function = Function::Create(FunctionType::get(word, {word, word, word, word, word}, false),
                                    GlobalValue::InternalLinkage, name, module);
  function->setDoesNotThrow();
  function->setDoesNotAccessMemory();
  BasicBlock *entry = BasicBlock::Create(context, "entry", function), *header = BasicBlock::Create(context, "header", function);
  BasicBlock *body = BasicBlock::Create(context, "body", function), *done = BasicBlock::Create(context, "done", function);
  IRBuilder<> builder(entry);
  builder.CreateBr(header);
  builder.SetInsertPoint(header);
  PHINode *phis[4];
  for (unsigned k = 0; k < 4; ++k) {
    phis[k] = builder.CreatePHI(word, 2);
    phis[k]->addIncoming(function->getArg(k), entry);
  }
  auto [value, factor, addend, times] = phis;
  auto modulo = [&](Value *number) { return hasModulus ? builder.CreateURem(number, function->getArg(4)) : number; };
  auto mapped = [&](Value *number) {
    return modulo(builder.CreateAdd(modulo(builder.CreateMul(factor, number)), addend));
  };
  builder.CreateCondBr(builder.CreateIsNull(times), done, body);
  builder.SetInsertPoint(body);
  Value *isOdd = builder.CreateTrunc(times, builder.getInt1Ty());
  Value *next[] = {builder.CreateSelect(isOdd, mapped(value), value), modulo(builder.CreateMul(factor, factor)),
                   mapped(addend), builder.CreateLShr(times, 1)};
  for (unsigned k = 0; k < 4; ++k)
    phis[k]->addIncoming(next[k], body);
  builder.CreateBr(header);
  builder.SetInsertPoint(done);
  builder.CreateRet(value);
  return function;
}

namespace {

/// An affine map as two words of the function that is built.
struct AffinePair {
  Value *factor, *addend;
};

class JumpBuilder {
public:
  JumpBuilder(IRBuilderBase &builder, uint64_t modulus, function_ref<Value *(Value *)> here)
      : builder(builder), modulus(modulus), hasDivision(!isWordModulus(modulus)), here(here) {}

  AffinePair composed(const std::vector<AffineStep> &steps);
  Value *jumped(Value *value, AffinePair map, Value *times) {
    Function *function = jumpFunction(*builder.GetInsertBlock()->getModule(), hasDivision);
    return builder.CreateCall(function, {value, map.factor, map.addend, times, builder.getInt64(modulus)});
  }

private:
  Value *modulo(Value *value) { return hasDivision ? builder.CreateURem(value, builder.getInt64(modulus)) : value; }

  IRBuilderBase &builder;
  uint64_t modulus;
  bool hasDivision;
  function_ref<Value *(Value *)> here;
};

} // namespace

AffinePair JumpBuilder::composed(const std::vector<AffineStep> &steps) {
  AffinePair whole{builder.getInt64(1), builder.getInt64(0)};
  for (const AffineStep &step : steps) {
    AffinePair next{builder.getInt64(reduced(step.factor, modulus)), builder.getInt64(reduced(step.addend, modulus))};
    if (step.times) {
      AffinePair once = composed(step.parts);
      Value *times = here(step.times);
      next = {jumped(builder.getInt64(1), {once.factor, builder.getInt64(0)}, times),
              jumped(builder.getInt64(0), once, times)};
    }
    whole = {modulo(builder.CreateMul(next.factor, whole.factor)),
             modulo(builder.CreateAdd(modulo(builder.CreateMul(next.factor, whole.addend)), next.addend))};
  }
  return whole;
}

Value *factorOfIterations(IRBuilderBase &builder, const std::vector<AffineStep> &steps, Type *type, Value *times,
                          function_ref<Value *(Value *)> here) {
  JumpBuilder jump(builder, 0, here);
  Value *once = jump.composed(steps).factor;
  return builder.CreateTrunc(jump.jumped(builder.getInt64(1), {once, builder.getInt64(0)}, times), type);
}

Value *afterIterations(IRBuilderBase &builder, const RangeRecurrence &recurrence, Value *value, Value *times,
                       function_ref<Value *(Value *)> here) {
  JumpBuilder jump(builder, recurrence.modulus, here);
  Type *type = value->getType();
  Value *result = jump.jumped(builder.CreateZExt(value, builder.getInt64Ty()), jump.composed(recurrence.steps), times);
  // What is below 2^64 is so by dropping bits: those of the type, and of a smaller power of two.
  if (isWordModulus(recurrence.modulus) && recurrence.modulus)
    result = builder.CreateAnd(result, builder.getInt64(recurrence.modulus - 1));
  return builder.CreateTrunc(result, type);
}

} // namespace cleave
