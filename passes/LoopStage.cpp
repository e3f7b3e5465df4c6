// LoopStage.cpp - splitting a loop into sequential, parallel and sequential stages.
//
// THE PROBLEM.   for (auto &block : blocks) total = merged(std::move(total), count(block));
// The loop as a whole is sequential (total), but count(block) depends on nothing that an earlier iteration computes.
//
// THE ANSWER is decoupled software pipelining (Ottoni et al. 2005; PS-DSWP, Raman et al. 2008) with a twist that makes
// it robust: the first stage is not cut out of the loop but DUPLICATED. We take the slice of the loop that decides how
// often it runs and what count() is called with (here: a pointer that walks from begin to end) and make it a function
// of its own, the GENERATOR. It has no side effect. The loop itself stays complete; only the call becomes "give me
// the next result". If nobody ran ahead, or the task threw, the loop makes the call itself, at its place in program
// order. So running ahead can only ever be useless, not wrong: exceptions, output and early exits stay in order.
//
//     stage 1: generator(state)   for (p = begin; p != end; ++p) push(p)
//     stage 2: tasks              count(p)
//     stage 3: the loop           total = merged(std::move(total), next())
//
// LEGAL IF
//   1. the callee is a candidate (Candidates.cpp);
//   2. the slice that computes the arguments and every exit condition has no effect but on memory that lives for one
//      iteration (PrivateMemory.cpp), and does not contain the call itself (then an argument or the exit depends on an
//      earlier result). So an iteration may build what it passes: process(text.substr(a, b));
//   3. nothing that the loop writes (the callee's result included) overlaps with what the slice or the callee reads, and the
//      slice does not change behind the call what the iteration built for it: others may be looking at that.
//
// Running ahead of an iteration that will never come (because an earlier one throws or leaves the program) is harmless for
// the loop, but then the generator may look at memory that is not there: the run time catches its faults and stops it.
// What it writes, calls and how long it loops is contained (Sandbox.cpp). It does not run what comes after the call:
// the destructors of what it built are the loop's business, its own memory is gone with the iteration.
// Checks that stand BEFORE the call in the same iteration (at()) are part of the slice and stay.
//
// The generator is built first, in a clone of the function where exceptional edges are gone, because control dependence
// is only meaningful there; if the slice turns out illegal the clone is dropped. Unwinding out of the loop is not an
// exit of the generator: it may run ahead of an iteration that will never come, which is harmless by the above.
//
// WHY ONE FILE of this length: one builder, whose steps all work on the same clone, its maps to the original and the slice in it. What
// needs none of these has files of its own: private memory, the sandbox, the loop that asks (LoopLowering.cpp).
#include "passes/LoopStage.h"
#include "passes/Dispatch.h"
#include "passes/Models.h"
#include "passes/Places.h"
#include "passes/PrivateMemory.h"
#include "passes/Sandbox.h"
#include "cleave/image.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/PostDominators.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace cleave {

namespace {

/// Builds the generator for one call, or finds out why there can be none.
class GeneratorBuilder {
public:
  GeneratorBuilder(CallBase &call, Loop &loop, const Candidate &callee, const Effects &effects,
                   const DominatorTree &originalDominators, Sandbox &sandbox, ProgramAbi &abi)
      : call(call), loop(loop), callee(callee), effects(effects), sandbox(sandbox), abi(abi),
        memory(effects.ownership().memory(*call.getFunction())),
        privates(loop, call, callee, effects, originalDominators) {}

  std::optional<StagedLoop> build(Refusal &refusal);

private:
  bool refuse(const char *reason, const Twine &message, const Instruction *where, const char *cure);
  bool checkShape();
  bool checkClocks();
  void cloneWithoutExceptions();
  void dropDeadEnds();
  void sinkSlotAddresses();
  bool collectSlice();
  bool addToSlice(Instruction &instruction);
  bool checkMemory();
  bool isQuiet(const CallBase &inner) const;
  bool isResult(const Use &argument) const;
  void addOwnAccesses(AccessSets &sets);
  void collectPrivateAccesses();
  Instruction *nextWriter();
  bool reachesInIteration(const Instruction &from, const Instruction &to);
  bool checkHandlers();
  bool checkLaterChanges();
  bool needsContainment() const;
  bool isForSpace(const BasicBlock *end) const;
  bool handlersStay() const;
  bool isCertain(bool &catches) const;
  void computeShared();
  void carve(StagedLoop &staged);
  void emitPush(StagedLoop &staged, Value *stopSlot);
  Instruction *originalOf(const Instruction *copy) const { return toOriginal.lookup(copy); }

  CallBase &call;
  Loop &loop;
  const Candidate &callee;
  const Effects &effects;
  Sandbox &sandbox;
  ProgramAbi &abi;
  const FunctionMemory &memory;
  PrivateMemory privates;
  Refusal why;

