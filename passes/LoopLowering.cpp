// LoopLowering.cpp - a staged loop (LoopStage.cpp) in the cut version of its function: the loop stays, and asks.
//
//     if (site.skips) { --site.skips; all calls as 2 below; no loop is begun }
//     loop = cleave_loop_begin(site, generator, state, shared)
//     in the loop:      switch (cleave_loop_next(loop, slot))   1: the result is in the slot
//                                                                0: the call, cut version    2: the call, plain version
//                                                                3: as 0, then cleave_checked(loop, slot)
//                                                                4: cleave_rethrow()
//                                                                (after a 2 the next CLEAVE_PLAIN_CALLS are made alike)
//     at its exits:     cleave_loop_end(loop)
//
// What futures (Futures.cpp) and ranges (RangeLowering.cpp) share with that is here too.
#include "passes/LoopStage.h"
#include "cleave/program.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace cleave {

void requirePersonality(Function &function) {
  if (function.hasPersonalityFn())
    return;
  auto *type = FunctionType::get(Type::getInt32Ty(function.getContext()), true);
  FunctionCallee personality = function.getParent()->getOrInsertFunction("__gxx_personality_v0", type);
  function.setPersonalityFn(cast<Constant>(personality.getCallee()));
}

Value *resultSlotOf(CallBase &call, const Candidate &callee, ProgramAbi &abi) {
  if (callee.facts.result.passing == Passing::Indirect)
    return call.getArgOperand(callee.facts.result.firstArgument);
  IRBuilder<> entry(&*call.getFunction()->getEntryBlock().getFirstInsertionPt());
  // Large enough for the registers and for the object.
  Type *type = call.getType();
  uint64_t bytes = std::max<uint64_t>(call.getDataLayout().getTypeAllocSize(type), typeSize(callee.facts.result.typeNode));
  AllocaInst *slot = entry.CreateAlloca(ArrayType::get(entry.getInt8Ty(), bytes));
  slot->setAlignment(Align(16));
  return slot;
}

