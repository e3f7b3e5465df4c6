// RangeLowering.cpp - the two sides of a range loop (RangeLoops.cpp): the task, and the loop that asks.
//
//     TASK   cleave.range(args, result)              LOOP   header:  i, sum, ..., done, border
//              i = i0 + first * step; sum = 0                          if (done == border)
//              for (k = 0; k != count; ++k)                              if (cleave_range_next(...) == 1)
//                the loop's blocks, cloned                                 i += count * step; sum += part; done +=
//                count
//              result = {sum, slices}                                      goto header
//                                                                        border = done + count
//                                                                    the loop as it was; ++done
//
// Whoever does not split the loop does not ask at each border either: there is a second copy, as it was written.
//
//     LOOP   if (it is short) goto whole            ask:    if (site.skips) { --site.skips; goto whole }
//            goto ask                                       if (!(range = cleave_range_begin(...))) goto whole
//                                                   header: as above                 whole: the loop as it was
//
// The task's copy of the loop differs from the original in its end (a count instead of the exit test, which is true for
// every iteration of the range), in the pointers that come in (block + distance instead of the program's addresses),
// and in that whatever leaves the loop elsewhere gives up. Partial sums may overflow where the whole does not, so the
// chain of a reduction loses its promises about overflow.
#include "passes/RangeLowering.h"
#include "cleave/program.h"
#include "passes/LoopStage.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/SSAUpdater.h"

using namespace llvm;

namespace cleave {

namespace {

/// Types that both sides share, in their order in memory.
struct RangeLayout {
  StructType *scalars;    ///< the scalars, then the bounds' distances from their bases
  StructType *reductions; ///< phi and companions of each reduction; with a digest, the factor of its range
  uint64_t scalarBytes, reductionBytes;

  RangeLayout(const RangeLoop &range, LLVMContext &context, const DataLayout &layout) {
    SmallVector<Type *, 16> fields;
    for (Value *value : range.scalars)
      fields.push_back(ProgramAbi::storedType(value->getType()));
    fields.append(std::max<size_t>(range.memory.bounds.size(), fields.empty()), Type::getInt64Ty(context));
    scalars = StructType::get(context, fields);
    fields.clear();
    for (const RangeReduction &reduction : range.reductions) {
      fields.push_back(ProgramAbi::storedType(reduction.phi->getType()));
      if (reduction.isDigest())
        fields.push_back(fields.back());
      for (PHINode *companion : reduction.companions)
        fields.push_back(ProgramAbi::storedType(companion->getType()));
    }
    if (fields.empty())
      fields.push_back(Type::getInt64Ty(context));
    reductions = StructType::get(context, fields);
    scalarBytes = layout.getTypeAllocSize(scalars);
    reductionBytes = layout.getTypeAllocSize(reductions);
  }
};

/// start + times * step for an integer or a pointer.
Value *advanced(IRBuilderBase &builder, Value *start, Value *step, Value *times) {
  if (start->getType()->isPointerTy())
    return builder.CreatePtrAdd(start, builder.CreateMul(builder.CreateSExtOrTrunc(step, builder.getInt64Ty()), times));
  Value *distance = builder.CreateMul(step, builder.CreateZExtOrTrunc(times, step->getType()));
  return builder.CreateAdd(start, builder.CreateSExtOrTrunc(distance, start->getType()));
}

class TaskBuilder {
public:
  TaskBuilder(const RangeLoop &range, ProgramAbi &abi)
      : range(range), abi(abi), original(*range.header->getParent()), context(original.getContext()),
        layout(range, context, original.getDataLayout()), builder(context) {}

  Function *build();

private:
  Value *here(Value *value) {
    auto mapped = map.find(value);
    return mapped == map.end() ? value : &*mapped->second;
  }
  void createFunction();
  void loadInputs();
  void cloneBlocks();
  void startPhis();
  void countIterations();
  void leave();