  Function *clone = nullptr;
  ValueToValueMapTy toClone;
  DenseMap<const Instruction *, Instruction *> toOriginal;
  std::unique_ptr<DominatorTree> dominators;
  std::unique_ptr<PostDominatorTree> postDominators;
  std::unique_ptr<LoopInfo> loops;
  Loop *copied = nullptr; ///< the loop in the clone
  CallBase *copiedCall = nullptr;

  SetVector<Instruction *> slice; ///< in the clone
  std::vector<std::pair<Instruction *, AccessSets>> privateAccesses; ///< in the clone, with its private part
  DenseMap<const BasicBlock *, SmallPtrSet<const BasicBlock *, 16>> reachable; ///< without passing the loop's header
  SmallPtrSet<Instruction *, 8> branches;         ///< terminators that the slice needs
  SmallVector<const BasicBlock *, 4> deadEnds;    ///< of the original: where the loop leaves, and the generator does not
  /// Where the paths of an unneeded branch meet. Kept here because dominator trees number blocks by function, and the
  /// blocks move to another one.
  DenseMap<BasicBlock *, BasicBlock *> meetings;
  ObjectSet reads; ///< by the slice and the call
  uint32_t sharedMask = 0;
};

} // namespace

bool GeneratorBuilder::refuse(const char *reason, const Twine &message, const Instruction *where, const char *cure) {
  why = {reason, message.str(), {blockedAt(where, cure)}};
  return false;
}

bool GeneratorBuilder::checkShape() {
  if (!loop.getLoopPreheader() || !loop.getLoopLatch())
    return refuse("loop-shape", "the loop has more than one way in", &call, "write it without goto");
  if (call.getFunction()->callsFunctionThatReturnsTwice())
    return refuse("nonlocal-jump", "the function uses setjmp", &call, "throw an exception instead");
  return true;
}

/// What the loop itself reads of a clock stands between what two of its calls read, and has an order to both.
bool GeneratorBuilder::checkClocks() {
  if (!callee.readsClock())
    return true;
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block)
      if (&instruction != &call && effects.readsTime(instruction))
        return refuse("nondeterminism", "the loop reads a clock between calls of '" + callee.facts.shortName() + "', which read one too",
                      &instruction, "read it before the loop or behind it");
  return true;
}

void GeneratorBuilder::cloneWithoutExceptions() {
  clone = CloneFunction(call.getFunction(), toClone);
  clone->setLinkage(GlobalValue::InternalLinkage);
  clone->clearMetadata();
  for (Instruction &instruction : instructions(*call.getFunction()))
    if (auto *copy = dyn_cast_or_null<Instruction>(toClone.lookup(&instruction)))
      toOriginal[copy] = &instruction;
  SmallVector<InvokeInst *, 8> invokes;
  for (BasicBlock &block : *clone)
    if (auto *invoke = dyn_cast<InvokeInst>(block.getTerminator()))
      invokes.push_back(invoke);
  for (InvokeInst *invoke : invokes) {
    Instruction *original = toOriginal.lookup(invoke);
    toOriginal.erase(invoke);
    BasicBlock *block = invoke->getParent();
    changeToCall(invoke);
    // changeToCall leaves the call before the new branch.
    Instruction *replacement = block->getTerminator()->getPrevNode();
    toOriginal[replacement] = original;
    toClone[original] = replacement;
  }
  copiedCall = cast<CallBase>(toClone.lookup(&call));
  dropDeadEnds();
  dominators = std::make_unique<DominatorTree>(*clone);
  loops = std::make_unique<LoopInfo>(*dominators);
  postDominators = std::make_unique<PostDominatorTree>(*clone);
  copied = loops->getLoopFor(cast<BasicBlock>(toClone.lookup(loop.getHeader())));
  if (copied)
    sinkSlotAddresses();
}

/// Addresses within a slot that were computed before the loop are computed where they are used: the generator's slot is
/// another one.
void GeneratorBuilder::sinkSlotAddresses() {
  const DataLayout &layout = clone->getDataLayout();
  for (BasicBlock *block : copied->blocks())
    for (Instruction &instruction : make_early_inc_range(*block))
      for (Use &operand : instruction.operands()) {
        auto *address = dyn_cast<GetElementPtrInst>(operand.get());
        if (!address || copied->contains(address))
          continue;
        APInt offset(64, 0);
        auto *slot = dyn_cast<AllocaInst>(address->stripAndAccumulateInBoundsConstantOffsets(layout, offset));
        if (!slot || !privates.isSlot(originalOf(slot)))
          continue;
        auto *phi = dyn_cast<PHINode>(&instruction);
        Instruction *where = phi ? phi->getIncomingBlock(operand)->getTerminator() : &instruction;
        IRBuilder<> builder(where);
        auto *sunk = cast<Instruction>(builder.CreateInBoundsPtrAdd(slot, builder.getInt64(offset.getSExtValue())));
        toOriginal[sunk] = originalOf(address);
        operand.set(sunk);
      }
}

