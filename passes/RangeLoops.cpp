// RangeLoops.cpp - loops whose iterations are independent.
//
// THE PROBLEM. Most heavy loops hold no call that could run ahead (LoopStage.cpp): their bodies compute in place.
//
//     for (int i = 0; i < n; ++i)
//       for (int j = 0; j < n; ++j) {
//         double sum = 0;
//         for (int k = 0; k < n; ++k)
//           sum += a[i * n + k] * b[k * n + j];
//         c[i * n + j] = sum;
//       }
//
// THE ANSWER. A loop is split by ranges of its iterations if
//   1. the number of iterations is known when it begins (of the exit in its header; other exits may leave earlier);
//   2. what an iteration takes over from the one before is an induction (start + t * step), an affine recurrence, of which a
//      later value can be computed at once (RangeRecurrence.cpp), or a reduction that may be regrouped: integer sums,
//      products, bit operations and digests, the best of many by a strict comparison. Sums of floating point keep their
//      order, so they are not among them unless the source allows it;
//   3. iterations neither do anything that the outside sees, nor touch each other's memory (RangeMemory.cpp).
//
// The loop itself stays whole. At the borders of ranges it asks whether the range was done elsewhere and, if so, takes
// over the results and jumps over it; else it does the range itself, as it would have without being split. So an early
// exit, an exception or a task that gave up needs nothing: it happens in the loop, in program order. A task that meets
// an exit other than the header's gives up; its range is done in place.
//
// Outermost loops come first: one range of rows costs less to hand over than many of columns. Rejected: asking LLVM's
// dependence analysis about pairs of accesses. It knows nothing of containers' memory, and it answers "may depend"
// where a comparison at run time settles the matter.
#include "passes/RangeLoops.h"
#include "passes/Places.h"
#include "passes/RangeIntervals.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

namespace cleave {

namespace {

class RangeFinder {
public:
  RangeFinder(LoopContext &context, const ProgramTraits &program) : context(context), loop(context.loop), program(program) {}
  std::optional<RangeLoop> find(Refusal &refusal);

private:
  bool refuse(const char *reason, const Twine &message, const Instruction *where, const char *cure);
  bool checkShape();
  bool checkEffects();
  Value *tripsByDistance(const BranchInst &exit);
  bool classifyPhis();
  bool isInduction(PHINode &phi);
  bool isReduction(PHINode &phi);
  bool isRecurrence(PHINode &phi);
  bool isDigest(PHINode &phi);
  bool isBestOf(PHINode &phi);
  bool refuseCarried(PHINode &phi);
  bool checkCompanions();
  void collectScalars();
  void findEnds();

