// Cuts.cpp - from candidates to cut functions.
//
// The cut program holds two versions of every function that leads to a cut. The plain version is the program as it was
// written; nothing in it knows of tasks, so `serial` mode and work too small to split cost nothing. The cut version
// calls cut versions. The two meet in `main`, and below each cut, where the run time answers "make the call in place,
// it is small": then the plain version runs and its whole subtree with it, without any test. (Here the plain version is
// still the prepared one. PlainVersion.cpp puts the program as the frontend gave it in its place.)
//
//     main          = is_splitting ? main.cut : main.plain
//     sorted        as written
//     sorted.cut    sorted, while the run time says that asking does not pay (cleave_function::skips); else
//                   frame_enter; sorted.cut.body; frame_leave (also when it throws)
#include "passes/Cuts.h"
#include "passes/Dispatch.h"
#include "passes/Prepare.h"
#include "passes/RangeLowering.h"
#include "passes/Sandbox.h"
#include "cleave/program.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include <map>

using namespace llvm;

namespace cleave {

static SmallVector<Value *, 8> inputsOf(const StagedLoop &loop) {
  SmallVector<Value *, 8> inputs(loop.liveIns);
  inputs.append(loop.call->arg_begin(), loop.call->arg_end()); // of which some are what all calls share
  return inputs;
}

static SmallVector<Value *, 8> inputsOf(const RangeLoop &range) {
  SmallVector<Value *, 8> inputs(range.scalars);
  inputs.push_back(range.trips);
  for (const RangeInduction &induction : range.inductions)
    inputs.push_back(induction.step);
  for (const RangeBound &bound : range.memory.bounds)
    inputs.append({bound.pointer, bound.base});
  for (const RangeBlock &block : range.memory.blocks)
    inputs.append({block.base, block.owner, block.low, block.lowStep, block.high, block.highStep});
  return inputs;
}

/// The calls of one function that no loop took. All its loops must be known: where they begin, they read ahead.
static void findFutures(MutableArrayRef<CutSite> sites, const Effects &effects, const DominatorTree &dominators) {
  SmallVector<AheadLoop, 8> loops;
  TaskCalls tasks;
  for (const CutSite &site : sites) {
    if (site.call && !site.callee->refusal)
      tasks.insert(site.call);
    if (site.loop)
      loops.push_back({site.loop->preheader->getTerminator(), site.loop->reads, {}, inputsOf(*site.loop)});
    else if (site.range)
      loops.push_back({site.range->preheader->getTerminator(), site.range->memory.touched, site.range->memory.written,
                       inputsOf(*site.range)});
  }
  for (CutSite &site : sites) {
    if (!site.call || site.loop || site.callee->refusal)
      continue;
    Refusal asFuture;
    site.future = findFuture(*site.call, *site.callee, effects, dominators, loops, tasks, asFuture);
    if (site.future)
      site.refusal = {};
    else if (!site.refusal)
      site.refusal = asFuture;
  }
}

/// Does the loop call nothing but what the compiler itself knows (memcpy), and is it more than a memset? That is better left
/// whole: memory that is zero already is not touched (rt/root/Zero.cpp).
static bool fillsOrCopies(ArrayRef<BasicBlock *> blocks) {
  bool isMemset = true;
  for (BasicBlock *block : blocks)
    for (Instruction &instruction : *block) {
      if (isa<CallBase>(instruction) && !isa<IntrinsicInst>(instruction))
        return false;
      auto *store = dyn_cast<StoreInst>(&instruction);
      bool isOfBytes = store && isBytewiseValue(store->getValueOperand(), instruction.getDataLayout());
      isMemset &= isOfBytes || isa<MemSetInst>(instruction) || !instruction.mayWriteToMemory();
    }
  return !isMemset;
}

/// Loops that the program's functions contain, outermost first. Of the library's functions only those that call nothing, which
/// fill and copy what has no resources: its other loops are many, short and in nobody's source. Where a call runs ahead in a
/// loop, the loop needs nothing more.
static void findRanges(Function &function, const Effects &effects, std::vector<CutSite> &sites, size_t firstOfFunction,
                       const ProgramTraits &program) {
  bool isLibrary = isOfLibrary(function);
  SmallPtrSet<const Instruction *, 16> taken;
  for (const CutSite &site : ArrayRef(sites).drop_front(firstOfFunction))
    if (site.loop)
      taken.insert(site.call);
  std::vector<RangeRefusal> refused;
  for (RangeLoop &range : findRangeLoops(function, effects, taken, program, refused)) {
    if (isLibrary && !fillsOrCopies(range.blocks))
      continue;
    CutSite site;
    site.where = range.place;
    site.isOfLibrary = isLibrary;
    site.loopBlocks.assign(range.blocks.begin(), range.blocks.end());
    site.range = std::move(range);
    sites.push_back(std::move(site));
  }
  if (isLibrary)
    return;
  for (RangeRefusal &one : refused) {
    CutSite site;
    site.where = one.where;
    site.loopBlocks.assign(one.blocks.begin(), one.blocks.end());
    site.refusal = std::move(one.refusal);
    sites.push_back(std::move(site));
  }
}

std::vector<CutSite> findCuts(Module &module, const MapVector<const Function *, Candidate> &candidates,
                               const Effects &effects, ProgramAbi &abi) {
  std::vector<CutSite> sites;
  Sandbox sandbox(module);
  ProgramTraits program = traitsOf(module);
  // Generators are added to the module on the way: collect the calls first.
  std::vector<Function *> functions;
  for (Function &function : module)
    if (!function.isDeclaration() && !isDispatcher(function)) // whose calls nobody wrote
      functions.push_back(&function);
  for (Function *function : functions) {
    DominatorTree dominators(*function);
    LoopInfo loops(dominators);
    size_t firstOfFunction = sites.size();
    for (Instruction &instruction : instructions(*function)) {
      auto *call = dyn_cast<CallBase>(&instruction);
      auto it = call && call->getCalledFunction() ? candidates.find(call->getCalledFunction()) : candidates.end();
      if (it == candidates.end() || call->arg_size() != it->first->arg_size())
        continue;
      CutSite site;
      site.where = call;
      site.call = call;
      site.callee = &it->second;
      site.refusal = it->second.refusal;
      Loop *loop = loops.getLoopFor(call->getParent());
      if (!site.refusal && loop)
        site.loop = stageLoop(*call, *loop, it->second, effects, dominators, sandbox, abi, site.refusal);
      sites.push_back(std::move(site));
    }
    findRanges(*function, effects, sites, firstOfFunction, program);
    findFutures(MutableArrayRef(sites).drop_front(firstOfFunction), effects, dominators);
  }
  return sites;
}

namespace {

class Cutter {
public:
  Cutter(Module &module, ProgramAbi &abi) : module(module), abi(abi) {}