/// Branches behind the call that leave the loop by throwing or ending the program (the check for a full vector in
/// push_back) do not count as exits: the generator goes on as if all were well.
void GeneratorBuilder::dropDeadEnds() {
  SmallPtrSet<BasicBlock *, 16> dead;
  for (bool changed = true; changed;) {
    changed = false;
    for (BasicBlock &block : *clone)
      if (!dead.contains(&block) && !isa<ReturnInst>(block.getTerminator()) && !isa<ResumeInst>(block.getTerminator()) &&
          all_of(successors(&block), [&](BasicBlock *next) { return dead.contains(next); }))
        changed |= dead.insert(&block).second;
  }
  auto *header = cast<BasicBlock>(toClone.lookup(loop.getHeader()));
  auto reachesCall = [&](BasicBlock *from) {
    SmallPtrSet<BasicBlock *, 16> seen{from};
    SmallVector<BasicBlock *, 16> work{from};
    while (!work.empty())
      for (BasicBlock *next : successors(work.pop_back_val())) {
        if (next == copiedCall->getParent())
          return true;
        if (next != header && seen.insert(next).second)
          work.push_back(next);
      }
    return false;
  };
  for (BasicBlock *original : loop.blocks()) {
    auto *block = cast<BasicBlock>(toClone.lookup(original));
    auto *branch = dyn_cast<BranchInst>(block->getTerminator());
    if (!branch || !branch->isConditional() || reachesCall(block))
      continue;
    for (unsigned k = 0; k < 2; ++k)
      if (dead.contains(branch->getSuccessor(k)) && !dead.contains(branch->getSuccessor(1 - k))) {
        branch->getSuccessor(k)->removePredecessor(block, /*KeepOneInputPHIs=*/true);
        auto *was = dyn_cast<BranchInst>(original->getTerminator());
        deadEnds.push_back(was && was->isConditional() ? was->getSuccessor(k) : nullptr);
        toOriginal.erase(branch);
        BranchInst::Create(branch->getSuccessor(1 - k), branch->getIterator());
        branch->eraseFromParent();
        break;
      }
  }
}

/// Does `inner`, a call of the original, do nothing but compute and change what the iteration owns, and the same when the loop
/// does it again? What it throws and how long it takes is the sandbox's business.
bool GeneratorBuilder::isQuiet(const CallBase &inner) const {
  for (EffectKind kind : {EffectKind::Io, EffectKind::Nondeterminism, EffectKind::Draws, EffectKind::ReadsClock, EffectKind::UnknownCall,
                          EffectKind::InlineAssembly, EffectKind::VolatileAccess, EffectKind::AtomicAccess, EffectKind::NonlocalJump})
    if (effects.has(inner, kind))
      return false;
  return privates.objects().contains(effects.accesses(inner).writes);
}

bool GeneratorBuilder::addToSlice(Instruction &instruction) {
  if (slice.contains(&instruction))
    return true;
  if (&instruction == copiedCall)
    return refuse("loop-carried", "what '" + callee.facts.shortName() + "' is called with, or how often, depends on its own earlier results",
                  &call, "decide before the loop how often it runs, or look at the results in a second loop");
  const Instruction *original = originalOf(&instruction);
  if (auto *load = dyn_cast<LoadInst>(&instruction)) {
    if (!load->isUnordered() || load->isVolatile())
      return refuse("volatile", "the loop's control reads a volatile or atomic object", original, "read it before the loop");
  } else if (auto *inner = dyn_cast<CallBase>(&instruction)) {
    const Function *target = inner->getCalledFunction();
    const Instruction *obstacle = nullptr;
    if (!isQuiet(cast<CallBase>(*original)) || (obstacle = sandbox.obstacleOf(cast<CallBase>(*original))))
      return refuse("argument-effects",
                    "the arguments of '" + callee.facts.shortName() + "' or the loop's exit need a call" +
                        (target ? " of '" + spokenName(*target) + "'" : "") + " that has effects of its own",
                    obstacle ? obstacle : original,
                    "compute the argument in a function without side effects, or before the loop");
  } else if (auto *store = dyn_cast<StoreInst>(&instruction)) {
    AccessSets sets = effects.accesses(*original);
    if (!store->isUnordered() || store->isVolatile() || !privates.objects().contains(sets.writes))
      return refuse("argument-effects", "the arguments of '" + callee.facts.shortName() + "' or the loop's exit depend on a store",
                    original, "build each argument in a variable that is declared inside the loop");
  } else if (instruction.mayHaveSideEffects() || isa<LandingPadInst>(instruction) || isa<AllocaInst>(instruction)) {
    return refuse("argument-effects", "the arguments of '" + callee.facts.shortName() + "' or the loop's exit depend on a store",
                  original, "compute the argument in a function, or before the loop");
  }
  slice.insert(&instruction);
  return true;
}

/// Is there a way from `from` to `to` in one iteration?
bool GeneratorBuilder::reachesInIteration(const Instruction &from, const Instruction &to) {
  const BasicBlock *start = from.getParent();
  if (start == to.getParent() && from.comesBefore(&to))
    return true;
  auto [it, isNew] = reachable.try_emplace(start);
  if (isNew) {
    SmallVector<const BasicBlock *, 16> work{start};
    while (!work.empty())
      for (const BasicBlock *next : successors(work.pop_back_val()))
        if (next != copied->getHeader() && copied->contains(next) && it->second.insert(next).second)
          work.push_back(next);
  }
  return it->second.contains(to.getParent());
}

