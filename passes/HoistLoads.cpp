// HoistLoads.cpp - loop-invariant code motion that knows who owns what.
//
// THE PROBLEM.   for (size_t i = 0; i < v.size(); ++i) v[i] = f(v[i]);
// Both v.size() and v's buffer are loaded from `v` in every iteration. Whether the loop can be counted, and where it
// writes, is only seen once these loads stand before it. LLVM's own pass asks alias analysis, which must fear that the
// store to v[i] changes v; the ownership graph knows that a buffer is not the variable that owns it.
//
// A load moves if nothing in the loop writes what it reads and it may be made although the loop might not come to it:
// it stands before anything that may leave, in the header or in the first block behind it if the loop is known to have a
// first iteration; or its address is known to be good (a variable, a reference, an element of either: if nobody knows that
// its index is inside, it is made so, since what the load gives where the program would not have made it does not matter).
// Where the first iteration is what is missing, for (r = c + 1; r < n; ++r) with a[c] in it, the loop is given a guard: its
// own test is made in front of it too, and what is behind that may count on an iteration.
//
// Instructions are moved, and those made are no pointers: the answers of Ownership and Effects about them stay right.
#include "passes/HoistLoads.h"
#include "passes/Effects.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ValueMapper.h"

using namespace llvm;

namespace cleave {

namespace {

class Hoister {
public:
  Hoister(Function &function, const Effects &effects)
      : effects(effects), memory(effects.ownership().memory(function)), function(function), dominators(function),
        loops(dominators), assumptions(function), libraryImpl(Triple(function.getParent()->getTargetTriple())),
        library(libraryImpl) {}

  void run() {
    SmallVector<Loop *, 4> order = loops.getLoopsInPreorder();
    for (Loop *loop : reverse(order))
      if (loop->getLoopPreheader())
        hoistFrom(*loop);
  }

private:
  void hoistFrom(Loop &loop);
  ObjectSet written(const Loop &loop) const;
  bool isMovable(Instruction &instruction, const Loop &loop, const ObjectSet &writes, bool isCertain);
  bool keepInside(LoadInst &load);
  bool hasFirstIteration(const Loop &loop);
  bool guard(Loop &loop);

  const Effects &effects;
  const FunctionMemory &memory;
  Function &function;
  DominatorTree dominators;
  LoopInfo loops;
  AssumptionCache assumptions;
  TargetLibraryInfoImpl libraryImpl;
  TargetLibraryInfo library;
  std::optional<ScalarEvolution> evolution; ///< made when it is first asked
  DenseMap<const Value *, uint64_t> clamped; ///< indices that were made to be less than this
};

} // namespace

ObjectSet Hoister::written(const Loop &loop) const {
  ObjectSet writes;
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block) {
      auto *call = dyn_cast<CallBase>(&instruction);
      if (instruction.mayWriteToMemory() && !(call && call->isLifetimeStartOrEnd()))
        writes |= effects.accesses(instruction).writes;
    }
  return writes;
}

/// Makes the index by which `load` reaches into a variable (or what a reference leads to) stay inside.
bool Hoister::keepInside(LoadInst &load) {
  const DataLayout &layout = load.getDataLayout();
  APInt before(64, 0);
  auto *element = dyn_cast<GetElementPtrInst>(
      load.getPointerOperand()->stripAndAccumulateConstantOffsets(layout, before, /*AllowNonInbounds=*/false));
  SmallMapVector<Value *, APInt, 4> indices;
  APInt offset(64, 0);
  if (!element || !element->collectOffset(layout, 64, indices, offset) || indices.size() != 1)
    return false;
  auto &[index, scale] = *indices.begin();
  APInt within(64, 0);
  Value *base = element->getPointerOperand()->stripAndAccumulateConstantOffsets(layout, within, false);
  bool canBeNull = true, canBeFreed = true;
  uint64_t bytes = base->getPointerDereferenceableBytes(layout, canBeNull, canBeFreed);
  int64_t first = (before + offset + within).getSExtValue(), step = scale.getSExtValue();
  int64_t room = static_cast<int64_t>(bytes) - first - static_cast<int64_t>(layout.getTypeStoreSize(load.getType()));
  if (canBeNull || canBeFreed || !isa<AllocaInst, Argument, GlobalVariable>(base) || first < 0 || step <= 0 || room < 0)
    return false;
  uint64_t count = static_cast<uint64_t>(room / step) + 1;
  if (auto known = clamped.find(index); known != clamped.end())
    return known->second <= count;
  IRBuilder<> builder(element);
  Value *isInside = builder.CreateICmpULT(index, ConstantInt::get(index->getType(), count));
  Value *safe = builder.CreateSelect(isInside, index, ConstantInt::get(index->getType(), 0));
  clamped[safe] = count;
  element->replaceUsesOfWith(index, safe);
  return true;
}