  void run(const std::vector<CutSite> &sites) {
    for (const CutSite &site : sites)
      if (site.isTaken()) {
        cutFunctions.insert(site.where->getFunction());
        affected.insert(site.where->getFunction());
      }
    if (affected.empty())
      return;
    collectCallers();
    cloneAll();
    std::vector<CopiedLoop> copies;
    for (const CutSite &site : sites)
      if (site.range)
        copies.push_back(keepWholeLoop(*site.range, site.cost.baseNs, *maps[site.where->getFunction()], abi));
    // Futures first: where a future is joined at a loop's entry, the loop must begin behind the join. Then ranges: they
    // count on their loop's blocks, and lowering a staged call splits its block.
    for (const CutSite &site : sites)
      if (site.future)
        lowerCall(site);
    size_t range = 0;
    for (const CutSite &site : sites)
      if (site.range)
        lowerRange(site, copies[range++]);
    for (const CutSite &site : sites)
      if (site.loop)
        lowerCall(site);
    for (const CopiedLoop &copied : copies)
      mergeCopies(copied);
    redirectCalls();
    addFrames();
    dispatchMain();
  }

private:
  /// Whoever calls a function with a cut version needs one too.
  void collectCallers() {
    for (unsigned k = 0; k < affected.size(); ++k)
      for (User *user : affected[k]->users())
        if (auto *call = dyn_cast<CallBase>(user); call && call->getCalledFunction() == affected[k])
          affected.insert(call->getFunction());
  }