/// Is this argument, of the call or its copy, the place for the result?
bool GeneratorBuilder::isResult(const Use &argument) const {
  const PassedValue &result = callee.facts.result;
  return result.passing == Passing::Indirect && static_cast<int>(argument.getOperandNo()) == result.firstArgument;
}

/// The whole argument travels, whatever the callee looks at. Where the result goes is written, and an argument by value is
/// the callee's own.
void GeneratorBuilder::addOwnAccesses(AccessSets &sets) {
  for (const Use &argument : call.args())
    if (!isResult(argument))
      sets.reads |= memory.reach(memory.pointsTo(argument.get()));
  for (const PassedValue &parameter : callee.facts.parameters)
    if (parameter.passing == Passing::Indirect)
      sets.writes.intersectWithComplement(memory.pointsTo(call.getArgOperand(parameter.firstArgument)));
}

void GeneratorBuilder::collectPrivateAccesses() {
  for (BasicBlock *block : copied->blocks())
    for (Instruction &instruction : *block) {
      auto *inner = dyn_cast<CallBase>(&instruction);
      const Instruction *original = originalOf(&instruction);
      if (!original || !instruction.mayReadOrWriteMemory() || isa<DbgInfoIntrinsic>(instruction) ||
          (inner && inner->isLifetimeStartOrEnd()))
        continue;
      AccessSets sets = effects.accesses(*original);
      if (&instruction == copiedCall)
        addOwnAccesses(sets);
      sets.reads &= privates.objects();
      sets.writes &= privates.objects();
      // What is freed is not read again.
      if (inner && Sandbox::isDeallocation(*inner))
        sets.writes.clear();
      if (!sets.reads.empty() || !sets.writes.empty())
        privateAccesses.push_back({&instruction, std::move(sets)});
    }
}

/// Something outside of the slice that writes what the slice reads later in the same iteration; the call itself too, of
/// whose result the generator knows nothing.
Instruction *GeneratorBuilder::nextWriter() {
  for (auto &[writer, written] : privateAccesses) {
    if (written.writes.empty() || slice.contains(writer))
      continue;
    for (auto &[reader, read] : privateAccesses)
      if ((reader == copiedCall || slice.contains(reader)) && read.reads.intersects(written.writes) &&
          reachesInIteration(*writer, *reader))
        return writer;
  }
  return nullptr;
}

/// The generator knows no handlers: what is thrown in the slice stops it. But an exception of something else that is
/// caught inside the loop could leave out a call or change what it is called with.
bool GeneratorBuilder::checkHandlers() {
  for (Instruction *instruction : slice)
    if (auto *phi = dyn_cast<PHINode>(instruction))
      for (BasicBlock *incoming : phi->blocks())
        if (!dominators->isReachableFromEntry(incoming))
          return refuse("handler", "what '" + callee.facts.shortName() + "' is called with depends on an exception that is "
                        "caught inside the loop", originalOf(phi), "move the try block into a function of its own");
  for (BasicBlock *block : copied->blocks())
    for (Instruction &instruction : *block) {
      auto *invoke = dyn_cast_or_null<InvokeInst>(originalOf(&instruction));
      if (!invoke || &instruction == copiedCall || slice.contains(&instruction) ||
          !loop.contains(invoke->getUnwindDest()) || !reachesInIteration(instruction, *copiedCall))
        continue;
      return refuse("handler", "an exception that is caught inside the loop may keep '" + callee.facts.shortName() +
                    "' from being called", invoke, "move the try block into a function of its own");
    }
  return true;
}

/// What a generator has pushed others may be looking at by the time that it goes on. (It may go on looking, too.) Flat objects
/// of a small size are copied when they are pushed.
bool GeneratorBuilder::checkLaterChanges() {
  ObjectSet pushed;
  for (const PassedValue &parameter : callee.facts.parameters)
    if (pointerSteps(*call.getModule(), parameter.typeNode) || typeSize(parameter.typeNode) >= CLEAVE_EXTERN_MIN)
      for (unsigned a = 0; a < parameter.argumentCount; ++a)
        pushed |= memory.reach(memory.pointsTo(call.getArgOperand(parameter.firstArgument + a)));
  for (auto &[writer, written] : privateAccesses)
    if (slice.contains(writer) && written.writes.intersects(pushed) && reachesInIteration(*copiedCall, *writer))
      return refuse("argument-effects", "how the loop goes on depends on a change of what '" + callee.facts.shortName() +
                    "' was called with, made after the call", originalOf(writer), "change a copy of it");
  return true;
}