  LoopContext &context;
  Loop &loop;
  const ProgramTraits &program;
  RangeLoop result;
  Refusal why;
};

} // namespace

bool RangeFinder::refuse(const char *reason, const Twine &message, const Instruction *where, const char *cure) {
  why = {reason, message.str(), {blockedAt(where, cure)}};
  return false;
}

/// A walk from one address to another, in steps of an element's size: whoever calls something on the way that might not come
/// back cannot be proved to arrive there, says LLVM. The steps are counted all the same: if they do not meet the end, or it
/// lies behind the beginning, none are promised. (A range loop goes on in place behind what it was told.)
Value *RangeFinder::tripsByDistance(const BranchInst &exit) {
  ScalarEvolution &evolution = context.evolution;
  auto *test = dyn_cast<ICmpInst>(exit.getCondition());
  bool isEndTest = test && test->getPredicate() == (loop.contains(exit.getSuccessor(0)) ? ICmpInst::ICMP_NE : ICmpInst::ICMP_EQ);
  if (!isEndTest || !evolution.isSCEVable(test->getOperand(0)->getType()))
    return nullptr;
  const SCEV *place = evolution.getSCEV(test->getOperand(0)), *end = evolution.getSCEV(test->getOperand(1));
  if (!isa<SCEVAddRecExpr>(place))
    std::swap(place, end);
  auto *walk = dyn_cast<SCEVAddRecExpr>(place);
  Type *word = Type::getInt64Ty(evolution.getContext());
  if (!walk || walk->getLoop() != &loop || !walk->isAffine() || !evolution.isLoopInvariant(end, &loop) ||
      evolution.getTypeSizeInBits(walk->getType()) != 64)
    return nullptr;
  auto *step = dyn_cast<SCEVConstant>(walk->getStepRecurrence(evolution));
  if (!step || !step->getAPInt().isStrictlyPositive())
    return nullptr;
  auto number = [&](const SCEV *value) {
    return value->getType()->isPointerTy() ? evolution.getPtrToIntExpr(value, word) : value;
  };
  const SCEV *from = number(walk->getStart()), *to = number(end);
  if (isa<SCEVCouldNotCompute>(from) || isa<SCEVCouldNotCompute>(to))
    return nullptr;
  Value *distance = expandBefore(context, evolution.getMinusSCEV(to, from), word);
  if (!distance)
    return nullptr;
  IRBuilder<> builder(result.preheader->getTerminator());
  Value *size = builder.getInt64(step->getAPInt().getZExtValue()), *none = builder.getInt64(0);
  Value *isMet = builder.CreateAnd(builder.CreateICmpEQ(builder.CreateURem(distance, size), none),
                                   builder.CreateICmpSGE(distance, none));
  return builder.CreateSelect(isMet, builder.CreateUDiv(distance, size), none);
}

bool RangeFinder::checkShape() {
  result.header = loop.getHeader();
  result.preheader = loop.getLoopPreheader();
  result.latch = loop.getLoopLatch();
  auto *branch = dyn_cast<BranchInst>(result.header->getTerminator());
  auto isCounted = [&] {
    return result.preheader && result.latch && branch && branch->isConditional() &&
           loop.contains(branch->getSuccessor(0)) != loop.contains(branch->getSuccessor(1));
  };
  if (!isCounted())
    return refuse("loop-count", "how often the loop runs is not known when it begins", result.header->getTerminator(),
                  "count with a for loop whose bounds do not change");
  result.body = branch->getSuccessor(loop.contains(branch->getSuccessor(0)) ? 0 : 1);
  ScalarEvolution &evolution = context.evolution;
  const SCEV *count = evolution.getExitCount(&loop, result.header);
  Type *word = Type::getInt64Ty(evolution.getContext());
  if (!isa<SCEVCouldNotCompute>(count) && evolution.getTypeSizeInBits(count->getType()) <= 64)
    result.trips = expandBefore(context, evolution.getNoopOrZeroExtend(count, word), word);
  else
    result.trips = tripsByDistance(*branch);
  if (!result.trips)
    return refuse("loop-count", "how often the loop runs is not known when it begins", branch,
                  "count with a for loop whose bounds do not change");
  append_range(result.blocks, loop.blocks());
  SmallVector<BasicBlock *, 4> exits;
  loop.getUniqueExitBlocks(exits);
  append_range(result.exits, exits);
  for (Loop *inner : loop.getLoopsInPreorder())
    result.hasOpenWork |= inner != &loop && !evolution.getSmallConstantTripCount(inner);
  return true;
}

bool RangeFinder::checkEffects() {
  struct Entry {
    EffectKind kind;
    const char *reason, *what, *cure;
  };
  static const Entry entries[] = {
      {EffectKind::Io, "io", "does input or output", "collect the text and print it after the loop"},
      {EffectKind::Nondeterminism, "nondeterminism", "asks for something that is not a function of its inputs",
       "draw the numbers before the loop"},
      {EffectKind::Draws, "nondeterminism", "draws random numbers", "draw them before the loop, or in a function that the loop calls"},
      {EffectKind::ReadsEnvironment, "nondeterminism", "reads the environment", "read it before the loop, or in a function that the loop calls"},
      {EffectKind::ReadsClock, "nondeterminism", "reads a clock", "read it before the loop, or in a function that the loop calls"},
      {EffectKind::UnknownCall, "unknown-call", "calls what is not known", "compile its source with cleave++ too"},
      {EffectKind::InlineAssembly, "inline-assembly", "contains inline assembly", ""},
      {EffectKind::VolatileAccess, "volatile", "accesses a volatile object", "remove volatile"},
      {EffectKind::AtomicAccess, "atomic", "accesses an atomic object", "return a value instead of sharing one"},
      {EffectKind::NonlocalJump, "nonlocal-jump", "uses setjmp or longjmp", "throw an exception instead"},
      {EffectKind::EndsProgram, "ends-program", "may end the program", "throw, or return an error"},
  };
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block) {
      bool isCall = isa<CallBase>(instruction);
      if (!isCall && !instruction.isVolatile() && !instruction.isAtomic())
        continue;
      for (const Entry &entry : entries)
        if (context.effects.has(instruction, entry.kind))
          return refuse(entry.reason, Twine("an iteration ") + entry.what, &instruction, entry.cure);
      if (program.readsErrno && context.effects.has(instruction, EffectKind::WritesErrno))
        return refuse("errno", "an iteration sets errno, and the program looks at errno", &instruction,
                      "compile with -fno-math-errno if only mathematical functions set it");
    }
  return true;
}

