// Sandbox.cpp - containment of generators.
//
// THE PROBLEM. A generator runs ahead of the loop, so it may run an iteration that never comes: an earlier one throws,
// or ends the program. What that iteration would read may be anything, because the exception was what protected it:
//
//     for (const Record &record : records) {
//       std::vector<double> column(record.width);
//       for (int k = 0; k < record.used; ++k) column[k] = record.values[k];   // used <= width, as checked() below sees
//       out.push_back(checked(column));                                       // to: it throws at the first bad record
//     }
//
// Reading what is not there is harmless; the run time catches the fault. Writing column[k] with a `used` of the next,
// bad record is not, and neither is a loop that counts to it. No analysis of ours knows which values a record may have.
//
// THE ANSWER is software fault isolation (Wahbe et al. 1993). All that a generator allocates lies in one piece of memory
// that is its own (rt/root/Sandbox.h); each of its stores, in all that it calls too, is preceded by a check that it goes
// there; one that does not stops the generator for good, and the loop goes on in place, as after a fault. A program
// that is as it should be never sees a check fail. In detail, contained code
//   1. stores only into the sandbox, or at a constant offset into its own stack slot; slots that are used in any other
//      way live in the sandbox;
//   2. allocates in the sandbox and frees nothing: all of it is gone when the iteration is;
//   3. throws nothing and ends nothing: where it would, it stops. So it needs no landing pads;
//   4. calls functions with a body, contained like itself (a copy, `f.contained`), and the few without one that write
//      nothing, or for which the run time has a checked version;
//   5. pays for each way back of an inner loop and each call from a purse that the run time fills for each iteration,
//      and looks at the stack's depth: it comes to an end;
//   6. has lost all promises that only hold on the program's own path (nonnull, nsw, !range, assume, unreachable), which
//      the optimiser might else turn into wild jumps.
//
// REJECTED. Outlining "build the argument and call" as one task would build in the jail, in parallel, and once. But what
// the building reads would have to travel: after inlining that is bare pointers into containers, of no known type and
// extent, and where it is known (a whole table, for one column of it) it may be far more than the argument. The
// generator reads the program's memory as it is. Proving stores in bounds was rejected because containers keep their
// bounds in memory; a forked generator because a fork costs as much as a batch of work.
#include "passes/Sandbox.h"
#include "passes/Models.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace cleave {