void lowerAnswer(CallBase &call, Value *answer, Value *work, Value *resultSlot, const Candidate &callee,
                 ProgramAbi &abi, CanRethrow canRethrow) {
  Function *function = call.getFunction();
  LLVMContext &context = function->getContext();
  bool isDirect = callee.facts.result.passing == Passing::Direct;
  auto *invoke = dyn_cast<InvokeInst>(&call);
  BasicBlock *before = call.getParent();
  BasicBlock *normal;
  if (invoke) {
    // Give the normal edge a block of its own, so that the result has one place to arrive.
    BasicBlock *next = invoke->getNormalDest();
    normal = BasicBlock::Create(context, "result", function, next);
    BranchInst::Create(next, normal);
    next->replacePhiUsesWith(before, normal);
    invoke->setNormalDest(normal);
  } else {
    normal = SplitBlock(before, std::next(call.getIterator()));
  }
  BasicBlock *plain = BasicBlock::Create(context, "in.place.plain", function, normal);
  BasicBlock *cut = BasicBlock::Create(context, "in.place", function, plain);
  BasicBlock *ready = BasicBlock::Create(context, "ready", function, cut);
  BasicBlock *made = BasicBlock::Create(context, "in.place.made", function, normal);
  BasicBlock *shown = BasicBlock::Create(context, "in.place.shown", function, normal);

  IRBuilder<> builder(context);
  auto place = [&](BasicBlock *block, BasicBlock *next, bool isPlain) {
    auto *copy = cast<CallBase>(call.clone());
    builder.SetInsertPoint(block);
    builder.Insert(copy);
    if (isPlain)
      copy->setMetadata(plainCallMark, MDNode::get(context, {}));
    if (invoke) {
      cast<InvokeInst>(copy)->setNormalDest(next);
      for (PHINode &phi : invoke->getUnwindDest()->phis())
        phi.addIncoming(phi.getIncomingValueForBlock(before), block);
    } else {
      builder.SetCurrentDebugLocation(call.getDebugLoc());
      builder.CreateBr(next);
    }
    return copy;
  };
  CallBase *fromCut = place(cut, made, false);
  CallBase *fromPlain = place(plain, normal, true);
  BasicBlock *thrown = nullptr;
  if (canRethrow == CanRethrow::Yes && !call.doesNotThrow()) {
    thrown = BasicBlock::Create(context, "thrown", function, normal);
    builder.SetInsertPoint(thrown);
    BasicBlock *unwind = invoke ? invoke->getUnwindDest() : nullptr;
    if (invoke) {
      BasicBlock *never = BasicBlock::Create(context, "not.thrown", function, normal);
      builder.CreateInvoke(abi.rethrow, never, unwind)->setDebugLoc(call.getDebugLoc());
      for (PHINode &phi : unwind->phis())
        phi.addIncoming(phi.getIncomingValueForBlock(before), thrown);
      builder.SetInsertPoint(never);
    } else {
      builder.CreateCall(abi.rethrow)->setDebugLoc(call.getDebugLoc());
    }
    builder.CreateUnreachable();
  }
  builder.SetCurrentDebugLocation(call.getDebugLoc());
  builder.SetInsertPoint(made);
  builder.CreateCondBr(builder.CreateICmpEQ(answer, builder.getInt32(3)), shown, normal);
  builder.SetInsertPoint(shown);
  if (isDirect)
    abi.storeValue(builder, fromCut, resultSlot);
  builder.CreateCall(abi.checked, {work, resultSlot});
  builder.CreateBr(normal);
  if (invoke)
    invoke->getUnwindDest()->removePredecessor(before, /*KeepOneInputPHIs=*/true);

  builder.SetInsertPoint(ready);
  builder.SetCurrentDebugLocation(call.getDebugLoc());
  Value *loaded = isDirect ? abi.loadValue(builder, call.getType(), resultSlot) : nullptr;
  builder.CreateBr(normal);

  if (isDirect) {
    builder.SetInsertPoint(normal, normal->begin());
    PHINode *result = builder.CreatePHI(call.getType(), 4);
    call.replaceAllUsesWith(result);
    result->addIncoming(fromCut, made);
    result->addIncoming(fromCut, shown);
    result->addIncoming(fromPlain, plain);
    result->addIncoming(loaded, ready);
  }
  DebugLoc where = call.getDebugLoc();
  if (!invoke)
    before->getTerminator()->eraseFromParent();
  call.eraseFromParent();
  builder.SetInsertPoint(before);
  builder.SetCurrentDebugLocation(where);
  SwitchInst *decide = builder.CreateSwitch(answer, cut, 2);
  decide->addCase(builder.getInt32(1), ready);
  decide->addCase(builder.getInt32(2), plain);
  if (thrown)
    decide->addCase(builder.getInt32(4), thrown);
}

Value *valueInCut(IRBuilderBase &builder, const ValueToValueMapTy &map, Value *value) {
  if (isa<Constant>(value))
    return value;
  Value *mapped = map.lookup(value);
  bool isPlaceOfResult = isa<CallBase>(value) && isa_and_nonnull<AllocaInst>(mapped);
  return isPlaceOfResult ? ProgramAbi::loadValue(builder, value->getType(), mapped) : mapped;
}

Value *handleUntilExits(Function &function, ArrayRef<BasicBlock *> exits, ValueToValueMapTy &map, FunctionCallee end) {
  IRBuilder<> builder(&*function.getEntryBlock().getFirstInsertionPt());
  Constant *none = ConstantPointerNull::get(builder.getPtrTy());
  Value *slot = builder.CreateAlloca(builder.getPtrTy());
  builder.CreateStore(none, slot);
  for (BasicBlock *exit : exits) {
    auto *block = cast<BasicBlock>(map.lookup(exit));
    builder.SetInsertPoint(block, block->getFirstInsertionPt());
    builder.CreateCall(end, {builder.CreateLoad(builder.getPtrTy(), slot)});
    builder.CreateStore(none, slot);
  }
  return slot;
}