// ---- what goes from one iteration to the next --------------------------------------------------------------------

bool RangeFinder::isInduction(PHINode &phi) {
  ScalarEvolution &evolution = context.evolution;
  if (!evolution.isSCEVable(phi.getType()))
    return false;
  auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(&phi));
  if (!recurrence || recurrence->getLoop() != &loop || !recurrence->isAffine())
    return false;
  const SCEV *step = recurrence->getStepRecurrence(evolution);
  if (!evolution.isLoopInvariant(step, &loop))
    return false;
  Value *value = expandBefore(context, step, step->getType());
  if (value)
    result.inductions.push_back({&phi, value});
  return value;
}

static Constant *identityOf(unsigned opcode, Type *type, const Instruction &operation) {
  bool isReal = type->isFloatingPointTy();
  if (isReal && !operation.hasAllowReassoc())
    return nullptr;
  return ConstantExpr::getBinOpIdentity(opcode, type, /*AllowRHSConstant=*/false,
                                        /*NSZ=*/isReal && operation.hasNoSignedZeros());
}

/// A sum and its like: from the phi to the value that goes back, every step is the same associative operation with a
/// value that does not depend on the sum, through any branches and inner loops; nothing else looks at partial sums.
bool RangeFinder::isReduction(PHINode &phi) {
  SmallPtrSet<Value *, 16> chain{&phi};
  SmallVector<Instruction *, 16> work{&phi};
  Instruction *combiner = nullptr;
  unsigned opcode = 0;
  Intrinsic::ID intrinsic = Intrinsic::not_intrinsic;
  SmallVector<Instruction *, 8> merges;
  while (!work.empty())
    for (User *user : work.pop_back_val()->users()) {
      auto *next = cast<Instruction>(user);
      if (!loop.contains(next))
        continue;
      if (next == &phi || chain.contains(next))
        continue;
      if (isa<PHINode>(next) || isa<SelectInst>(next)) {
        if (next->getParent() == loop.getHeader() && isa<PHINode>(next))
          return false;
        merges.push_back(next);
      } else if (auto *operation = dyn_cast<BinaryOperator>(next)) {
        unsigned code = operation->getOpcode();
        bool isDifference = code == Instruction::Sub || code == Instruction::FSub;
        if (isDifference) {
          if (chain.contains(operation->getOperand(1)))
            return false;
          code = code == Instruction::Sub ? Instruction::Add : Instruction::FAdd;
        }
        if (!Instruction::isAssociative(code) && code != Instruction::FAdd && code != Instruction::FMul)
          return false;
        if (intrinsic || (opcode && code != opcode) || !identityOf(code, next->getType(), *next))
          return false;
        opcode = code;
        combiner = isDifference && combiner ? combiner : next;
      } else if (auto *best = dyn_cast<MinMaxIntrinsic>(next)) {
        if (opcode || (intrinsic && intrinsic != best->getIntrinsicID()))
          return false;
        intrinsic = best->getIntrinsicID();
        combiner = next;
      } else {
        return false;
      }
      chain.insert(next);
      work.push_back(next);
    }
  auto inChain = [&](const Value *value) { return chain.contains(const_cast<Value *>(value)); };
  for (Value *member : chain) {
    auto *instruction = cast<Instruction>(member);
    if (instruction == &phi)
      continue;
    if (auto *select = dyn_cast<SelectInst>(instruction)) {
      if (inChain(select->getCondition()) || !inChain(select->getTrueValue()) || !inChain(select->getFalseValue()))
        return false;
    } else if (auto *merge = dyn_cast<PHINode>(instruction)) {
      if (!all_of(merge->incoming_values(), [&](const Use &use) { return inChain(use.get()); }))
        return false;
    } else if (inChain(instruction->getOperand(0)) == inChain(instruction->getOperand(1))) {
      return false;
    }
  }
  if (!combiner || !inChain(phi.getIncomingValueForBlock(result.latch)))
    return false;
  RangeReduction reduction;
  reduction.phi = &phi;
  reduction.combiner = combiner;
  for (Value *member : chain)
    if (isa<BinaryOperator>(member))
      reduction.steps.push_back(cast<Instruction>(member));
  if (opcode)
    reduction.identity = identityOf(opcode, phi.getType(), *combiner);
  result.reductions.push_back(std::move(reduction));
  return true;
}