  const RangeLoop &range;
  ProgramAbi &abi;
  Function &original;
  LLVMContext &context;
  RangeLayout layout;
  IRBuilder<> builder;
  Function *task = nullptr;
  BasicBlock *entry = nullptr, *done = nullptr, *giveUp = nullptr;
  Value *first = nullptr, *count = nullptr;
  ValueToValueMapTy map;
  DenseMap<unsigned, Value *> twinDistances; ///< from the block that is read to the one that is written
};

} // namespace

void TaskBuilder::createFunction() {
  Type *pointer = builder.getPtrTy();
  task = Function::Create(FunctionType::get(builder.getVoidTy(), {pointer, pointer}, false),
                          GlobalValue::InternalLinkage, "cleave.range", original.getParent());
  // Only what says how code is generated: what was inferred of the whole function does not hold of a part.
  AttrBuilder kept(context);
  for (Attribute attribute : original.getAttributes().getFnAttrs())
    if (attribute.isStringAttribute())
      kept.addAttribute(attribute);
  task->addFnAttrs(kept);
  entry = BasicBlock::Create(context, "entry", task);
  done = BasicBlock::Create(context, "done", task);
  giveUp = BasicBlock::Create(context, "give.up", task);
}

void TaskBuilder::loadInputs() {
  builder.SetInsertPoint(entry);
  Type *pointer = builder.getPtrTy(), *word = builder.getInt64Ty();
  auto argument = [&](unsigned index) {
    return builder.CreateLoad(pointer, builder.CreateConstInBoundsGEP1_64(pointer, task->getArg(0), index));
  };
  Value *item = argument(0), *scalars = argument(1);
  auto itemWord = [&](unsigned index) {
    return builder.CreateLoad(word, builder.CreateConstInBoundsGEP1_64(word, item, index));
  };
  first = itemWord(0);
  count = itemWord(1);
  unsigned number = 0;
  for (const RangeBlock &block : range.memory.blocks) {
    Value *data = builder.CreateLoad(pointer, argument(2 + number));
    Value *base = builder.CreatePtrAdd(data, itemWord(2 + number));
    if (block.isTwin)
      twinDistances[number] =
          builder.CreateSub(builder.CreatePtrToInt(base, word), builder.CreatePtrToInt(map[block.base], word));
    else
      map[block.base] = base;
    ++number;
  }
  unsigned field = 0;
  for (Value *value : range.scalars)
    map[value] =
        ProgramAbi::loadValue(builder, value->getType(), builder.CreateStructGEP(layout.scalars, scalars, field++));
  for (const RangeBound &bound : range.memory.bounds) {
    Value *distance = builder.CreateLoad(word, builder.CreateStructGEP(layout.scalars, scalars, field++));
    Value *base = isa<GlobalVariable>(bound.base) && !map.count(bound.base) ? bound.base : &*map[bound.base];
    map[bound.pointer] = builder.CreatePtrAdd(base, distance);
  }
  for (PtrToIntInst *address : range.memory.addresses) {
    Value *pointer = address->getOperand(0);
    auto mapped = map.find(pointer);
    map[address] = builder.CreatePtrToInt(mapped == map.end() ? pointer : &*mapped->second, address->getType());
  }
  for (AllocaInst *local : range.memory.locals) {
    auto *own = cast<AllocaInst>(local->clone());
    builder.Insert(own);
    map[local] = own;
  }
}

/// An invoke becomes a call: nothing unwinds in a task.
static void dropUnwinding(InvokeInst &invoke) {
  SmallVector<Value *, 8> arguments(invoke.args());
  SmallVector<OperandBundleDef, 1> bundles;
  invoke.getOperandBundlesAsDefs(bundles);
  CallInst *call = CallInst::Create(invoke.getFunctionType(), invoke.getCalledOperand(), arguments, bundles, "",
                                    invoke.getIterator());
  call->setCallingConv(invoke.getCallingConv());
  call->setAttributes(invoke.getAttributes());
  call->copyMetadata(invoke);
  invoke.replaceAllUsesWith(call);
  BranchInst::Create(invoke.getNormalDest(), invoke.getIterator());
  invoke.eraseFromParent();
}

void TaskBuilder::cloneBlocks() {
  SmallPtrSet<BasicBlock *, 16> inside(range.blocks.begin(), range.blocks.end());
  SmallVector<BasicBlock *, 16> copies;
  for (BasicBlock *block : range.blocks) {
    BasicBlock *copy = CloneBasicBlock(block, map, "", task);
    map[block] = copy;
    copies.push_back(copy);
  }
  for (BasicBlock *copy : copies) {
    for (Instruction &instruction : make_early_inc_range(*copy)) {
      instruction.dropDbgRecords();
      if (auto *marker = dyn_cast<IntrinsicInst>(&instruction);
          marker && (isa<DbgInfoIntrinsic>(marker) ||
                     (marker->isLifetimeStartOrEnd() &&
                      !is_contained(range.memory.locals, marker->getArgOperand(marker->arg_size() - 1)))))
        marker->eraseFromParent();
    }
    if (auto *invoke = dyn_cast<InvokeInst>(copy->getTerminator()))
      dropUnwinding(*invoke);
    Instruction *terminator = copy->getTerminator();
    for (unsigned k = 0; k < terminator->getNumSuccessors(); ++k)
      if (!inside.contains(terminator->getSuccessor(k)))
        terminator->setSuccessor(k, giveUp);
  }
  for (BasicBlock *copy : copies)
    for (Instruction &instruction : *copy)
      RemapInstruction(&instruction, map, RF_NoModuleLevelChanges | RF_IgnoreMissingLocals);
  for (const RangeAccess &access : range.memory.rerouted) {
    auto *copy = cast<Instruction>(map[access.where]);
    builder.SetInsertPoint(copy);
    copy->setOperand(access.operand,
                     builder.CreatePtrAdd(copy->getOperand(access.operand), twinDistances[access.block]));
  }
  for (const RangeReduction &reduction : range.reductions)
    for (Instruction *step : reduction.steps)
      cast<Instruction>(map[step])->dropPoisonGeneratingFlags();
  for (Instruction *operation : range.memory.gathering)
    cast<Instruction>(map[operation])->dropPoisonGeneratingFlags();
}

void TaskBuilder::startPhis() {
  builder.SetInsertPoint(entry);
  auto incoming = [&](PHINode *phi) { return here(phi->getIncomingValueForBlock(range.preheader)); };
  auto setStart = [&](PHINode *phi, Value *value) {
    auto *copy = cast<PHINode>(map[phi]);
    int index = copy->getBasicBlockIndex(range.preheader);
    copy->setIncomingBlock(index, entry);
    copy->setIncomingValue(index, value);
  };
  for (const RangeInduction &induction : range.inductions) {
    setStart(induction.phi, advanced(builder, incoming(induction.phi), here(induction.step), first));
  }
  for (const RangeRecurrence &recurrence : range.recurrences)
    setStart(recurrence.phi, afterIterations(builder, recurrence, incoming(recurrence.phi), first, [&](Value *times) { return here(times); }));
  for (const RangeReduction &reduction : range.reductions) {
    setStart(reduction.phi, reduction.identity ? reduction.identity : incoming(reduction.phi));
    for (PHINode *companion : reduction.companions)
      setStart(companion, incoming(companion));
  }
}

void TaskBuilder::countIterations() {
  auto *header = cast<BasicBlock>(map[range.header]);
  auto *latch = cast<BasicBlock>(map[range.latch]);
  builder.SetInsertPoint(latch->getTerminator());
  PHINode *counter = PHINode::Create(builder.getInt64Ty(), 2, "counter", header->begin());
  counter->addIncoming(builder.getInt64(0), entry);
  counter->addIncoming(builder.CreateAdd(counter, builder.getInt64(1)), latch);
  Instruction *exitTest = header->getTerminator();
  BranchInst::Create(cast<BasicBlock>(map[range.body]), exitTest->getIterator());
  exitTest->eraseFromParent();
  BasicBlock *rest = SplitBlock(header, header->getFirstNonPHIIt());
  header->getTerminator()->eraseFromParent();
  builder.SetInsertPoint(header);
  builder.CreateCondBr(builder.CreateICmpEQ(counter, count), done, rest);
  builder.SetInsertPoint(entry);
  builder.CreateBr(header);
}

void TaskBuilder::leave() {
  builder.SetInsertPoint(giveUp);
  builder.CreateCall(abi.giveUp);
  builder.CreateUnreachable();
  builder.SetInsertPoint(done);
  unsigned field = 0;
  auto give = [&](PHINode *phi) {
    ProgramAbi::storeValue(builder, map[phi], builder.CreateStructGEP(layout.reductions, task->getArg(1), field++));
  };
  for (const RangeReduction &reduction : range.reductions) {
    give(reduction.phi);
    if (reduction.isDigest()) {
      Value *factor = factorOfIterations(builder, reduction.factors, reduction.phi->getType(), count, [&](Value *times) { return here(times); });
      ProgramAbi::storeValue(builder, factor, builder.CreateStructGEP(layout.reductions, task->getArg(1), field++));
    }
    for (PHINode *companion : reduction.companions)
      give(companion);
  }
  uint64_t place = alignTo(layout.reductionBytes, 8);
  for (auto [number, block] : enumerate(range.memory.blocks)) {
    if (!block.isWritten)
      continue;
    Type *pointer = builder.getPtrTy();
    Value *span = builder.CreateLoad(pointer, builder.CreateConstInBoundsGEP1_64(pointer, task->getArg(0), 2 + number));
    builder.CreateMemCpy(builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), task->getArg(1), place), Align(8),
                         span, Align(8), 16);
    place += 16;
  }
  builder.CreateRetVoid();
}