namespace {

/// What becomes of a call of a function without a body.
enum class Outside {
  Drop,        ///< deallocation, markers
  Allocate,
  Stop,        ///< throws or ends the program
  Keep,        ///< writes nothing
  KeepIfFirstIsOurs, ///< writes a few bytes at its first argument
  Replace,     ///< the run time has a checked version
  Refuse
};

/// Library functions that change what their first argument points to, `bytes` of it.
constexpr uint64_t firstArgumentBytes = 16;

struct Checked {
  const char *symbol, *replacement;
};
constexpr Checked checkedVersions[] = {
    {"_ZNSt8__detail15_List_node_base7_M_hookEPS0_", "cleave_sandbox_list_hook"},
    {"_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_", "cleave_sandbox_tree_insert"}};

const char *checkedVersion(StringRef symbol) {
  for (const Checked &entry : checkedVersions)
    if (symbol == entry.symbol)
      return entry.replacement;
  return nullptr;
}

Outside outsideIntrinsic(const CallBase &call) {
  if (isa<MemIntrinsic>(call)) // looked at as a store
    return Outside::Keep;
  switch (call.getIntrinsicID()) {
  case Intrinsic::trap:
  case Intrinsic::ubsantrap:
    return Outside::Stop;
  case Intrinsic::assume:
  case Intrinsic::lifetime_start:
  case Intrinsic::lifetime_end:
  case Intrinsic::experimental_noalias_scope_decl:
  case Intrinsic::donothing:
    return Outside::Drop;
  default:
    return isa<DbgInfoIntrinsic>(call) ? Outside::Drop : call.onlyReadsMemory() ? Outside::Keep : Outside::Refuse;
  }
}

Outside outside(const CallBase &call) {
  const Function *callee = call.getCalledFunction();
  if (!callee || call.isInlineAsm() || isa<CallBrInst>(call) || call.isMustTailCall())
    return Outside::Refuse;
  if (callee->isIntrinsic())
    return outsideIntrinsic(call);
  StringRef symbol = callee->getName();
  if (symbol.starts_with("_Znw") || symbol.starts_with("_Zna"))
    return Outside::Allocate;
  if (symbol.starts_with("_Zdl") || symbol.starts_with("_Zda"))
    return Outside::Drop;
  if (symbol == "__cxa_allocate_exception")
    return Outside::Stop;
  if (checkedVersion(symbol))
    return Outside::Replace;
  if (symbol.starts_with("_ZNKSt8__detail20_Prime_rehash_policy"))
    return Outside::KeepIfFirstIsOurs;
  CallModel model = modelOfCall(call);
  if (is_contained({CallModel::Class::Throws, CallModel::Class::Aborts, CallModel::Class::Ends}, model.kind))
    return Outside::Stop;
  return model.kind == CallModel::Class::Pure && model.writes.none() ? Outside::Keep : Outside::Refuse;
}

const Function *bodyOf(const CallBase &call) {
  const Function *callee = call.getCalledFunction();
  bool hasBody = callee && !callee->isDeclaration() && callee->getFunctionType() == call.getFunctionType() &&
                 !callee->isVarArg() && !call.isMustTailCall() && !isa<CallBrInst>(call);
  return hasBody ? callee : nullptr;
}

/// The blocks that run while nothing is thrown.
SmallPtrSet<const BasicBlock *, 32> blocksWithoutExceptions(const Function &function) {
  SmallPtrSet<const BasicBlock *, 32> seen{&function.getEntryBlock()};
  SmallVector<const BasicBlock *, 32> work{&function.getEntryBlock()};
  while (!work.empty()) {
    const BasicBlock *block = work.pop_back_val();
    for (const BasicBlock *next : successors(block))
      if (!next->isLandingPad() && seen.insert(next).second)
        work.push_back(next);
  }
  return seen;
}

/// Can this instruction, other than a call, be contained?
bool isContainable(const Instruction &instruction) {
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    return load->isUnordered() && !load->isVolatile();
  if (auto *store = dyn_cast<StoreInst>(&instruction))
    return store->isUnordered() && !store->isVolatile();
  if (auto *slot = dyn_cast<AllocaInst>(&instruction))
    return slot->isStaticAlloca();
  return !instruction.isAtomic() && !isa<VAArgInst>(instruction) && !isa<IndirectBrInst>(instruction) &&
         !instruction.isEHPad();
}

} // namespace

bool Sandbox::isDeallocation(const CallBase &call) {
  return call.getCalledFunction() && call.getCalledFunction()->isDeclaration() && !call.isInlineAsm() &&
         modelOfCall(call).kind == CallModel::Class::Frees;
}

const Instruction *Sandbox::obstacleOf(const CallBase &call) {
  if (const Function *body = bodyOf(call))
    return obstacleIn(*body);
  if (call.getCalledFunction() && !call.getCalledFunction()->isDeclaration())
    return &call;
  return outside(call) == Outside::Refuse ? &call : nullptr;
}

const Instruction *Sandbox::obstacleIn(const Function &function) {
  auto [it, isNew] = obstacles.try_emplace(&function, nullptr);
  if (!isNew)
    return it->second; // of a recursion that is being looked at: none so far
  const Instruction *found = nullptr;
  auto reached = blocksWithoutExceptions(function);
  for (const BasicBlock &block : function) {
    if (!reached.contains(&block))
      continue;
    for (const Instruction &instruction : block) {
      auto *call = dyn_cast<CallBase>(&instruction);
      if (call ? obstacleOf(*call) != nullptr : !isContainable(instruction))
        found = &instruction;
      if (found)
        break;
    }
    if (found)
      break;
  }
  return obstacles[&function] = found;
}

// ---- rewriting ---------------------------------------------------------------------------------------------------