bool GeneratorBuilder::collectSlice() {
  collectPrivateAccesses();
  // Which branches decide whether a block of the loop runs (Ferrante, Ottenstein & Warren 1987).
  DenseMap<BasicBlock *, SmallVector<Instruction *, 2>> controllers;
  SmallVector<Instruction *, 16> neededBranches;
  for (BasicBlock *block : copied->blocks()) {
    Instruction *branch = block->getTerminator();
    if (branch->getNumSuccessors() < 2)
      continue;
    auto *own = postDominators->getNode(block);
    BasicBlock *stop = own && own->getIDom() ? own->getIDom()->getBlock() : nullptr;
    for (BasicBlock *successor : successors(block)) {
      if (!copied->contains(successor))
        neededBranches.push_back(branch);
      for (auto *node = postDominators->getNode(successor); node && node->getBlock() && node->getBlock() != stop;
           node = node->getIDom())
        controllers[node->getBlock()].push_back(branch);
    }
  }
  SmallVector<Instruction *, 32> work;
  SmallPtrSet<BasicBlock *, 16> reachedBlocks;
  auto need = [&](Value *value) {
    auto *instruction = dyn_cast<Instruction>(value);
    if (!instruction || !copied->contains(instruction) || slice.contains(instruction))
      return true;
    if (!addToSlice(*instruction))
      return false;
    work.push_back(instruction);
    return true;
  };
  auto reachBlock = [&](BasicBlock *block) {
    if (reachedBlocks.insert(block).second)
      append_range(neededBranches, controllers[block]);
  };
  reachBlock(copiedCall->getParent());
  for (Use &argument : copiedCall->args())
    if (!isResult(argument) && !need(argument.get()))
      return false;
  while (!work.empty() || !neededBranches.empty() || nextWriter()) {
    if (work.empty() && neededBranches.empty()) {
      if (!need(nextWriter()))
        return false;
      continue;
    }
    if (!neededBranches.empty()) {
      Instruction *branch = neededBranches.pop_back_val();
      if (!branches.insert(branch).second)
        continue;
      reachBlock(branch->getParent());
      for (Use &operand : branch->operands())
        if (!isa<BasicBlock>(operand.get()) && !need(operand.get()))
          return false;
      continue;
    }
    Instruction *instruction = work.pop_back_val();
    reachBlock(instruction->getParent());
    if (auto *phi = dyn_cast<PHINode>(instruction))
      for (BasicBlock *incoming : phi->blocks())
        if (copied->contains(incoming)) {
          reachBlock(incoming);
          if (incoming->getTerminator()->getNumSuccessors() > 1)
            neededBranches.push_back(incoming->getTerminator());
        }
    for (Use &operand : instruction->operands())
      if (!need(operand.get()))
        return false;
  }
  // What is not needed is skipped: its branch must lead back into the loop on every path.
  for (BasicBlock *block : copied->blocks()) {
    Instruction *branch = block->getTerminator();
    if (branch->getNumSuccessors() < 2 || branches.contains(branch))
      continue;
    auto *node = postDominators->getNode(block);
    BasicBlock *next = node && node->getIDom() ? node->getIDom()->getBlock() : nullptr;
    if (!next || !copied->contains(next))
      return refuse("loop-shape", "a part of the loop may not come to an end", originalOf(branch), "give the inner loop a bound");
    meetings[block] = next;
  }
  return true;
}

bool GeneratorBuilder::checkMemory() {
  reads = effects.accesses(call).reads;
  for (Instruction *instruction : slice)
    if (const Instruction *original = originalOf(instruction))
      if (instruction->mayReadFromMemory())
        reads |= effects.accesses(*original).reads;
  const ObjectSet &privateObjects = privates.objects();
  reads.intersectWithComplement(privateObjects);
  bool isLegal = true;
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block) {
      auto *inner = dyn_cast<CallBase>(&instruction);
      if (inner && (inner->isLifetimeStartOrEnd() || isa<DbgInfoIntrinsic>(inner)))
        continue;
      if (!instruction.mayWriteToMemory())
        continue;
      ObjectSet writes = effects.accesses(instruction).writes;
      writes.intersectWithComplement(privateObjects);
      ObjectId shared = memory.firstOverlap(reads, writes);
      if (shared == ~0u)
        continue;
      std::string what = memory.describe(shared);
      // The first object with a name that a person knows is the one to tell.
      bool isNamed = what != "a temporary";
      if (isLegal || isNamed)
        refuse("loop-carried",
               "an iteration may change " + what + ", which '" + callee.facts.shortName() +
                   "' or the loop's control reads in a later one",
               &instruction, "collect the changes in a separate object and apply them after the loop");
      isLegal = false;
      if (isNamed)
        return false;
    }
  return isLegal;
}

void GeneratorBuilder::computeShared() {
  for (unsigned k = 0; k < callee.facts.parameters.size(); ++k) {
    const PassedValue &parameter = callee.facts.parameters[k];
    bool isShared = true;
    for (unsigned a = 0; a < parameter.argumentCount; ++a) {
      Value *argument = call.getArgOperand(parameter.firstArgument + a);
      isShared &= loop.isLoopInvariant(argument) && !memory.pointsTo(argument).intersects(privates.objects());
    }
    // An object that the callee may change is a fresh copy for each call.
    bool isOwned = parameter.passing == Passing::Indirect || parameter.passing == Passing::ByVal;
    if (isShared && !isOwned)
      sharedMask |= 1u << k;
  }
}