  void cloneAll() {
    for (Function *function : affected) {
      auto map = std::make_unique<ValueToValueMapTy>();
      Function *clone = CloneFunction(function, *map);
      clone->setName(function->getName() + ".cut");
      clone->setLinkage(GlobalValue::InternalLinkage);
      clone->setComdat(nullptr);
      clone->setMetadata("cleave.function", nullptr);
      clones[function] = clone;
      maps[function] = std::move(map);
    }
  }

  void lowerRange(const CutSite &site, const CopiedLoop &copied) {
    LocalWork local;
    GlobalVariable *kind = rangeKind(*site.range, abi, local);
    local.flags |= CLEAVE_SITE_SKIPS;
    // What a batch of iterations costs is asked of the loop, not of the site.
    GlobalVariable *global = abi.site(kind, *site.where, rangeSharedMask(*site.range), {1000, 0}, local);
    lowerRangeLoop(*site.range, copied, global, site.cost.baseNs, *maps[site.where->getFunction()], abi);
  }

  void lowerCall(const CutSite &site) {
    ValueToValueMapTy &map = *maps[site.call->getFunction()];
    uint32_t shared = site.loop ? site.loop->sharedMask : 0;
    LocalWork work = localWork(site);
    work.flags |= CLEAVE_SITE_SKIPS;
    GlobalVariable *global = abi.site(abi.kind(*site.callee), *site.call, shared, site.cost, work);
    if (site.loop)
      lowerStagedLoop(*site.loop, global, map, abi);
    else
      lowerFuture(*site.future, global, map, abi);
  }

  /// What a worker in the program's process calls: for a future the cut version, so that it can split further; for a loop,
  /// which often has calls enough, the plain one, or either. Nothing: the work may run into what the program itself would not
  /// have come to, or use up arguments that are not its own.
  LocalWork localWork(const CutSite &site) {
    const Candidate &callee = *site.callee;
    if (callee.mayAbort || (site.loop && (!site.loop->isCertain || callee.usesUpArguments)))
      return {};
    if (!site.loop)
      return {localCall(callee, IsCut::Yes)};
    bool hasCuts = clones.contains(const_cast<Function *>(callee.function));
    uint64_t flags = (site.loop->isContained ? CLEAVE_SITE_CONTAINED : 0) | (site.loop->catches ? CLEAVE_SITE_CATCHES : 0);
    return {localCall(callee, IsCut::No), flags, hasCuts ? localCall(callee, IsCut::Yes) : nullptr};
  }

  enum class IsCut : bool { No, Yes };

  Function *localCall(const Candidate &callee, IsCut isCut) {
    Function *&local = localCalls[{callee.function, isCut == IsCut::Yes}];
    if (!local) {
      local = abi.localCall(callee);
      if (isCut == IsCut::Yes)
        redirectCalls(*local);
    }
    return local;
  }

  void redirectCalls(Function &function) {
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallBase>(&instruction); call && !call->hasMetadata(plainCallMark))
        if (auto it = clones.find(call->getCalledFunction()); it != clones.end())
          call->setCalledFunction(it->second);
  }

  void redirectCalls() {
    for (auto [original, clone] : clones)
      redirectCalls(*clone);
  }