/// Rewrites one function in place.
class Sandbox::Rewriter {
public:
  Rewriter(Sandbox &sandbox, Function &function)
      : sandbox(sandbox), function(function), context(function.getContext()), i64(Type::getInt64Ty(context)),
        pointer(PointerType::get(context, 0)), layout(function.getDataLayout()) {
    roomType = StructType::get(context, {i64, i64, i64, i64});
    room = cast<GlobalVariable>(sandbox.module.getOrInsertGlobal("cleave_sandbox", roomType));
    start = declare("cleave_sandbox_begin", Type::getVoidTy(context), {});
    stop = declare("cleave_sandbox_stop", Type::getVoidTy(context), {});
    if (auto *callee = dyn_cast<Function>(stop.getCallee()))
      callee->setDoesNotReturn();
    allocate = declare("cleave_sandbox_new", pointer, {i64, i64});
  }

  void dropExceptions();
  void dropPromises();
  void begin(Instruction &where) { IRBuilder<>(&where).CreateCall(start); }
  void moveSlots(ArrayRef<AllocaInst *> slots, Instruction &where);
  SmallVector<AllocaInst *, 8> exposedSlots() const;
  void ownByValueArguments();
  void guardEdges(const BasicBlock *except);
  void guardEntry();
  void rewrite(const CallBase *except);

private:
  enum Field { Base, Bytes, Fuel, StackFloor };

  FunctionCallee declare(StringRef name, Type *result, ArrayRef<Type *> parameters) {
    FunctionCallee callee = sandbox.module.getOrInsertFunction(name, FunctionType::get(result, parameters, false));
    if (auto *made = dyn_cast<Function>(callee.getCallee()))
      made->setDoesNotThrow();
    return callee;
  }
  Value *field(IRBuilderBase &builder, Field which) { return builder.CreateStructGEP(roomType, room, which); }
  Value *load(IRBuilderBase &builder, Field which) { return builder.CreateLoad(i64, field(builder, which)); }

  /// Where failed checks go.
  BasicBlock *stopBlock() {
    if (!stopped) {
      stopped = BasicBlock::Create(context, "stop", &function);
      IRBuilder<> builder(stopped);
      builder.CreateCall(stop);
      builder.CreateUnreachable();
    }
    return stopped;
  }
  /// Leaves before `where` if `isWrong`.
  void stopIf(Value *isWrong, Instruction &where) {
    BasicBlock *before = where.getParent();
    BasicBlock *after = SplitBlock(before, &where);
    before->getTerminator()->eraseFromParent();
    IRBuilder<>(before).CreateCondBr(isWrong, stopBlock(), after);
  }
  bool isAtOwnSlot(const Value *address, uint64_t bytes) const;
  void guard(Instruction &where, Value *address, Value *bytes);
  void burn(Instruction &where);
  void rewriteCall(CallBase &call);

  Sandbox &sandbox;
  Function &function;
  LLVMContext &context;
  Type *i64, *pointer;
  const DataLayout &layout;
  StructType *roomType;
  GlobalVariable *room;
  FunctionCallee start, stop, allocate;
  BasicBlock *stopped = nullptr;
};

void Sandbox::Rewriter::dropExceptions() {
  for (BasicBlock &block : function)
    if (auto *invoke = dyn_cast<InvokeInst>(block.getTerminator()))
      changeToCall(invoke);
  removeUnreachableBlocks(function);
  function.setPersonalityFn(nullptr);
}

/// Point 6 of the essay.
void Sandbox::Rewriter::dropPromises() {
  SmallVector<Instruction *, 8> dead;
  for (Instruction &instruction : instructions(function)) {
    instruction.dropPoisonGeneratingAnnotations();
    instruction.dropUBImplyingAttrsAndMetadata();
    if (auto *unreachable = dyn_cast<UnreachableInst>(&instruction))
      dead.push_back(unreachable);
  }
  for (Instruction *unreachable : dead)
    IRBuilder<>(unreachable).CreateCall(stop);
}