/// Replaces the call in the carved-out loop by a push of its arguments.
void GeneratorBuilder::emitPush(StagedLoop &staged, Value *stopSlot) {
  Function *generator = staged.generator;
  Instruction *top = &*generator->getEntryBlock().getFirstInsertionPt();
  IRBuilder<> entry(top);
  IRBuilder<> builder(copiedCall);
  Value *list = abi.argumentList(builder, entry, callee, SmallVector<Value *, 8>(copiedCall->args()), ~sharedMask);
  Value *stop = builder.CreateCall(abi.loopPush, {generator->getArg(1), list});
  Value *before = builder.CreateLoad(builder.getInt32Ty(), stopSlot);
  builder.CreateStore(builder.CreateOr(before, stop), stopSlot);
  copiedCall->replaceAllUsesWith(PoisonValue::get(copiedCall->getType()));
  copiedCall->eraseFromParent();
}

/// Does the generator do more than compute and fill slots of its own?
bool GeneratorBuilder::needsContainment() const {
  const DataLayout &layout = clone->getDataLayout();
  auto isInSlot = [&](const Value *address, uint64_t bytes) {
    APInt offset(64, 0);
    auto *slot = dyn_cast<AllocaInst>(address->stripAndAccumulateInBoundsConstantOffsets(layout, offset));
    auto size = slot ? slot->getAllocationSize(layout) : std::nullopt;
    return size && !offset.isNegative() && offset.getZExtValue() + bytes <= size->getFixedValue();
  };
  for (Instruction *branch : branches)
    if (loops->getLoopFor(branch->getParent()) != copied)
      return true;
  for (Instruction *instruction : slice) {
    if (loops->getLoopFor(instruction->getParent()) != copied)
      return true;
    if (auto *store = dyn_cast<StoreInst>(instruction)) {
      if (!isInSlot(store->getPointerOperand(), layout.getTypeStoreSize(store->getValueOperand()->getType())))
        return true;
    } else if (auto *copy = dyn_cast<MemIntrinsic>(instruction)) {
      auto *length = dyn_cast<ConstantInt>(copy->getLength());
      if (!length || !isInSlot(copy->getRawDest(), length->getZExtValue()))
        return true;
    } else if (auto *inner = dyn_cast<CallBase>(instruction)) {
      if (!inner->onlyReadsMemory() || !inner->getCalledFunction()->isDeclaration())
        return true;
    }
  }
  return false;
}

/// Where `block` goes on if nothing throws.
static auto usualSuccessors(const BasicBlock *block) {
  auto *invoke = dyn_cast<InvokeInst>(block->getTerminator());
  return make_filter_range(successors(block),
                           [=](const BasicBlock *next) { return !invoke || next != invoke->getUnwindDest(); });
}

/// `end` is outside of the loop, and what comes there does not return. Does it go there only because memory ran out, or
/// to unwind further with an exception that it got?
bool GeneratorBuilder::isForSpace(const BasicBlock *end) const {
  SmallPtrSet<const BasicBlock *, 16> seen{end};
  SmallVector<const BasicBlock *, 16> work{end};
  while (!work.empty()) {
    const BasicBlock *block = work.pop_back_val();
    if (block == loop.getHeader() || isa<ReturnInst>(block->getTerminator()))
      return false;
    for (const Instruction &instruction : *block)
      if (effects.mayNotReturn(instruction) || effects.has(instruction, EffectKind::Guards) ||
          effects.has(instruction, EffectKind::Rethrows))
        return false;
    for (const BasicBlock *next : usualSuccessors(block))
      if (seen.insert(next).second)
        work.push_back(next);
  }
  return true;
}

/// Do handlers inside the loop lead back into it? Blocks that are only come to by an exception may leave it to unwind further,
/// if it is one without a handler here.
bool GeneratorBuilder::handlersStay() const {
  SmallPtrSet<const BasicBlock *, 16> usual{loop.getHeader()};
  SmallVector<const BasicBlock *, 16> work{loop.getHeader()};
  while (!work.empty())
    for (const BasicBlock *next : usualSuccessors(work.pop_back_val()))
      if (loop.contains(next) && usual.insert(next).second)
        work.push_back(next);
  return all_of(loop.blocks(), [&](const BasicBlock *block) {
    return usual.contains(block) || all_of(usualSuccessors(block), [&](const BasicBlock *next) {
             return loop.contains(next) || isForSpace(next);
           });
  });
}