  /// Moves the body of a cut function behind a wrapper that closes what it leaves open, however it is left.
  void addFrames() {
    for (Function *original : cutFunctions) {
      Function *body = clones[original];
      Function *wrapper = Function::Create(body->getFunctionType(), GlobalValue::InternalLinkage, "", module);
      wrapper->copyAttributesFrom(body);
      wrapper->setComdat(nullptr);
      wrapper->takeName(body);
      body->setName(wrapper->getName() + ".body");
      body->replaceAllUsesWith(wrapper);
      requirePersonality(*wrapper);
      IRBuilder<> builder(BasicBlock::Create(module.getContext(), "entry", wrapper));
      BasicBlock *normal = BasicBlock::Create(module.getContext(), "left", wrapper);
      BasicBlock *unwind = BasicBlock::Create(module.getContext(), "unwound", wrapper);
      Value *frame = builder.CreateAlloca(abi.frame);
      SmallVector<Value *, 8> arguments;
      for (Argument &argument : wrapper->args())
        arguments.push_back(&argument);
      auto setUp = [&](CallBase *call, const Function &callee) {
        call->setCallingConv(callee.getCallingConv());
        AttributeList attributes = body->getAttributes();
        call->setAttributes(attributes.removeFnAttributes(module.getContext()));
      };
      auto giveBack = [&](CallBase *call) {
        if (call->getType()->isVoidTy())
          builder.CreateRetVoid();
        else
          builder.CreateRet(call);
      };
      Constant *record = ConstantPointerNull::get(builder.getPtrTy());
      if (original->getName() != "main") { // that one is called once
        GlobalVariable *cutFunction = abi.cutFunction();
        record = cutFunction;
        builder.SetInsertPoint(builder.CreateUnreachable()); // a place to split at
        auto [skipping, asking] = abi.ifSkipsAtDepth(builder, cutFunction);
        BasicBlock *meeting = skipping->getSuccessor(0);
        builder.SetInsertPoint(skipping);
        CallInst *call = builder.CreateCall(original, arguments);
        setUp(call, *original);
        giveBack(call);
        skipping->eraseFromParent();
        builder.SetInsertPoint(asking->getParent());
        asking->eraseFromParent();
        meeting->eraseFromParent();
      }
      builder.CreateCall(abi.frameEnter, {frame, record});
      InvokeInst *call = builder.CreateInvoke(body, normal, unwind, arguments);
      setUp(call, *body);
      builder.SetInsertPoint(normal);
      builder.CreateCall(abi.frameLeave, {frame});
      giveBack(call);
      builder.SetInsertPoint(unwind);
      LandingPadInst *pad =
          builder.CreateLandingPad(StructType::get(module.getContext(), {builder.getPtrTy(), builder.getInt32Ty()}), 0);
      pad->setCleanup(true);
      builder.CreateCall(abi.frameLeave, {frame});
      builder.CreateResume(pad);
    }
  }

  void dispatchMain() {
    Function *plain = module.getFunction("main");
    auto it = clones.find(plain);
    if (it == clones.end())
      return;
    Function *cut = module.getFunction("main.cut");
    plain->setName("main.plain");
    plain->setLinkage(GlobalValue::InternalLinkage);
    Function *main = Function::Create(plain->getFunctionType(), GlobalValue::ExternalLinkage, "main", module);
    main->copyAttributesFrom(plain);
    if (main->hasPersonalityFn())
      main->setPersonalityFn(nullptr);
    // The two versions must not be inlined into one another's registers and stack: serial runs stay untouched.
    plain->addFnAttr(Attribute::NoInline);
    cut->addFnAttr(Attribute::NoInline);
    IRBuilder<> builder(BasicBlock::Create(module.getContext(), "entry", main));
    BasicBlock *whole = BasicBlock::Create(module.getContext(), "whole", main);
    BasicBlock *split = BasicBlock::Create(module.getContext(), "split", main);
    builder.CreateCondBr(builder.CreateIsNotNull(builder.CreateLoad(builder.getInt32Ty(), abi.isSplitting)), split, whole);
    for (auto [block, target] : {std::pair{split, cut}, std::pair{whole, plain}}) {
      builder.SetInsertPoint(block);
      SmallVector<Value *, 3> arguments;
      for (Argument &argument : main->args())
        arguments.push_back(&argument);
      builder.CreateRet(builder.CreateCall(target, arguments));
    }
  }

  Module &module;
  ProgramAbi &abi;
  SetVector<Function *> cutFunctions, affected;
  MapVector<Function *, Function *> clones;
  DenseMap<Function *, std::unique_ptr<ValueToValueMapTy>> maps;
  std::map<std::pair<const Function *, bool>, Function *> localCalls; ///< of a callee, plain or cut
};

} // namespace

void makeCuts(Module &module, const std::vector<CutSite> &sites, ProgramAbi &abi) { Cutter(module, abi).run(sites); }

} // namespace cleave