/// Slots with a use that could leave them, or that gives their address away.
SmallVector<AllocaInst *, 8> Sandbox::Rewriter::exposedSlots() const {
  SmallVector<AllocaInst *, 8> result;
  for (Instruction &instruction : instructions(function)) {
    auto *slot = dyn_cast<AllocaInst>(&instruction);
    if (!slot)
      continue;
    bool isExposed = false;
    SmallVector<const Value *, 8> work{slot};
    while (!work.empty() && !isExposed)
      for (const User *user : work.pop_back_val()->users()) {
        if (isa<GetElementPtrInst>(user) && cast<GetElementPtrInst>(user)->hasAllConstantIndices()) {
          work.push_back(user);
          continue;
        }
        auto *store = dyn_cast<StoreInst>(user);
        auto *call = dyn_cast<CallBase>(user);
        isExposed |= !isa<LoadInst>(user) && !(call && call->isLifetimeStartOrEnd()) &&
                     !(store && isAtOwnSlot(store->getPointerOperand(),
                                            layout.getTypeStoreSize(store->getValueOperand()->getType())));
        if (store && isa<AllocaInst>(store->getValueOperand()->stripPointerCasts()))
          isExposed = true;
      }
    if (isExposed)
      result.push_back(slot);
  }
  return result;
}

void Sandbox::Rewriter::moveSlots(ArrayRef<AllocaInst *> slots, Instruction &where) {
  Instruction *before = &where; // which may be the start of a slot's lifetime, and then goes with it
  for (AllocaInst *slot : slots) {
    IRBuilder<> builder(before);
    uint64_t bytes = slot->getAllocationSize(layout)->getFixedValue();
    Value *moved = builder.CreateCall(allocate, {builder.getInt64(bytes), builder.getInt64(slot->getAlign().value())});
    for (Use &use : make_early_inc_range(slot->uses())) {
      auto *call = dyn_cast<CallBase>(use.getUser());
      if (!call || !call->isLifetimeStartOrEnd())
        continue;
      if (call == before)
        before = call->getNextNode();
      call->eraseFromParent();
    }
    slot->replaceAllUsesWith(moved);
    slot->eraseFromParent();
  }
}

/// A parameter that the ABI copies onto the stack: the callee's own, so it belongs into the sandbox like a slot.
void Sandbox::Rewriter::ownByValueArguments() {
  IRBuilder<> builder(&*function.getEntryBlock().getFirstInsertionPt());
  for (Argument &argument : function.args()) {
    Type *type = argument.getParamByValType();
    if (!type || argument.use_empty())
      continue;
    uint64_t bytes = layout.getTypeAllocSize(type);
    Align align = argument.getParamAlign().valueOrOne();
    CallInst *moved = builder.CreateCall(allocate, {builder.getInt64(bytes), builder.getInt64(align.value())});
    argument.replaceAllUsesWith(moved);
    builder.CreateMemCpy(moved, align, &argument, align, bytes);
  }
}

bool Sandbox::Rewriter::isAtOwnSlot(const Value *address, uint64_t bytes) const {
  APInt offset(64, 0);
  auto *slot = dyn_cast<AllocaInst>(address->stripAndAccumulateConstantOffsets(layout, offset, /*AllowNonInbounds=*/true));
  if (!slot || offset.isNegative())
    return false;
  auto size = slot->getAllocationSize(layout);
  return size && !size->isScalable() && bytes <= size->getFixedValue() &&
         offset.getZExtValue() <= size->getFixedValue() - bytes;
}

/// Stops unless [address, address + bytes) lies in the sandbox.
void Sandbox::Rewriter::guard(Instruction &where, Value *address, Value *bytes) {
  IRBuilder<> builder(&where);
  bytes = builder.CreateZExtOrTrunc(bytes, i64);
  Value *offset = builder.CreateSub(builder.CreatePtrToInt(address, i64), load(builder, Base));
  Value *all = load(builder, Bytes);
  Value *isWrong = builder.CreateICmpUGT(offset, builder.CreateSub(all, bytes));
  if (!isa<ConstantInt>(bytes))
    isWrong = builder.CreateAnd(builder.CreateICmpNE(bytes, builder.getInt64(0)),
                                builder.CreateOr(builder.CreateICmpUGT(bytes, all), isWrong));
  stopIf(isWrong, where);
}