/// `if (value < best) { best = value; place = i; }`, as selects: strict, so that of equal values the first stays and
/// regrouping cannot be told; a range that starts from the best before the loop and finds nothing better changes
/// nothing.
bool RangeFinder::isBestOf(PHINode &phi) {
  auto *select = dyn_cast<SelectInst>(phi.getIncomingValueForBlock(result.latch));
  auto *compare = select ? dyn_cast<CmpInst>(select->getCondition()) : nullptr;
  if (!compare || !loop.contains(compare))
    return false;
  bool isBetterWhen = select->getFalseValue() == &phi;
  Value *candidate = isBetterWhen ? select->getTrueValue() : select->getFalseValue();
  if ((isBetterWhen ? select->getFalseValue() : select->getTrueValue()) != &phi || candidate == &phi)
    return false;
  bool isNewFirst = compare->getOperand(0) == candidate;
  if (compare->getOperand(isNewFirst ? 0 : 1) != candidate || compare->getOperand(isNewFirst ? 1 : 0) != &phi)
    return false;
  CmpInst::Predicate taken = isBetterWhen ? compare->getPredicate() : compare->getInversePredicate();
  switch (taken) {
  case CmpInst::ICMP_SLT:
  case CmpInst::ICMP_SGT:
  case CmpInst::ICMP_ULT:
  case CmpInst::ICMP_UGT:
  case CmpInst::FCMP_OLT:
  case CmpInst::FCMP_OGT:
    break;
  default:
    return false;
  }
  RangeReduction reduction;
  reduction.phi = &phi;
  reduction.combiner = compare;
  reduction.isBetterWhen = isBetterWhen;
  reduction.isNewFirst = isNewFirst;
  auto isSelectOfGroup = [&](const User *user) {
    auto *other = dyn_cast<SelectInst>(user);
    return other && other->getCondition() == compare;
  };
  auto staysInGroup = [&](PHINode &member, const SelectInst &update) {
    return all_of(member.users(),
                  [&](const User *user) {
                    auto *inner = cast<Instruction>(user);
                    return !loop.contains(inner) || inner == &update || (&member == &phi && inner == compare);
                  }) &&
           all_of(update.users(), [&](const User *user) {
             auto *inner = cast<Instruction>(user);
             return !loop.contains(inner) || inner == &member;
           });
  };
  if (!all_of(compare->users(), isSelectOfGroup) || !staysInGroup(phi, *select))
    return false;
  for (User *user : compare->users()) {
    auto *other = cast<SelectInst>(user);
    if (other == select)
      continue;
    auto *companion = dyn_cast<PHINode>(isBetterWhen ? other->getFalseValue() : other->getTrueValue());
    if (!companion || companion->getParent() != loop.getHeader() ||
        companion->getIncomingValueForBlock(result.latch) != other || !staysInGroup(*companion, *other))
      return false;
    reduction.companions.push_back(companion);
  }
  result.reductions.push_back(std::move(reduction));
  return true;
}

bool RangeFinder::isRecurrence(PHINode &phi) {
  auto recurrence = findRecurrence(context, phi);
  if (recurrence)
    result.recurrences.push_back(std::move(*recurrence));
  return recurrence.has_value();
}