/// The address of a part of a variable that lives within an iteration stays where the variable does: nothing is gained by
/// moving it, and a variable with a user in front of the loop would no longer be the iteration's own (RangePrivate.cpp).
static bool livesInside(const Instruction &address, const Loop &loop) {
  if (!address.getType()->isPointerTy())
    return false;
  auto *variable = dyn_cast<AllocaInst>(getUnderlyingObject(&address));
  if (!variable)
    return false;
  auto begins = [&](const User *user) {
    auto *marker = dyn_cast<IntrinsicInst>(user);
    return marker && marker->getIntrinsicID() == Intrinsic::lifetime_start && loop.contains(marker);
  };
  // What an argument by value is built in has no markers.
  return any_of(variable->users(), begins) ||
         all_of(variable->users(), [&](const User *user) { return loop.contains(cast<Instruction>(user)); });
}

bool Hoister::isMovable(Instruction &instruction, const Loop &loop, const ObjectSet &writes, bool isCertain) {
  bool isArithmetic = isa<GetElementPtrInst>(instruction) || isa<BinaryOperator>(instruction) ||
                      isa<CmpInst>(instruction) || isa<SelectInst>(instruction) || isa<CastInst>(instruction);
  auto *load = dyn_cast<LoadInst>(&instruction);
  if ((!isArithmetic && !load) || !loop.hasLoopInvariantOperands(&instruction))
    return false;
  if (!load && livesInside(instruction, loop))
    return false;
  if (load && (!load->isSimple() || memory.mayOverlap(effects.accesses(*load).reads, writes)))
    return false;
  if (isCertain) // a division too
    return true;
  return isSafeToSpeculativelyExecute(&instruction, loop.getLoopPreheader()->getTerminator(), &assumptions, &dominators) ||
         (load && keepInside(*load));
}

/// The branch in the loop's header by which the loop is left or goes on, or null.
static BranchInst *exitBranch(const Loop &loop) {
  auto *branch = dyn_cast<BranchInst>(loop.getHeader()->getTerminator());
  bool decides = branch && branch->isConditional() && loop.contains(branch->getSuccessor(0)) != loop.contains(branch->getSuccessor(1));
  return decides ? branch : nullptr;
}

/// Is the exit test in the loop's header known not to leave it at once?
bool Hoister::hasFirstIteration(const Loop &loop) {
  BranchInst *branch = exitBranch(loop);
  auto *test = branch ? dyn_cast<ICmpInst>(branch->getCondition()) : nullptr;
  if (!test)
    return false;
  if (!evolution)
    evolution.emplace(function, library, assumptions, dominators, loops);
  CmpPredicate stays = loop.contains(branch->getSuccessor(0)) ? test->getCmpPredicate() : test->getInverseCmpPredicate();
  auto first = [&](Value *operand) -> const SCEV * {
    const SCEV *value = evolution->getSCEV(operand);
    if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(value); recurrence && recurrence->getLoop() == &loop)
      return recurrence->getStart();
    return evolution->isLoopInvariant(value, &loop) ? value : nullptr;
  };
  const SCEV *left = first(test->getOperand(0)), *right = first(test->getOperand(1));
  return left && right && evolution->isLoopEntryGuardedByCond(&loop, stays, left, right);
}