void Sandbox::Rewriter::burn(Instruction &where) {
  IRBuilder<> builder(&where);
  Value *left = builder.CreateSub(load(builder, Fuel), builder.getInt64(1));
  builder.CreateStore(left, field(builder, Fuel));
  stopIf(builder.CreateIsNull(left), where);
}

/// Each cycle goes through one of these edges' targets.
void Sandbox::Rewriter::guardEdges(const BasicBlock *except) {
  SmallVector<std::pair<const BasicBlock *, const BasicBlock *>, 8> edges;
  FindFunctionBackedges(function, edges);
  SmallPtrSet<const BasicBlock *, 8> targets;
  for (auto &[from, to] : edges)
    if (to != except)
      targets.insert(to);
  SmallVector<Instruction *, 8> places;
  for (BasicBlock &block : function)
    if (targets.contains(&block))
      places.push_back(&*block.getFirstInsertionPt());
  for (Instruction *place : places)
    burn(*place);
}

void Sandbox::Rewriter::guardEntry() {
  Instruction &where = *function.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  burn(where);
  IRBuilder<> builder(&where);
  Value *frame = builder.CreateIntrinsic(Intrinsic::frameaddress, {pointer}, {builder.getInt32(0)});
  stopIf(builder.CreateICmpULT(builder.CreatePtrToInt(frame, i64), load(builder, StackFloor)), where);
}

/// What is left of a callee's or a call's attributes: how arguments are passed.
static AttributeList passingOnly(LLVMContext &context, AttributeList attributes, unsigned arguments) {
  static const Attribute::AttrKind kinds[] = {Attribute::StructRet, Attribute::ByVal, Attribute::InReg, Attribute::ZExt,
                                              Attribute::SExt, Attribute::Alignment};
  AttributeList result;
  for (unsigned k = 0; k < arguments; ++k)
    for (Attribute::AttrKind kind : kinds)
      if (Attribute attribute = attributes.getParamAttr(k, kind);
          attribute.isValid() && (kind != Attribute::Alignment || attributes.hasParamAttr(k, Attribute::ByVal)))
        result = result.addParamAttribute(context, k, attribute);
  for (Attribute::AttrKind kind : {Attribute::ZExt, Attribute::SExt, Attribute::InReg})
    if (attributes.hasRetAttr(kind))
      result = result.addRetAttribute(context, kind);
  return result;
}

static void dropResult(CallBase &call) {
  if (!call.getType()->isVoidTy())
    call.replaceAllUsesWith(PoisonValue::get(call.getType()));
}

void Sandbox::Rewriter::rewriteCall(CallBase &call) {
  if (const Function *body = bodyOf(call)) {
    call.setCalledFunction(sandbox.contained(const_cast<Function &>(*body)));
    call.setAttributes(passingOnly(context, call.getAttributes(), call.arg_size()));
    return;
  }
  IRBuilder<> builder(&call);
  switch (outside(call)) {
  case Outside::Drop:
    dropResult(call);
    call.eraseFromParent();
    return;
  case Outside::Allocate: {
    StringRef symbol = call.getCalledFunction()->getName();
    bool isAligned = symbol.contains("St11align_val_t");
    Value *alignment = isAligned ? builder.CreateZExtOrTrunc(call.getArgOperand(1), i64) : builder.getInt64(16);
    call.replaceAllUsesWith(builder.CreateCall(allocate, {builder.CreateZExtOrTrunc(call.getArgOperand(0), i64), alignment}));
    call.eraseFromParent();
    return;
  }
  case Outside::Stop:
    builder.CreateCall(stop);
    dropResult(call);
    call.eraseFromParent();
    return;
  case Outside::KeepIfFirstIsOurs:
    return guard(call, call.getArgOperand(0), builder.getInt64(firstArgumentBytes));
  case Outside::Replace: {
    FunctionType *type = call.getFunctionType();
    StringRef replacement = checkedVersion(call.getCalledFunction()->getName());
    call.setCalledFunction(declare(replacement, type->getReturnType(), type->params()));
    call.setAttributes(passingOnly(context, call.getAttributes(), call.arg_size()));
    return;
  }
  case Outside::Keep:
    return;
  case Outside::Refuse:
    llvm_unreachable("obstacleOf() was not asked");
  }
}