void lowerStagedLoop(const StagedLoop &staged, GlobalVariable *site, ValueToValueMapTy &map, ProgramAbi &abi) {
  auto *call = cast<CallBase>(map.lookup(staged.call));
  // Not the preheader's last instruction: a future may have been joined between that block and this instruction.
  auto *loopEntry = cast<Instruction>(map.lookup(staged.preheader->getTerminator()));
  Function *function = call->getFunction();
  IRBuilder<> entry(&*function->getEntryBlock().getFirstInsertionPt());
  Value *state = entry.CreateAlloca(staged.state);
  Value *loopSlot = handleUntilExits(*function, staged.exits, map, abi.loopEnd);

  // A program with many short loops should not pay for each what it costs to begin one.
  IRBuilder<> builder(loopEntry);
  constexpr unsigned plainAnswer = 2;
  Value *plainCalls = entry.CreateAlloca(builder.getInt64Ty()); // how many of the next calls are made without asking
  auto [skipping, beginning] = abi.ifSkips(builder, site);
  entry.SetInsertPoint(&*function->getEntryBlock().getFirstInsertionPt()); // it may have been what was split
  builder.SetInsertPoint(beginning);
  auto mapped = [&](Value *value) { return valueInCut(builder, map, value); };
  unsigned field = 0;
  for (Value *value : staged.liveIns)
    builder.CreateStore(mapped(value), builder.CreateStructGEP(staged.state, state, field++));
  for (PHINode *phi : staged.phis)
    builder.CreateStore(mapped(phi->getIncomingValueForBlock(staged.preheader)),
                        builder.CreateStructGEP(staged.state, state, field++));
  // Not the copy's arguments: what a future gave is read in the loop there.
  SmallVector<Value *, 8> arguments;
  for (Value *argument : staged.call->args())
    arguments.push_back(mapped(argument));
  Value *shared = abi.argumentList(builder, entry, *staged.callee, arguments, staged.sharedMask);
  Value *begun = builder.CreateCall(abi.loopBegin, {site, staged.generator, state, shared});
  builder.SetInsertPoint(loopEntry);
  PHINode *loop = builder.CreatePHI(builder.getPtrTy(), 2), *unasked = builder.CreatePHI(builder.getInt64Ty(), 2);
  loop->addIncoming(ConstantPointerNull::get(builder.getPtrTy()), skipping->getParent());
  loop->addIncoming(begun, beginning->getParent());
  unasked->addIncoming(builder.getInt64(-1), skipping->getParent());
  unasked->addIncoming(builder.getInt64(0), beginning->getParent());
  builder.CreateStore(loop, loopSlot);
  builder.CreateStore(unasked, plainCalls);

  Value *slot = resultSlotOf(*call, *staged.callee, abi);
  builder.SetInsertPoint(call);
  Value *left = builder.CreateLoad(builder.getInt64Ty(), plainCalls);
  Instruction *isAsked, *isPlain;
  SplitBlockAndInsertIfThenElse(builder.CreateIsNull(left), call->getIterator(), &isAsked, &isPlain);
  builder.SetInsertPoint(isAsked);
  builder.SetCurrentDebugLocation(call->getDebugLoc());
  Value *told = builder.CreateCall(abi.loopNext, {loop, slot});
  Value *isToldPlain = builder.CreateICmpEQ(told, builder.getInt32(plainAnswer));
  builder.CreateStore(builder.CreateSelect(isToldPlain, builder.getInt64(CLEAVE_PLAIN_CALLS), builder.getInt64(0)), plainCalls);
  builder.SetInsertPoint(isPlain);
  builder.CreateStore(builder.CreateSub(left, builder.getInt64(1)), plainCalls);
  builder.SetInsertPoint(call);
  PHINode *answer = builder.CreatePHI(builder.getInt32Ty(), 2);
  answer->addIncoming(told, isAsked->getParent());
  answer->addIncoming(builder.getInt32(plainAnswer), isPlain->getParent());
  lowerAnswer(*call, answer, loop, slot, *staged.callee, abi, staged.catches ? CanRethrow::Yes : CanRethrow::No);
}

} // namespace cleave