/// The generator ends where the loop's own control ends it. Does nothing else end it earlier, so that what later iterations
/// look at may not be there? Memory that runs out does not count. `catches`: something throws, and all such are caught where
/// the loop goes on.
bool GeneratorBuilder::isCertain(bool &catches) const {
  catches = false;
  bool throwsAgain = false;
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block) {
      if (effects.mayNotReturn(instruction))
        return false;
      throwsAgain |= effects.has(instruction, EffectKind::Rethrows);
      if (!effects.has(instruction, EffectKind::Guards))
        continue;
      auto *invoke = dyn_cast<InvokeInst>(&instruction);
      if (!invoke || !loop.contains(invoke->getUnwindDest()) ||
          !cleave::catches(*invoke->getLandingPadInst(), effects.guards(instruction)))
        return false;
      catches = true;
    }
  return all_of(deadEnds, [&](const BasicBlock *end) { return end && isForSpace(end); }) &&
         (!catches || (!throwsAgain && handlersStay()));
}

/// Turns the loop of the clone into the body of the generator function.
void GeneratorBuilder::carve(StagedLoop &staged) {
  LLVMContext &context = clone->getContext();
  IRBuilder<> builder(context);
  const bool isContained = needsContainment(); // asks for what is about to move
  SmallVector<BasicBlock *, 16> blocks(copied->blocks());
  BasicBlock *header = copied->getHeader(), *preheader = copied->getLoopPreheader(), *latch = copied->getLoopLatch();
  SmallPtrSet<BasicBlock *, 16> inside(blocks.begin(), blocks.end());

  // Values that come from outside, in the order of their first use: state fields.
  MapVector<Value *, unsigned> incoming;
  auto note = [&](Value *value) {
    if (isa<Argument>(value) || (isa<Instruction>(value) && !inside.contains(cast<Instruction>(value)->getParent())))
      if (!isa<AllocaInst>(value) || !privates.isSlot(originalOf(cast<Instruction>(value))))
        incoming.insert({value, 0});
  };
  SmallVector<PHINode *, 4> carried;
  for (BasicBlock *block : blocks)
    for (Instruction &instruction : *block) {
      bool isKept = slice.contains(&instruction) || branches.contains(&instruction) || &instruction == copiedCall;
      if (!isKept)
        continue;
      if (auto *phi = dyn_cast<PHINode>(&instruction); phi && block == header) {
        carried.push_back(phi);
        note(phi->getIncomingValueForBlock(latch));
        continue;
      }
      if (&instruction == copiedCall) {
        for (unsigned k = 0; k < callee.facts.parameters.size(); ++k)
          if (!(sharedMask & (1u << k)))
            for (unsigned a = 0; a < callee.facts.parameters[k].argumentCount; ++a)
              note(copiedCall->getArgOperand(callee.facts.parameters[k].firstArgument + a));
        continue;
      }
      for (Value *operand : instruction.operand_values())
        note(operand);
    }
  DenseMap<const Value *, Value *> backwards;
  for (auto &&[original, copy] : toClone)
    backwards[copy] = const_cast<Value *>(original);
  SmallVector<Type *, 8> fields;
  for (auto &[value, index] : incoming) {
    index = fields.size();
    fields.push_back(value->getType());
    staged.liveIns.push_back(backwards.lookup(value));
  }
  for (PHINode *phi : carried) {
    fields.push_back(phi->getType());
    staged.phis.push_back(cast<PHINode>(backwards.lookup(phi)));
  }
  if (fields.empty())
    fields.push_back(builder.getInt8Ty());
  staged.state = StructType::get(context, fields);

  Type *pointer = builder.getPtrTy();
  staged.generator = Function::Create(FunctionType::get(builder.getInt32Ty(), {pointer, pointer}, false),
                                      GlobalValue::InternalLinkage, call.getFunction()->getName() + ".generator",
                                      call.getModule());
  Function *generator = staged.generator;
  for (StringRef kept : {"target-cpu", "target-features", "tune-cpu"})
    if (Attribute attribute = clone->getFnAttribute(kept); attribute.isValid())
      generator->addFnAttr(attribute);
  BasicBlock *entry = BasicBlock::Create(context, "entry", generator);
  BasicBlock *ended = BasicBlock::Create(context, "ended", generator);
  builder.SetInsertPoint(entry);
  Value *stopSlot = builder.CreateAlloca(builder.getInt32Ty());
  builder.CreateStore(builder.getInt32(0), stopSlot);
  DenseMap<const Value *, Value *> replaced;
  for (auto &[value, index] : incoming)
    replaced[value] = builder.CreateLoad(value->getType(), builder.CreateStructGEP(staged.state, generator->getArg(0), index));
  SmallVector<AllocaInst *, 8> slots;
  for (const AllocaInst *slot : privates.slots()) {
    auto *copy = cast<AllocaInst>(toClone.lookup(slot));
    slots.push_back(cast<AllocaInst>(copy->clone()));
    builder.Insert(slots.back());
    replaced[copy] = slots.back();
  }
  SmallVector<Value *, 4> resumed;
  for (unsigned k = 0; k < carried.size(); ++k)
    resumed.push_back(builder.CreateLoad(
        carried[k]->getType(), builder.CreateStructGEP(staged.state, generator->getArg(0), incoming.size() + k)));
  builder.CreateBr(header);

  for (BasicBlock *block : blocks) {
    block->removeFromParent();
    block->insertInto(generator, ended);
  }
  // Unneeded code goes; unneeded branches jump to where all their paths meet.
  for (BasicBlock *block : blocks) {
    Instruction *terminator = block->getTerminator();
    if (terminator->getNumSuccessors() > 1 && !branches.contains(terminator)) {
      BasicBlock *next = meetings.lookup(block);
      for (BasicBlock *successor : SmallVector<BasicBlock *, 4>(successors(block)))
        successor->removePredecessor(block, /*KeepOneInputPHIs=*/true);
      // Phis of the meeting point that are kept do not depend on this branch: any incoming value serves.
      for (PHINode &phi : next->phis())
        phi.addIncoming(PoisonValue::get(phi.getType()), block);
      terminator->eraseFromParent();
      BranchInst::Create(next, block);
    }
  }
  for (BasicBlock *block : blocks)
    for (Instruction &instruction : make_early_inc_range(reverse(*block))) {
      if (instruction.isTerminator() || slice.contains(&instruction) || &instruction == copiedCall)
        continue;
      instruction.replaceAllUsesWith(PoisonValue::get(instruction.getType()));
      instruction.eraseFromParent();
    }
  for (BasicBlock *block : blocks) {
    for (Instruction &instruction : *block)
      for (Use &operand : instruction.operands())
        if (auto it = replaced.find(operand.get()); it != replaced.end())
          operand.set(it->second);
    Instruction *terminator = block->getTerminator();
    for (unsigned k = 0; k < terminator->getNumSuccessors(); ++k)
      if (!inside.contains(terminator->getSuccessor(k)) && terminator->getSuccessor(k) != ended)
        terminator->setSuccessor(k, ended);
  }
  // The way back: stop here if asked to, with the loop-carried values of the next iteration saved.
  BasicBlock *again = BasicBlock::Create(context, "again", generator, ended);
  BasicBlock *save = BasicBlock::Create(context, "save", generator, ended);
  latch->getTerminator()->replaceSuccessorWith(header, again);
  builder.SetInsertPoint(again);
  Value *stop = builder.CreateLoad(builder.getInt32Ty(), stopSlot);
  builder.CreateCondBr(builder.CreateIsNotNull(stop), save, header);
  builder.SetInsertPoint(save);
  for (unsigned k = 0; k < carried.size(); ++k)
    builder.CreateStore(carried[k]->getIncomingValueForBlock(latch),
                        builder.CreateStructGEP(staged.state, generator->getArg(0), incoming.size() + k));
  builder.CreateRet(builder.getInt32(1));
  for (unsigned k = 0; k < carried.size(); ++k) {
    PHINode *phi = carried[k];
    phi->replaceIncomingBlockWith(latch, again);
    int outer = phi->getBasicBlockIndex(preheader);
    phi->setIncomingBlock(outer, entry);
    phi->setIncomingValue(outer, resumed[k]);
  }
  builder.SetInsertPoint(ended);
  builder.CreateRet(builder.getInt32(0));
  staged.isContained = isContained;
  if (isContained)
    sandbox.contain(*generator, *header, slots, *copiedCall);
  emitPush(staged, stopSlot);
  removeUnreachableBlocks(*generator);
  stripDebugInfo(*generator);
}