Function *TaskBuilder::build() {
  createFunction();
  loadInputs();
  cloneBlocks();
  startPhis();
  countIterations();
  leave();
  removeUnreachableBlocks(*task);
  stripDebugInfo(*task);
  return task;
}

uint32_t rangeSharedMask(const RangeLoop &range) {
  uint32_t mask = 2;
  for (auto [number, block] : enumerate(range.memory.blocks))
    if (!block.isWritten)
      mask |= 4u << number;
  return mask;
}

GlobalVariable *rangeKind(const RangeLoop &range, ProgramAbi &abi, LocalWork &local) {
  LLVMContext &context = range.header->getContext();
  RangeLayout layout(range, context, range.header->getDataLayout());
  auto text = [&](const char *value) { return MDString::get(context, value); };
  auto number = [&](uint64_t value) -> Metadata * {
    return ConstantAsMetadata::get(ConstantInt::get(Type::getInt64Ty(context), value));
  };
  auto pod = [&](uint64_t size, uint64_t align) {
    return MDNode::get(context, {text("pod"), number(size), number(align)});
  };
  auto listOf = [&](const char *kind, const RangeBlock &block) {
    return MDNode::get(context, {text(kind), block.element ? const_cast<MDNode *>(block.element) : pod(1, 1)});
  };
  SmallVector<ProgramAbi::KindParameter, 8> parameters{{pod(8 * (2 + range.memory.blocks.size()), 8), false},
                                                       {pod(layout.scalarBytes, 16), false}};
  SmallVector<Metadata *, 16> result{text("record"), text("range"), nullptr,
                                     number(16),     number(0),     pod(layout.reductionBytes, 16)};
  uint64_t place = alignTo(layout.reductionBytes, 8);
  for (const RangeBlock &block : range.memory.blocks) {
    parameters.push_back({listOf("span", block), block.isWritten});
    if (!block.isWritten)
      continue;
    result.push_back(number(place));
    result.push_back(listOf("slice", block));
    place += 16;
  }
  result[2] = number(alignTo(place, 16));
  Function *task = TaskBuilder(range, abi).build();
  // Whoever gives up in the middle of a range has written to the program's own memory.
  if (range.isCertain) {
    ValueToValueMapTy map;
    local.call = CloneFunction(task, map);
    local.call->setName("cleave.range.local");
    local.flags = range.mayThrow ? CLEAVE_SITE_MAY_THROW : 0;
  }
  return abi.kind(range.name, range.file, range.line, parameters, MDNode::get(context, result), task,
                  range.memory.isLocal() ? CLEAVE_KIND_LOCAL : 0);
}

