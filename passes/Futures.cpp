// Futures.cpp - spawning a call and joining it before anyone can tell.
//
// THE PROBLEM.   return merged(sorted(lower), sorted(upper));
// The first call's result is not touched until merged() runs. In between lies the second call: work worth overlapping.
//
// THE RULE. From the call C onwards, an instruction is transparent if it cannot tell whether C has run:
//   - it does not use C's result, nor reads or writes the memory that the result will own;
//   - it writes nothing that C reads (C may be made again in place at the join, from the same arguments);
//   - it does not read a clock, if C does and the reading is not another task's;
//   - it does not enter a cut loop that reads the result or writes C's inputs: such a loop runs ahead of its body;
//   - if C may throw for want of memory: it has no effect that outlives this call of the function. In the sequential
//     program it would not have run at all, so nothing of it may be seen: only locals and fresh memory, and C's exception
//     must leave the function without passing a handler in it.
// A call that may throw, or abort, because of what it was given is no future at all: it may be the check without which
// what follows is not valid (an index that is out of range), and the program's own memory must not see that.
// The join stands before the first instruction on each path that is not transparent. Paths where something between
// unwinds (the second sorted() throws) join in the landing pad: if C turns out to throw, its exception, being the first
// in program order, is the one that goes on.
//
// A future is taken only if some transparent call is heavy: else there is nothing to overlap with.
#include "passes/Futures.h"
#include "passes/Places.h"
#include "passes/Prepare.h"
#include "cleave/program.h"
#include "llvm/Analysis/DomTreeUpdater.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace cleave {

namespace {

class FutureFinder {
public:
  FutureFinder(CallBase &call, const Candidate &callee, const Effects &effects, const DominatorTree &dominators,
               ArrayRef<AheadLoop> loops, const TaskCalls &tasks)
      : call(call), callee(callee), effects(effects), dominators(dominators), loops(loops), tasks(tasks),
        memory(effects.ownership().memory(*call.getFunction())) {}

  std::optional<FutureCall> find(Refusal &refusal);

private:
  bool isTransparent(Instruction &instruction);
  bool isPrivate(const ObjectSet &writes) const;
  bool entersReader(const Instruction &instruction) const;
  void walk(BasicBlock::iterator from);

  CallBase &call;
  const Candidate &callee;
  const Effects &effects;
  const DominatorTree &dominators;
  ArrayRef<AheadLoop> loops;
  const TaskCalls &tasks;
  const FunctionMemory &memory;
  ObjectSet inputs;
  ObjectSet result; ///< all that the call changes
  FutureCall future;
  SmallPtrSet<BasicBlock *, 16> seen;
  bool overlapsWork = false;
};

} // namespace

/// Objects that nobody sees once this call of the function is unwound.
bool FutureFinder::isPrivate(const ObjectSet &writes) const {
  ObjectSet unknown;
  unknown.set(FunctionMemory::unknownObject);
  ObjectSet escaped = memory.reach(unknown);
  for (ObjectId id : writes) {
    const MemoryObject &object = memory.object(id);
    bool isLocal = object.kind == MemoryObject::Kind::Local || object.kind == MemoryObject::Kind::Fresh;
    bool isResult = object.kind == MemoryObject::Kind::Parameter && object.level == 0 &&
                    memory.function().getArg(object.argument)->hasStructRetAttr();
    if ((!isLocal && !isResult) || escaped.test(id))
      return false;
  }
  return true;
}

/// Does a loop begin behind this instruction that could tell, before its body comes to what tells?
bool FutureFinder::entersReader(const Instruction &instruction) const {
  for (const AheadLoop &loop : loops)
    if (loop.entry == &instruction)
      if (memory.mayOverlap(loop.reads, result) || is_contained(loop.inputs, &call) ||
          memory.mayOverlap(loop.writes, inputs) || (callee.mayThrow && !isPrivate(loop.writes)))
        return true;
  return false;
}