void Sandbox::Rewriter::rewrite(const CallBase *except) {
  SmallVector<Instruction *, 32> stores;
  SmallVector<CallBase *, 32> calls;
  for (Instruction &instruction : instructions(function)) {
    // A generator's state is the loop's, and only its own saving writes there.
    APInt offset(64, 0);
    auto *saving = except ? dyn_cast<StoreInst>(&instruction) : nullptr;
    if (&instruction == except ||
        (saving && saving->getPointerOperand()->stripAndAccumulateConstantOffsets(
                       layout, offset, /*AllowNonInbounds=*/true) == function.getArg(0)))
      continue;
    if (isa<StoreInst>(instruction) || isa<MemIntrinsic>(instruction))
      stores.push_back(&instruction);
    else if (auto *call = dyn_cast<CallBase>(&instruction);
             call && !is_contained({start.getCallee(), stop.getCallee(), allocate.getCallee()}, call->getCalledOperand()))
      calls.push_back(call);
  }
  for (Instruction *instruction : stores) {
    IRBuilder<> builder(instruction);
    auto *store = dyn_cast<StoreInst>(instruction);
    auto *memory = dyn_cast<MemIntrinsic>(instruction);
    Value *address = store ? store->getPointerOperand() : memory->getRawDest();
    Value *bytes = store ? builder.getInt64(layout.getTypeStoreSize(store->getValueOperand()->getType()))
                         : memory->getLength();
    auto *constant = dyn_cast<ConstantInt>(bytes);
    if (!constant || !isAtOwnSlot(address, constant->getZExtValue()))
      guard(*instruction, address, bytes);
  }
  for (CallBase *call : calls)
    rewriteCall(*call);
}

Function *Sandbox::contained(Function &function) {
  auto [it, isNew] = copies.try_emplace(&function, nullptr);
  if (!isNew)
    return it->second;
  ValueToValueMapTy map;
  Function *copy = CloneFunction(&function, map);
  copies[&function] = copy; // before its calls: it may be recursive
  copy->setName(function.getName() + ".contained");
  copy->setLinkage(GlobalValue::InternalLinkage);
  copy->setComdat(nullptr);
  copy->setMetadata("cleave.function", nullptr);
  AttributeList attributes = passingOnly(module.getContext(), function.getAttributes(), function.arg_size());
  for (StringRef kept : {"target-cpu", "target-features", "tune-cpu"})
    if (Attribute attribute = function.getFnAttribute(kept); attribute.isValid())
      attributes = attributes.addFnAttribute(module.getContext(), attribute);
  copy->setAttributes(attributes);
  copy->setDoesNotThrow();

  Rewriter rewriter(*this, *copy);
  rewriter.dropExceptions();
  rewriter.dropPromises();
  BasicBlock &entry = copy->getEntryBlock();
  for (Instruction &instruction : make_early_inc_range(entry))
    if (isa<AllocaInst>(instruction))
      instruction.moveBefore(entry.begin());
  rewriter.moveSlots(rewriter.exposedSlots(), *entry.getFirstNonPHIOrDbgOrAlloca());
  rewriter.ownByValueArguments();
  rewriter.rewrite(nullptr);
  rewriter.guardEdges(nullptr);
  rewriter.guardEntry();
  stripDebugInfo(*copy);
  return copy;
}

void Sandbox::contain(Function &generator, BasicBlock &header, ArrayRef<AllocaInst *> slots, const CallBase &push) {
  Rewriter rewriter(*this, generator);
  rewriter.dropPromises();
  Instruction &first = *header.getFirstInsertionPt();
  rewriter.begin(first);
  rewriter.moveSlots(slots, first);
  rewriter.rewrite(&push);
  rewriter.guardEdges(&header);
}

} // namespace cleave