// ---- the loop as it was ------------------------------------------------------------------------------------------

/// A loop that is known to take less has no use for anybody else.
static constexpr double leastLoopNs = 10000;

CopiedLoop keepWholeLoop(const RangeLoop &range, double iterationNs, ValueToValueMapTy &map, ProgramAbi &abi) {
  SmallVector<BasicBlock *, 16> blocks;
  SmallPtrSet<BasicBlock *, 16> inside;
  for (BasicBlock *block : range.blocks) {
    blocks.push_back(cast<BasicBlock>(map.lookup(block)));
    inside.insert(blocks.back());
  }
  Function *function = blocks.front()->getParent();
  ValueToValueMapTy whole;
  SmallVector<BasicBlock *, 16> copies;
  for (BasicBlock *block : blocks) {
    BasicBlock *copy = CloneBasicBlock(block, whole, ".whole", function);
    whole[block] = copy;
    copies.push_back(copy);
  }
  for (BasicBlock *copy : copies)
    for (Instruction &instruction : *copy)
      RemapInstruction(&instruction, whole, RF_NoModuleLevelChanges | RF_IgnoreMissingLocals);
  for (BasicBlock *block : blocks)
    for (BasicBlock *next : successors(block))
      if (!inside.contains(next))
        for (PHINode &phi : next->phis()) {
          Value *value = phi.getIncomingValueForBlock(block);
          auto mapped = whole.find(value);
          phi.addIncoming(mapped == whole.end() ? value : &*mapped->second, cast<BasicBlock>(whole[block]));
        }
  // Two ways lead to the second copy: the loop is short, or whoever was asked did not want it.
  Instruction *entrance = cast<Instruction>(map.lookup(range.preheader->getTerminator()));
  BasicBlock *preheader = entrance->getParent(), *header = blocks.front();
  auto *wholeHeader = cast<BasicBlock>(whole[header]);
  BasicBlock *ask = BasicBlock::Create(function->getContext(), "range.begin", function, header);
  for (PHINode &phi : wholeHeader->phis())
    phi.addIncoming(phi.getIncomingValueForBlock(preheader), ask);
  header->replacePhiUsesWith(preheader, ask);
  IRBuilder<> builder(entrance);
  Value *isShort = builder.getFalse();
  Instruction *first = nullptr;
  if (!range.hasOpenWork && iterationNs > 0) {
    // Every loop counts in mode check, which says 2.
    first = builder.CreateLoad(builder.getInt32Ty(), abi.isSplitting);
    auto least = static_cast<uint64_t>(leastLoopNs / iterationNs) + 1;
    Value *trips = isa<Constant>(range.trips) ? range.trips : &*map.lookup(range.trips);
    isShort = builder.CreateAnd(builder.CreateICmpULT(trips, builder.getInt64(least)),
                                builder.CreateICmpEQ(first, builder.getInt32(1)));
  }
  // What has to happen before the loop (a future is joined) happens before either, and before it is asked how long it is.
  Instruction *choice = builder.CreateCondBr(isShort, wholeHeader, ask);
  map[range.preheader->getTerminator()] = first ? first : choice;
  entrance->eraseFromParent();
  builder.SetInsertPoint(ask);
  CopiedLoop copied;
  copied.entrance = builder.CreateCondBr(builder.getFalse(), wholeHeader, header);
  for (BasicBlock *block : blocks)
    for (Instruction &instruction : *block)
      if (!instruction.getType()->isVoidTy())
        copied.values.push_back({&instruction, &*whole[&instruction]});
  return copied;
}