bool FutureFinder::isTransparent(Instruction &instruction) {
  if (&instruction == &call || is_contained(instruction.operands(), &call))
    return false;
  if (isa<PHINode>(instruction))
    return true;
  if (instruction.isTerminator() && !isa<InvokeInst>(instruction)) {
    if (entersReader(instruction))
      return false;
    if (!isa<BranchInst>(instruction) && !isa<SwitchInst>(instruction))
      return false;
  }
  if (auto *inner = dyn_cast<CallBase>(&instruction)) {
    if (isa<DbgInfoIntrinsic>(inner))
      return true;
    if (inner->isLifetimeStartOrEnd()) {
      ObjectSet marked = memory.pointsTo(inner->getArgOperand(inner->arg_size() - 1));
      return !memory.mayOverlap(marked, inputs) && !memory.mayOverlap(marked, result);
    }
    for (EffectKind kind : {EffectKind::Io, EffectKind::Nondeterminism, EffectKind::UnknownCall, EffectKind::InlineAssembly,
                            EffectKind::NonlocalJump, EffectKind::EndsProgram, EffectKind::Aborts})
      if (effects.has(instruction, kind) &&
          (callee.mayThrow || (kind != EffectKind::Io && kind != EffectKind::Nondeterminism)))
        return false;
    if (callee.readsClock() && !tasks.contains(inner) && effects.readsTime(instruction))
      return false;
  }
  if (effects.has(instruction, EffectKind::VolatileAccess) || effects.has(instruction, EffectKind::AtomicAccess))
    return false;
  AccessSets sets = effects.accesses(instruction);
  if (memory.mayOverlap(sets.writes, inputs) || memory.mayOverlap(sets.writes, result) ||
      memory.mayOverlap(sets.reads, result))
    return false;
  if (callee.mayThrow && !isPrivate(sets.writes))
    return false;
  // Values that flow on from here must come back through blocks that the call dominates.
  if (instruction.isTerminator())
    for (BasicBlock *successor : successors(&instruction)) {
      if (isa<InvokeInst>(instruction) && successor == cast<InvokeInst>(instruction).getUnwindDest())
        continue;
      if (!dominators.properlyDominates(call.getParent(), successor))
        return false;
      for (PHINode &phi : successor->phis())
        if (phi.getIncomingValueForBlock(instruction.getParent()) == &call)
          return false;
    }
  return true;
}

void FutureFinder::walk(BasicBlock::iterator from) {
  BasicBlock *block = from->getParent();
  for (auto it = from; it != block->end(); ++it) {
    Instruction &instruction = *it;
    if (isa<UnreachableInst>(instruction))
      return;
    if (!isTransparent(instruction)) {
      future.joins.push_back(&instruction);
      return;
    }
    if (auto *inner = dyn_cast<CallBase>(&instruction)) {
      const Function *target = inner->getCalledFunction();
      if (target && !target->isDeclaration() && effects.isHeavy(*target))
        overlapsWork = true;
      if (!inner->doesNotThrow() && effects.has(*inner, EffectKind::Throws))
        future.throwing.push_back(inner);
    }
    if (!instruction.isTerminator())
      continue;
    for (BasicBlock *successor : successors(&instruction)) {
      if (isa<InvokeInst>(instruction) && successor == cast<InvokeInst>(instruction).getUnwindDest())
        continue;
      if (seen.insert(successor).second)
        walk(successor->begin());
    }
  }
}

/// More joins than this would cost more code than the overlap is worth.
static constexpr unsigned maxJoins = 8;

std::optional<FutureCall> FutureFinder::find(Refusal &refusal) {
  future.call = &call;
  future.callee = &callee;
  AccessSets own = effects.accesses(call);
  inputs = own.reads;
  inputs |= own.writes; // parameters by value: the callee may have moved from them
  if (callee.facts.result.passing == Passing::Indirect)
    result = memory.reach(memory.pointsTo(call.getArgOperand(callee.facts.result.firstArgument)));
  // Nor may anyone look at what a parameter by value was before the call, if the call may still be made in place.
  result |= own.writes;
  refusal = {"nothing-to-overlap",
             ("the result of '" + callee.facts.shortName() + "' is needed before any other heavy work is done").str(),
             {"do other work between the call and the first use of its result"}};
  auto *invoke = dyn_cast<InvokeInst>(&call);
  if (invoke && callee.mayThrow) {
    LandingPadInst *pad = invoke->getLandingPadInst();
    if (!pad->isCleanup() || pad->getNumClauses()) {
      refusal = {"handler", "an exception of '" + callee.facts.shortName().str() + "' is caught in the same function",
                 {"move the try block into a function of its own"}};
      return std::nullopt;
    }
  }
  if (callee.isGuard) {
    EffectKind kind = callee.mayAbort ? EffectKind::Aborts : EffectKind::Guards;
    refusal = {"guard",
               ("what follows may rely on '" + callee.facts.shortName() + "' not having thrown or aborted").str(),
               {blockedAt(effects.origin(*callee.function, kind).visible,
                          "return a value that says so, and look at it where it matters")}};
    return std::nullopt;
  }
  if (call.getFunction()->callsFunctionThatReturnsTwice())
    return std::nullopt;
  if (invoke) {
    if (!dominators.properlyDominates(call.getParent(), invoke->getNormalDest()))
      return std::nullopt;
    seen.insert(invoke->getNormalDest());
    walk(invoke->getNormalDest()->begin());
  } else {
    walk(std::next(call.getIterator()));
  }
  if (!overlapsWork && !future.joins.empty())
    refusal.notes = {noteAt(future.joins.front(), "it is needed here; do other work between the call and this")};
  if (!overlapsWork || future.joins.size() > maxJoins)
    return std::nullopt;
  for (Instruction *join : future.joins)
    if (isa<LandingPadInst>(join) || isa<PHINode>(join) || !dominators.dominates(&call, join))
      return std::nullopt;
  refusal = {};
  return future;
}