bool RangeFinder::isDigest(PHINode &phi) {
  auto digest = findDigest(context, phi);
  if (!digest)
    return false;
  RangeReduction reduction;
  reduction.phi = &phi;
  reduction.identity = ConstantInt::get(cast<IntegerType>(phi.getType()), 0);
  reduction.factors = std::move(digest->steps);
  append_range(reduction.steps, digest->operations);
  result.reductions.push_back(std::move(reduction));
  return true;
}

bool RangeFinder::classifyPhis() {
  SmallVector<PHINode *, 4> rest;
  for (PHINode &phi : loop.getHeader()->phis())
    if (!isInduction(phi) && !isReduction(phi) && !isBestOf(phi))
      rest.push_back(&phi);
  for (PHINode *phi : rest) {
    bool isCompanion = any_of(result.reductions,
                              [&](const RangeReduction &reduction) { return is_contained(reduction.companions, phi); });
    if (!isCompanion && !isDigest(*phi) && !isRecurrence(*phi))
      return refuseCarried(*phi);
  }
  return true;
}

bool RangeFinder::refuseCarried(PHINode &phi) {
  std::string name = phi.getName().take_until([](char c) { return c == '.'; }).str();
  bool isReal = phi.getType()->isFloatingPointTy();
  return refuse("loop-carried",
                "each iteration needs " + (name.empty() ? Twine("a value") : "'" + Twine(name) + "'") + " from the one before",
                dyn_cast<Instruction>(phi.getIncomingValueForBlock(result.latch)),
                isReal ? "sums of floating point keep their order; gather parts in a vector and add those up, or use "
                         "-fassociative-math if the last digits do not matter"
                       : "compute it from the iteration's number");
}

/// Where the best was found may be told by an index: a task's addresses mean nothing to the program.
bool RangeFinder::checkCompanions() {
  for (const RangeReduction &reduction : result.reductions)
    for (PHINode *companion : reduction.companions)
      if (companion->getType()->isPtrOrPtrVectorTy())
        return refuse("loop-address", "the loop keeps the address of the best that it finds",
                      cast<Instruction>(companion->getIncomingValueForBlock(result.latch)), "keep its index instead");
  return true;
}

void RangeFinder::collectScalars() {
  SmallPtrSet<Value *, 16> seen;
  auto note = [&](Value *value) {
    auto *inner = dyn_cast<Instruction>(value);
    if ((!inner && !isa<Argument>(value)) || (inner && loop.contains(inner)) || value->getType()->isPointerTy() ||
        isa<PtrToIntInst>(value) || value->getType()->isLabelTy() || value->getType()->isMetadataTy() ||
        value->getType()->isTokenTy())
      return;
    if (seen.insert(value).second)
      result.scalars.push_back(value);
  };
  for (BasicBlock *block : result.blocks)
    for (Instruction &instruction : *block)
      for (Value *operand : instruction.operands())
        note(operand);
  append_range(result.scalars, result.memory.borrowed);
  for (const RangeInduction &induction : result.inductions)
    note(induction.step);
  for (const RangeRecurrence &recurrence : result.recurrences)
    forEachCount(recurrence.steps, note);
  for (const RangeReduction &reduction : result.reductions)
    forEachCount(reduction.factors, note);
}

/// How the loop can end: by its count, by anything else that it decides, by an exception.
void RangeFinder::findEnds() {
  result.isCertain = true;
  for (BasicBlock *block : result.blocks) {
    for (BasicBlock *next : successors(block)) {
      auto *invoke = dyn_cast<InvokeInst>(block->getTerminator());
      bool isUnwinding = invoke && next == invoke->getUnwindDest();
      if (!loop.contains(next) && block != result.header && !isUnwinding)
        result.isCertain = false;
    }
    for (Instruction &instruction : *block) {
      auto *call = dyn_cast<CallBase>(&instruction);
      if (!call || isa<IntrinsicInst>(call))
        continue;
      // Without a handler that is the end of the program, whoever throws.
      result.mayThrow |= program.catchesWantOfSpace && !call->doesNotThrow();
      for (EffectKind kind : {EffectKind::Guards, EffectKind::Aborts, EffectKind::EndsProgram})
        if (context.effects.has(*call, kind))
          result.isCertain = false;
    }
  }
}