void mergeCopies(const CopiedLoop &copied) {
  for (const auto &[one, other] : copied.values) {
    auto *here = dyn_cast_or_null<Instruction>(static_cast<Value *>(one));
    auto *there = dyn_cast_or_null<Instruction>(static_cast<Value *>(other));
    if (!here || !there)
      continue;
    SmallVector<Use *, 8> uses;
    for (Use &use : here->uses())
      if (cast<Instruction>(use.getUser())->getParent() != here->getParent())
        uses.push_back(&use);
    if (uses.empty())
      continue;
    SSAUpdater updater;
    updater.Initialize(here->getType(), here->getName());
    updater.AddAvailableValue(here->getParent(), here);
    updater.AddAvailableValue(there->getParent(), there);
    for (Use *use : uses)
      updater.RewriteUseAfterInsertions(*use);
  }
}

// ---- the loop that asks ------------------------------------------------------------------------------------------

namespace {

class LoopRewriter {
public:
  LoopRewriter(const RangeLoop &range, const CopiedLoop &copied, GlobalVariable *site, double iterationNs,
               ValueToValueMapTy &map, ProgramAbi &abi)
      : range(range), copied(copied), site(site), iterationNs(iterationNs), map(map), abi(abi), context(range.header->getContext()),
        layout(range, context, range.header->getDataLayout()), builder(context) {}

  void run();

private:
  Value *here(Value *value) { return valueInCut(builder, map, value); }
  Value *describeBlocks(IRBuilderBase &entry);
  void storeScalars();
  void begin();
  void askAtBorders();
  void jump(Value *reductions, Value *count);
  template <class SoFar, class Take>
  static void combine(const RangeLoop &range, const RangeLayout &layout, IRBuilderBase &builder, Value *partial,
                      SoFar soFar, Take take);
  Function *combiner();

  const RangeLoop &range;
  const CopiedLoop &copied;
  GlobalVariable *site;
  double iterationNs;
  ValueToValueMapTy &map;
  ProgramAbi &abi;
  LLVMContext &context;
  RangeLayout layout;
  IRBuilder<> builder;
  Value *handle = nullptr, *handleSlot = nullptr, *scalars = nullptr;
  BasicBlock *header = nullptr, *preheader = nullptr, *latch = nullptr;
  PHINode *progress = nullptr;
};

} // namespace