std::optional<FutureCall> findFuture(CallBase &call, const Candidate &callee, const Effects &effects,
                                     const DominatorTree &dominators, ArrayRef<AheadLoop> loops, const TaskCalls &tasks,
                                     Refusal &refusal) {
  return FutureFinder(call, callee, effects, dominators, loops, tasks).find(refusal);
}

// ---- lowering ----------------------------------------------------------------------------------------------------

namespace {

/// One open future in the cut clone: where its token and its result live.
class FutureLowering {
public:
  FutureLowering(CallBase &call, const Candidate &callee, GlobalVariable *site, ProgramAbi &abi)
      : call(call), callee(callee), site(site), abi(abi) {}

  /// Where the result is, behind a join.
  Value *run(ArrayRef<Instruction *> joins, ArrayRef<CallBase *> throwing);

private:
  void joinBefore(Instruction *where);
  void joinOnUnwind(CallBase *inner);
  void replaceUses();
  void spawn();

  CallBase &call;
  const Candidate &callee;
  GlobalVariable *site;
  ProgramAbi &abi;
  AllocaInst *tokenSlot = nullptr, *openSlot = nullptr;
  Value *resultSlot = nullptr;
};

} // namespace

static Constant *plainToken(IRBuilderBase &builder) {
  return ConstantExpr::getIntToPtr(builder.getInt64(reinterpret_cast<uint64_t>(CLEAVE_PLAIN_TOKEN)), builder.getPtrTy());
}

/// if (open) { open = false; take the result, or make the call here }
void FutureLowering::joinBefore(Instruction *where) {
  LLVMContext &context = call.getContext();
  BasicBlock *before = where->getParent();
  BasicBlock *after = SplitBlock(before, where);
  Function *function = before->getParent();
  BasicBlock *join = BasicBlock::Create(context, "join", function, after);
  BasicBlock *joined = BasicBlock::Create(context, "joined", function, after);
  before->getTerminator()->eraseFromParent();
  IRBuilder<> builder(before);
  builder.SetCurrentDebugLocation(call.getDebugLoc());
  builder.CreateCondBr(builder.CreateLoad(builder.getInt1Ty(), openSlot), join, after);

  builder.SetInsertPoint(join);
  builder.CreateStore(builder.getFalse(), openSlot);
  Value *token = builder.CreateLoad(builder.getPtrTy(), tokenSlot);
  BasicBlock *asking = BasicBlock::Create(context, "join.asking", function, joined);
  BasicBlock *answered = BasicBlock::Create(context, "join.answered", function, joined);
  builder.CreateCondBr(builder.CreateICmpEQ(token, plainToken(builder)), answered, asking);
  builder.SetInsertPoint(asking);
  Value *asked = builder.CreateCall(abi.join, {site, token, resultSlot});
  builder.CreateBr(answered);
  builder.SetInsertPoint(answered);
  PHINode *answer = builder.CreatePHI(builder.getInt32Ty(), 2);
  answer->addIncoming(builder.getInt32(2), join);
  answer->addIncoming(asked, asking);
  auto *copy = cast<CallBase>(call.clone());
  builder.Insert(copy);
  if (auto *invoke = dyn_cast<InvokeInst>(copy)) {
    invoke->setNormalDest(joined);
    for (PHINode &phi : invoke->getUnwindDest()->phis())
      phi.addIncoming(phi.getIncomingValueForBlock(call.getParent()), answered);
  } else {
    builder.CreateBr(joined);
  }
  builder.SetInsertPoint(joined);
  if (callee.facts.result.passing == Passing::Direct)
    abi.storeValue(builder, copy, resultSlot);
  builder.CreateBr(after);
  lowerAnswer(*copy, answer, token, resultSlot, callee, abi, CanRethrow::Yes);
}