std::optional<RangeLoop> RangeFinder::find(Refusal &refusal) {
  auto isFound = [&] {
    if (!checkShape() || !classifyPhis() || !checkCompanions() || !checkEffects())
      return false;
    auto memory = analyseRangeMemory(context, why);
    if (!memory)
      return false;
    // Two parameters besides the blocks, of the 32 that a kind may have.
    if (memory->blocks.size() > 24)
      return refuse("too-many-parameters", "the loop uses more than 24 arrays", loop.getHeader()->getTerminator(), "");
    result.memory = std::move(*memory);
    // Of a loop that does nothing but count on there is nothing that somebody else could do.
    bool isWritten = any_of(result.memory.blocks, [](const RangeBlock &block) { return block.isWritten; });
    if (!result.recurrences.empty() && result.reductions.empty() && !isWritten)
      return refuseCarried(*result.recurrences.front().phi);
    collectScalars();
    findEnds();
    // A local worker does it in place, so that nothing of it may be tried in vain.
    bool isSafeHere = result.isCertain && !(result.memory.isFinal && result.mayThrow);
    if (result.memory.onlyHere && !isSafeHere) {
      why = *result.memory.onlyHere;
      return false;
    }
    if (result.memory.isScattered() && !isSafeHere)
      return refuse("loop-extent", "iterations write here and there, and the loop may end before its time", loop.getHeader()->getTerminator(),
                    "write results to the element of the iteration's own index");
    return all_of(result.scalars, [](const Value *value) { return value->getType()->isSingleValueType(); }) ||
           refuse("loop-shape", "the loop uses a value that has no form in memory", loop.getHeader()->getTerminator(),
                  "");
  };
  if (isFound())
    return std::move(result);
  refusal = why;
  return std::nullopt;
}

/// An instruction at the line where the loop begins in the source, with a column if there is one.
static Instruction *placeOfLoop(const Loop &loop) {
  unsigned line = loop.getStartLoc() ? loop.getStartLoc().getLine() : 0;
  Instruction *best = nullptr;
  for (BasicBlock *block : {loop.getHeader(), loop.getLoopLatch()})
    for (Instruction &instruction : block ? *block : *loop.getHeader()) {
      const DebugLoc &where = instruction.getDebugLoc();
      if (!where || !where.getLine())
        continue;
      if (!best || (where.getLine() == line && where.getCol() &&
                    (best->getDebugLoc().getLine() != line || !best->getDebugLoc().getCol())))
        best = &instruction;
    }
  return best ? best : loop.getHeader()->getTerminator();
}

std::vector<RangeLoop> findRangeLoops(Function &function, const Effects &effects,
                                      const SmallPtrSetImpl<const Instruction *> &taken, const ProgramTraits &program,
                                      std::vector<RangeRefusal> &refused) {
  std::vector<RangeLoop> found;
  DominatorTree dominators(function);
  LoopInfo loops(dominators);
  if (loops.empty() || function.callsFunctionThatReturnsTwice())
    return found;
  AssumptionCache assumptions(function);
  TargetLibraryInfoImpl libraryImpl{Triple(function.getParent()->getTargetTriple())};
  TargetLibraryInfo library(libraryImpl);
  ScalarEvolution evolution(function, library, assumptions, dominators, loops);
  SCEVExpander expander(evolution, "range");
  expander.disableCanonicalMode();
  SmallVector<Loop *, 8> work(loops.begin(), loops.end());
  while (!work.empty()) {
    Loop *loop = work.pop_back_val();
    bool isStaged = any_of(loop->blocks(), [&](BasicBlock *block) {
      return loops.getLoopFor(block) == loop &&
             any_of(*block, [&](const Instruction &instruction) { return taken.contains(&instruction); });
    });
    if (isStaged)
      continue;
    LoopContext context{*loop, loops, dominators, evolution, expander, effects};
    Refusal refusal;
    Instruction *where = placeOfLoop(*loop);
    if (auto range = RangeFinder(context, program).find(refusal)) {
      SourcePlace place = outerPlaceOf(*where);
      range->place = where;
      range->file = place.file;
      range->line = place.line;
      range->name = "loop(" + std::to_string(range->line) + ")";
      found.push_back(std::move(*range));
      continue;
    }
    refused.push_back({where, SmallVector<BasicBlock *, 16>(loop->blocks()), std::move(refusal)});
    append_range(work, *loop);
  }
  return found;
}

} // namespace cleave