void LoopRewriter::storeScalars() {
  builder.CreateMemSet(scalars, builder.getInt8(0), layout.scalarBytes, Align(16));
  unsigned field = 0;
  for (Value *value : range.scalars)
    ProgramAbi::storeValue(builder, here(value), builder.CreateStructGEP(layout.scalars, scalars, field++));
  for (const RangeBound &bound : range.memory.bounds)
    builder.CreateStore(builder.CreateSub(builder.CreatePtrToInt(here(bound.pointer), builder.getInt64Ty()),
                                          builder.CreatePtrToInt(here(bound.base), builder.getInt64Ty())),
                        builder.CreateStructGEP(layout.scalars, scalars, field++));
}

/// cleave_range_block[], as program.h lays it out.
Value *LoopRewriter::describeBlocks(IRBuilderBase &entry) {
  Type *word = builder.getInt64Ty();
  auto *blockType = StructType::get(context, {builder.getPtrTy(), word, builder.getPtrTy(), word, word, word, word, word,
                                              builder.getInt32Ty(), builder.getInt32Ty()});
  auto *listType = ArrayType::get(blockType, std::max<size_t>(range.memory.blocks.size(), 1));
  Value *list = entry.CreateAlloca(listType);
  for (auto [number, block] : enumerate(range.memory.blocks)) {
    Value *one = builder.CreateConstInBoundsGEP2_64(listType, list, 0, number);
    Value *zero = builder.getInt64(0);
    bool isWritten = block.isWritten && !block.gathers && !block.isScattered, isPart = isWritten || block.isPivot;
    Value *fields[] = {here(block.base),
                       builder.getInt64(block.bytes),
                       block.owner ? here(block.owner) : ConstantPointerNull::get(builder.getPtrTy()),
                       builder.getInt64(block.isScattered ? CLEAVE_RANGE_SCATTERED : block.isWritten),
                       isPart ? here(block.low) : zero,
                       isWritten ? here(block.lowStep) : zero,
                       isPart ? here(block.high) : zero,
                       isWritten ? here(block.highStep) : zero,
                       builder.getInt32(block.gathers),
                       builder.getInt32(block.elementBytes)};
    for (auto [index, value] : enumerate(fields))
      builder.CreateStore(value, builder.CreateStructGEP(blockType, one, index));
  }
  return list;
}

void LoopRewriter::begin() {
  Function *function = header->getParent();
  IRBuilder<> entry(&*function->getEntryBlock().getFirstInsertionPt());
  Type *word = builder.getInt64Ty(), *pointer = builder.getPtrTy();
  AllocaInst *scalarSlot = entry.CreateAlloca(layout.scalars);
  scalarSlot->setAlignment(Align(16));
  scalars = scalarSlot;
  auto *rangeType = StructType::get(context, {pointer, word, builder.getDoubleTy(), word, pointer, pointer, pointer,
                                              builder.getInt32Ty(), builder.getInt32Ty(), word, pointer});
  Value *description = entry.CreateAlloca(rangeType);

  Instruction *entrance = preheader->getTerminator();
  builder.SetInsertPoint(entrance);
  auto [skipping, asking] = abi.ifSkips(builder, site);
  preheader = entrance->getParent();
  builder.SetInsertPoint(asking);
  storeScalars();
  Value *blocks = describeBlocks(entry);
  SmallVector<uint32_t, 8> pairs;
  for (auto [one, other] : range.memory.distinct)
    pairs.append({one, other});
  Constant *distinct = ConstantPointerNull::get(builder.getPtrTy());
  if (!pairs.empty()) {
    Constant *list = ConstantDataArray::get(context, pairs);
    distinct = new GlobalVariable(*function->getParent(), list->getType(), true, GlobalValue::PrivateLinkage, list,
                                  "cleave.distinct");
  }
  Value *fields[] = {site,
                     here(range.trips),
                     ConstantFP::get(builder.getDoubleTy(), iterationNs),
                     builder.getInt64(range.hasOpenWork),
                     scalars,
                     blocks,
                     distinct,
                     builder.getInt32(range.memory.blocks.size()),
                     builder.getInt32(range.memory.distinct.size()),
                     builder.getInt64(layout.reductionBytes),
                     combiner()};
  for (auto [index, value] : enumerate(fields))
    builder.CreateStore(value, builder.CreateStructGEP(rangeType, description, index));
  Value *begun = builder.CreateCall(abi.rangeBegin, {description});
  builder.SetInsertPoint(preheader, preheader->begin());
  PHINode *phi = builder.CreatePHI(pointer, 2);
  phi->addIncoming(ConstantPointerNull::get(builder.getPtrTy()), skipping->getParent());
  phi->addIncoming(begun, asking->getParent());
  handle = phi;
  builder.SetInsertPoint(entrance);
  builder.CreateStore(handle, handleSlot);
}