/// What unwinds past the open future joins it first.
void FutureLowering::joinOnUnwind(CallBase *inner) {
  LLVMContext &context = call.getContext();
  Function *function = call.getFunction();
  BasicBlock *pad;
  if (auto *invoke = dyn_cast<InvokeInst>(inner)) {
    SmallVector<BasicBlock *, 2> made;
    SplitLandingPadPredecessors(invoke->getUnwindDest(), {invoke->getParent()}, ".open", ".rest", made);
    pad = invoke->getUnwindDest();
  } else {
    requirePersonality(*function);
    pad = BasicBlock::Create(context, "unwind.open", function);
    IRBuilder<> builder(pad);
    auto *type = StructType::get(context, {builder.getPtrTy(), builder.getInt32Ty()});
    LandingPadInst *landing = builder.CreateLandingPad(type, 0);
    landing->setCleanup(true);
    builder.CreateResume(landing);
    changeToInvokeAndSplitBasicBlock(cast<CallInst>(inner), pad);
  }
  joinBefore(&*pad->getFirstInsertionPt());
}

void FutureLowering::replaceUses() {
  if (callee.facts.result.passing != Passing::Direct)
    return;
  SmallVector<Use *, 8> uses;
  for (Use &use : call.uses())
    uses.push_back(&use);
  for (Use *use : uses) {
    auto *user = cast<Instruction>(use->getUser());
    if (auto *phi = dyn_cast<PHINode>(user))
      user = phi->getIncomingBlock(*use)->getTerminator();
    IRBuilder<> builder(user);
    use->set(abi.loadValue(builder, call.getType(), resultSlot));
  }
}

void FutureLowering::spawn() {
  IRBuilder<> builder(&call);
  auto [skipping, asking] = abi.ifSkips(builder, site);
  IRBuilder<> entry(&*call.getFunction()->getEntryBlock().getFirstInsertionPt());
  builder.SetInsertPoint(asking);
  Value *list = abi.argumentList(builder, entry, callee, SmallVector<Value *, 8>(call.args()));
  Value *asked = builder.CreateCall(abi.spawn, {site, list, resultSlot});
  builder.SetInsertPoint(&call);
  PHINode *token = builder.CreatePHI(builder.getPtrTy(), 2);
  token->addIncoming(plainToken(builder), skipping->getParent());
  token->addIncoming(asked, asking->getParent());
  builder.CreateStore(token, tokenSlot);
  builder.CreateStore(builder.getTrue(), openSlot);
  if (auto *invoke = dyn_cast<InvokeInst>(&call)) {
    builder.CreateBr(invoke->getNormalDest());
    invoke->getUnwindDest()->removePredecessor(invoke->getParent(), /*KeepOneInputPHIs=*/true);
  }
  call.eraseFromParent();
}

Value *FutureLowering::run(ArrayRef<Instruction *> joins, ArrayRef<CallBase *> throwing) {
  resultSlot = resultSlotOf(call, callee, abi);
  IRBuilder<> entry(&*call.getFunction()->getEntryBlock().getFirstInsertionPt());
  tokenSlot = entry.CreateAlloca(entry.getPtrTy());
  openSlot = entry.CreateAlloca(entry.getInt1Ty());
  entry.CreateStore(entry.getFalse(), openSlot);
  for (CallBase *inner : throwing)
    joinOnUnwind(inner);
  for (Instruction *join : joins)
    joinBefore(join);
  replaceUses();
  spawn();
  return resultSlot;
}

void lowerFuture(const FutureCall &future, GlobalVariable *site, ValueToValueMapTy &map, ProgramAbi &abi) {
  SmallVector<Instruction *, 4> joins;
  for (Instruction *join : future.joins)
    joins.push_back(cast<Instruction>(map.lookup(join)));
  SmallVector<CallBase *, 4> throwing;
  for (CallBase *inner : future.throwing)
    throwing.push_back(cast<CallBase>(map.lookup(inner)));
  auto *call = cast<CallBase>(map.lookup(future.call));
  map[future.call] = FutureLowering(*call, *future.callee, site, abi).run(joins, throwing);
}

} // namespace cleave