/// Makes the test in the loop's header in front of its preheader too, and goes past the loop if it says so. False: it could not
/// be made there, or a pointer comes out of the loop, of which there would have to be one that nobody has analysed.
bool Hoister::guard(Loop &loop) {
  BasicBlock *header = loop.getHeader(), *before = loop.getLoopPreheader();
  BranchInst *branch = exitBranch(loop);
  if (!branch)
    return false;
  const bool staysIfTrue = loop.contains(branch->getSuccessor(0));
  BasicBlock *exit = branch->getSuccessor(staysIfTrue ? 1 : 0);
  if (exit->isEHPad() || !all_of(predecessors(exit), [&](const BasicBlock *from) { return loop.contains(from); }))
    return false;
  auto isNumber = [](const Value &value) { return value.getType()->isIntegerTy() || value.getType()->isFloatingPointTy(); };
  ValueToValueMapTy first;
  SmallVector<Instruction *, 8> arithmetic;
  for (Instruction &instruction : *header) {
    if (auto *phi = dyn_cast<PHINode>(&instruction)) {
      first[phi] = phi->getIncomingValueForBlock(before);
    } else if (&instruction != branch && !isa<DbgInfoIntrinsic>(instruction)) {
      if (!isNumber(instruction) || !isa<BinaryOperator, CmpInst, CastInst, SelectInst>(instruction) ||
          !isSafeToSpeculativelyExecute(&instruction) || any_of(instruction.operands(), [](const Use &operand) {
            return operand->getType()->isPointerTy();
          }))
        return false;
      arithmetic.push_back(&instruction);
    }
  }
  for (PHINode &phi : exit->phis()) {
    auto *last = dyn_cast<Instruction>(phi.getIncomingValueForBlock(header));
    if (!isNumber(phi) || (last && loop.contains(last) && last->getParent() != header))
      return false;
  }

  for (Instruction *instruction : arithmetic) {
    Instruction *copy = instruction->clone();
    copy->dropUBImplyingAttrsAndMetadata();
    copy->insertBefore(before->getTerminator()->getIterator());
    RemapInstruction(copy, first, RF_IgnoreMissingLocals | RF_NoModuleLevelChanges);
    first[instruction] = copy;
  }
  auto atFirst = [&](Value *value) {
    Value *known = first.lookup(value);
    return known ? known : value;
  };
  Value *test = atFirst(branch->getCondition());
  BasicBlock *behind = SplitBlock(exit, exit->getFirstNonPHIIt(), &dominators, &loops);
  BasicBlock *entered = SplitEdge(before, header, &dominators, &loops);
  for (PHINode &phi : exit->phis()) {
    PHINode *joined = PHINode::Create(phi.getType(), 2, phi.getName());
    joined->insertBefore(behind->begin());
    phi.replaceAllUsesWith(joined);
    joined->addIncoming(&phi, exit);
    joined->addIncoming(atFirst(phi.getIncomingValueForBlock(header)), before);
  }
  before->getTerminator()->eraseFromParent();
  BranchInst::Create(staysIfTrue ? entered : behind, staysIfTrue ? behind : entered, test, before)->setDebugLoc(branch->getDebugLoc());
  dominators.insertEdge(before, behind);
  evolution.reset();
  return true;
}

void Hoister::hoistFrom(Loop &loop) {
  ObjectSet writes = written(loop);
  Instruction *place = loop.getLoopPreheader()->getTerminator();
  // What was moved, by operation and operands: two loads of one address are one value from now on.
  SmallVector<Instruction *, 16> moved;
  BasicBlock *body = nullptr; // comes after the header, in each iteration that there is
  std::optional<bool> isEntered;
  bool isHeaderPassed = true;
  for (BasicBlock *next : successors(loop.getHeader()))
    if (loop.contains(next) && next->getSinglePredecessor())
      body = next;
  for (BasicBlock *block : loop.blocks()) {
    bool isHeader = block == loop.getHeader(), isReached = isHeader || block == body;
    for (Instruction &instruction : make_early_inc_range(*block)) {
      bool isCertain = isHeader && isReached;
      if (!isHeader && isReached && isHeaderPassed && isa<LoadInst>(instruction) &&
          loop.hasLoopInvariantOperands(&instruction)) {
        if (!isEntered)
          isEntered = hasFirstIteration(loop);
        if (!*isEntered && instruction.getType()->isPointerTy() && isMovable(instruction, loop, writes, /*isCertain=*/true) &&
            !isMovable(instruction, loop, writes, /*isCertain=*/false) && guard(loop)) {
          isEntered = true;
          place = loop.getLoopPreheader()->getTerminator();
        }
        isCertain = *isEntered;
      }
      if (isMovable(instruction, loop, writes, isCertain)) {
        if (!isCertain)
          instruction.dropUBImplyingAttrsAndMetadata();
        instruction.moveBefore(place->getIterator());
        auto twin = find_if(moved, [&](Instruction *other) { return other->isIdenticalTo(&instruction); });
        if (twin != moved.end())
          instruction.replaceAllUsesWith(*twin);
        else
          moved.push_back(&instruction);
        continue;
      }
      isReached = isReached && isGuaranteedToTransferExecutionToSuccessor(&instruction);
    }
    if (isHeader)
      isHeaderPassed = isReached;
  }
}

void hoistInvariants(Module &module, const Effects &effects) {
  for (Function &function : module)
    if (!function.isDeclaration())
      Hoister(function, effects).run();
}

} // namespace cleave