/// What the loop's reductions are behind a range: `soFar(phi)` and the range's own parts at `partial`, combined.
/// `take(phi, field, value, isExact)` is told each; not exact: a sum whose order the program left open.
template <class SoFar, class Take>
void LoopRewriter::combine(const RangeLoop &range, const RangeLayout &layout, IRBuilderBase &builder, Value *partial,
                           SoFar soFar, Take take) {
  unsigned field = 0;
  auto part = [&](PHINode *phi) {
    return ProgramAbi::loadValue(builder, phi->getType(), builder.CreateStructGEP(layout.reductions, partial, field));
  };
  for (const RangeReduction &reduction : range.reductions) {
    Value *before = soFar(reduction.phi, field), *gathered = part(reduction.phi);
    Value *isBetter = nullptr;
    if (reduction.isDigest()) {
      unsigned place = field++;
      Value *factor = part(reduction.phi);
      take(reduction.phi, place, builder.CreateAdd(builder.CreateMul(before, factor), gathered), true);
      ++field;
      continue;
    }
    if (auto *compare = dyn_cast<CmpInst>(reduction.combiner)) {
      Value *left = reduction.isNewFirst ? gathered : before, *right = reduction.isNewFirst ? before : gathered;
      isBetter = builder.CreateCmp(compare->getPredicate(), left, right);
      if (!reduction.isBetterWhen)
        isBetter = builder.CreateNot(isBetter);
      take(reduction.phi, field, builder.CreateSelect(isBetter, gathered, before), true);
    } else if (auto *best = dyn_cast<MinMaxIntrinsic>(reduction.combiner)) {
      take(reduction.phi, field, builder.CreateBinaryIntrinsic(best->getIntrinsicID(), before, gathered), true);
    } else {
      unsigned opcode = reduction.combiner->getOpcode();
      opcode = opcode == Instruction::Sub ? Instruction::Add : opcode == Instruction::FSub ? Instruction::FAdd : opcode;
      Value *sum = builder.CreateBinOp(static_cast<Instruction::BinaryOps>(opcode), before, gathered);
      if (auto *operation = dyn_cast<Instruction>(sum); operation && isa<FPMathOperator>(operation))
        operation->copyFastMathFlags(reduction.combiner);
      take(reduction.phi, field, sum, !sum->getType()->isFPOrFPVectorTy());
    }
    ++field;
    for (PHINode *companion : reduction.companions) {
      take(companion, field, builder.CreateSelect(isBetter, part(companion), soFar(companion, field)), true);
      ++field;
    }
  }
}

/// The phis of a header that was jumped to over `count` iterations.
void LoopRewriter::jump(Value *reductions, Value *count) {
  BasicBlock *from = builder.GetInsertBlock();
  for (const RangeInduction &induction : range.inductions) {
    auto *phi = cast<PHINode>(here(induction.phi));
    phi->addIncoming(advanced(builder, phi, here(induction.step), count), from);
  }
  for (const RangeRecurrence &recurrence : range.recurrences) {
    auto *phi = cast<PHINode>(here(recurrence.phi));
    phi->addIncoming(afterIterations(builder, recurrence, phi, count, [&](Value *times) { return here(times); }), from);
  }
  combine(
      range, layout, builder, reductions, [&](PHINode *phi, unsigned) { return here(phi); },
      [&](PHINode *phi, unsigned, Value *value, bool) { cast<PHINode>(here(phi))->addIncoming(value, from); });
}