std::optional<StagedLoop> GeneratorBuilder::build(Refusal &refusal) {
  std::optional<StagedLoop> result;
  if (checkShape() && checkClocks()) {
    cloneWithoutExceptions();
    bool isLegal = copied && copied->getLoopPreheader() && copied->getLoopLatch() && copied->contains(copiedCall);
    if (!isLegal)
      refuse("loop-shape", "the loop ends in the first iteration or has no single way back", &call, "write it as one for or while loop");
    if (isLegal && collectSlice() && checkHandlers() && checkLaterChanges() && checkMemory()) {
      computeShared();
      result.emplace();
      result->call = &call;
      result->callee = &callee;
      result->header = loop.getHeader();
      result->preheader = loop.getLoopPreheader();
      SmallVector<BasicBlock *, 4> exits;
      loop.getUniqueExitBlocks(exits);
      result->exits.assign(exits.begin(), exits.end());
      result->sharedMask = sharedMask;
      result->reads = reads;
      result->isCertain = isCertain(result->catches);
      carve(*result);
    }
    // The loop was moved out, or the attempt failed: the rest of the clone is of no use.
    for (BasicBlock &block : *clone)
      block.dropAllReferences();
    clone->eraseFromParent();
  }
  refusal = why;
  return result;
}

std::optional<StagedLoop> stageLoop(CallBase &call, Loop &loop, const Candidate &callee, const Effects &effects,
                                    const DominatorTree &dominators, Sandbox &sandbox, ProgramAbi &abi, Refusal &refusal) {
  return GeneratorBuilder(call, loop, callee, effects, dominators, sandbox, abi).build(refusal);
}

} // namespace cleave