/// cleave_range::combine: the same on memory, for the checker.
Function *LoopRewriter::combiner() {
  Type *pointer = builder.getPtrTy();
  Function *function =
      Function::Create(FunctionType::get(builder.getVoidTy(), {pointer, pointer, pointer}, false),
                       GlobalValue::InternalLinkage, "cleave.combine", header->getModule());
  function->setDoesNotThrow();
  IRBuilder<> own(BasicBlock::Create(context, "entry", function));
  auto fieldOf = [&](unsigned argument, unsigned field) {
    return own.CreateStructGEP(layout.reductions, function->getArg(argument), field);
  };
  combine(
      range, layout, own, function->getArg(1),
      [&](PHINode *phi, unsigned field) { return ProgramAbi::loadValue(own, phi->getType(), fieldOf(0, field)); },
      [&](PHINode *, unsigned field, Value *value, bool isExact) {
        if (isExact)
          ProgramAbi::storeValue(own, value, fieldOf(2, field));
      });
  own.CreateRetVoid();
  return function;
}

void LoopRewriter::askAtBorders() {
  Function *function = header->getParent();
  IRBuilder<> entry(&*function->getEntryBlock().getFirstInsertionPt());
  AllocaInst *reductions = entry.CreateAlloca(layout.reductions);
  reductions->setAlignment(Align(16));
  Value *countSlot = entry.CreateAlloca(builder.getInt64Ty());
  Type *word = builder.getInt64Ty();

  builder.SetInsertPoint(preheader->getTerminator());
  cast<BranchInst>(preheader->getTerminator())->setCondition(builder.CreateIsNull(handle));
  progress = PHINode::Create(word, 3, "done", header->begin());
  PHINode *border = PHINode::Create(word, 3, "border", header->begin());
  BasicBlock *rest = SplitBlock(header, header->getFirstNonPHIIt());
  // A loop of a single block has a new latch now.
  BasicBlock *back = latch == header ? rest : latch;
  header->getTerminator()->eraseFromParent();
  BasicBlock *ask = BasicBlock::Create(context, "range.ask", function, rest);
  BasicBlock *over = BasicBlock::Create(context, "range.done", function, rest);
  BasicBlock *stay = BasicBlock::Create(context, "range.in.place", function, rest);
  builder.SetInsertPoint(header);
  builder.CreateCondBr(builder.CreateICmpEQ(progress, border), ask, rest);

  builder.SetInsertPoint(ask);
  unsigned field = 0;
  auto tell = [&](PHINode *phi) {
    ProgramAbi::storeValue(builder, here(phi), builder.CreateStructGEP(layout.reductions, reductions, field++));
  };
  for (const RangeReduction &reduction : range.reductions) {
    tell(reduction.phi);
    field += reduction.isDigest();
    for (PHINode *companion : reduction.companions)
      tell(companion);
  }
  Value *answer = builder.CreateCall(abi.rangeNext, {handle, progress, reductions, countSlot});
  Value *count = builder.CreateLoad(word, countSlot);
  Value *next = builder.CreateAdd(progress, count);
  builder.CreateCondBr(builder.CreateICmpEQ(answer, builder.getInt32(1)), over, stay);
  builder.SetInsertPoint(stay);
  builder.CreateBr(rest);
  builder.SetInsertPoint(rest, rest->begin());
  PHINode *nextBorder = builder.CreatePHI(word, 2);
  nextBorder->addIncoming(border, header);
  nextBorder->addIncoming(next, stay);

  builder.SetInsertPoint(back->getTerminator());
  Value *stepped = builder.CreateAdd(progress, builder.getInt64(1));
  progress->addIncoming(builder.getInt64(0), preheader);
  progress->addIncoming(stepped, back);
  border->addIncoming(builder.getInt64(0), preheader);
  border->addIncoming(nextBorder, back);

  builder.SetInsertPoint(over);
  jump(reductions, count);
  progress->addIncoming(next, over);
  border->addIncoming(next, over);
  builder.CreateBr(header);
}

void LoopRewriter::run() {
  header = cast<BasicBlock>(map.lookup(range.header));
  // By their ends: a future that is joined in one of these blocks has split it.
  preheader = cast<Instruction>(static_cast<Value *>(copied.entrance))->getParent();
  latch = cast<Instruction>(map.lookup(range.latch->getTerminator()))->getParent();
  handleSlot = handleUntilExits(*header->getParent(), range.exits, map, abi.rangeEnd);
  begin();
  askAtBorders();
}

void lowerRangeLoop(const RangeLoop &range, const CopiedLoop &copied, GlobalVariable *site, double iterationNs,
                    ValueToValueMapTy &map, ProgramAbi &abi) {
  LoopRewriter(range, copied, site, iterationNs, map, abi).run();
}

} // namespace cleave
