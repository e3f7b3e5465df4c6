// ProgramAbi.cpp - program.h and image.h, seen from the compiler.
//
// The C headers are the contract; here the same structs are written as LLVM constants, field by field in their order:
//   cleave_type {u32 kind, u32 field_count, u64 size, u64 align, u64 count, ptr elem, ptr fields, ptr symbols}
//   cleave_kind {ptr name, ptr file, u32 line, u32 id, u32 param_count, u32 symbol_count, ptr params, ptr result,
//                ptr symbols}
//   cleave_site {ptr kind, ptr file, u32 line, u32 shared_mask, double base, double per_byte, ptr local, u64 flags, ptr split,
//                u64 skips, [20 x u64] learnt}
//   cleave_function {[16 x u64] skips, [16 x u64] learnt}
//   cleave_frame {ptr function, u64 serial, u64 shared, u64 began}
// and the thunk `cleave_task_call(args, result)` unpacks a task's arguments into the registers that the ABI wants.
#include "passes/ProgramAbi.h"
#include "passes/Places.h"
#include "cleave/program.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace cleave {

ProgramAbi::ProgramAbi(Module &module) : module(module), context(module.getContext()) {
  i32 = Type::getInt32Ty(context);
  i64 = Type::getInt64Ty(context);
  pointer = PointerType::get(context, 0);
  real = Type::getDoubleTy(context);
  Type *none = Type::getVoidTy(context);
  typeStruct = StructType::get(context, {i32, i32, i64, i64, i64, pointer, pointer, pointer});
  auto declare = [&](StringRef name, Type *result, ArrayRef<Type *> parameters) {
    FunctionCallee callee = module.getOrInsertFunction(name, FunctionType::get(result, parameters, false));
    cast<Function>(callee.getCallee())->setDoesNotThrow();
    return callee;
  };
  frameEnter = declare("cleave_frame_enter", none, {pointer, pointer});
  frameLeave = declare("cleave_frame_leave", none, {pointer});
  spawn = declare("cleave_spawn", pointer, {pointer, pointer, pointer});
  join = declare("cleave_join", i32, {pointer, pointer, pointer});
  loopBegin = declare("cleave_loop_begin", pointer, {pointer, pointer, pointer, pointer});
  loopPush = declare("cleave_loop_push", i32, {pointer, pointer});
  loopNext = declare("cleave_loop_next", i32, {pointer, pointer});
  loopEnd = declare("cleave_loop_end", none, {pointer});
  rangeBegin = declare("cleave_range_begin", pointer, {pointer});
  rangeNext = declare("cleave_range_next", i32, {pointer, i64, pointer, pointer});
  rangeEnd = declare("cleave_range_end", none, {pointer});
  checked = declare("cleave_checked", none, {pointer, pointer});
  giveUp = declare("cleave_task_give_up", none, {});
  cast<Function>(giveUp.getCallee())->setDoesNotReturn();
  rethrow = module.getOrInsertFunction("cleave_rethrow", FunctionType::get(none, {}, false));
  cast<Function>(rethrow.getCallee())->setDoesNotReturn();
  isSplitting = new GlobalVariable(module, i32, false, GlobalValue::ExternalLinkage, nullptr, "cleave_is_splitting");
  frame = StructType::get(context, {pointer, i64, i64, i64});
  depth = new GlobalVariable(module, i64, false, GlobalValue::ExternalLinkage, nullptr, "cleave_depth", nullptr,
                             GlobalValue::LocalExecTLSModel);
}

GlobalVariable *ProgramAbi::constant(Constant *value, const Twine &name) {
  auto *global = new GlobalVariable(module, value->getType(), true, GlobalValue::PrivateLinkage, value, name);
  global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return global;
}

Constant *ProgramAbi::text(StringRef value) {
  return constant(ConstantDataArray::getString(context, value), "cleave.text");
}

static unsigned kindNumber(StringRef kind) {
  return StringSwitch<unsigned>(kind)
      .Case("pod", CLEAVE_T_POD)
      .Case("record", CLEAVE_T_RECORD)
      .Case("array", CLEAVE_T_ARRAY)
      .Case("vector", CLEAVE_T_VECTOR)
      .Case("string", CLEAVE_T_STRING)
      .Case("optional", CLEAVE_T_OPTIONAL)
      .Case("span", CLEAVE_T_SPAN)
      .Case("string_view", CLEAVE_T_STRING_VIEW)
      .Case("rbtree", CLEAVE_T_RBTREE)
      .Case("hashtable", CLEAVE_T_HASHTABLE)
      .Case("deque", CLEAVE_T_DEQUE)
      .Case("list", CLEAVE_T_LIST)
      .Case("forward_list", CLEAVE_T_FORWARD_LIST)
      .Case("bit_vector", CLEAVE_T_BIT_VECTOR)
      .Case("unique", CLEAVE_T_UNIQUE)
      .Case("trivial", CLEAVE_T_POD_PARTIAL)
      .Case("slice", CLEAVE_T_SLICE)
      .Case("variant", CLEAVE_T_VARIANT)
      .Case("reference", CLEAVE_T_REFERENCE)
      .Case("vptr", CLEAVE_T_SYMBOL)
      .Case("polymorphic", CLEAVE_T_POLYMORPHIC)
      .Case("function", CLEAVE_T_FUNCTION)
      .Default(~0u);
}

/// The node of the element type, where the kind has one.
static const MDNode *elementNode(const MDNode *type, LLVMContext &context) {
  StringRef kind = typeKind(type);
  if (kind == "array")
    return nodeOperand(type, 2);
  if (kind == "optional")
    return nodeOperand(type, 4);
  if (kind == "variant") { // its index
    auto *bytes = ConstantAsMetadata::get(ConstantInt::get(Type::getInt64Ty(context), integerOperand(type, 4)));
    return MDNode::get(context, {MDString::get(context, "pod"), bytes, bytes});
  }
  if (is_contained({"pod", "record", "trivial", "bit_vector", "vptr", "polymorphic", "function"}, kind))
    return nullptr;
  return nodeOperand(type, 1);
}

/// The parts of a type that lie at offsets, or that it may turn out to be: cleave_type's fields[].
static SmallVector<std::pair<uint64_t, const MDNode *>, 8> fieldsOf(const Module &module, const MDNode *type) {
  SmallVector<std::pair<uint64_t, const MDNode *>, 8> fields;
  StringRef kind = typeKind(type);
  if (kind == "record" || kind == "trivial")
    for (unsigned k = 4; k + 1 < type->getNumOperands(); k += 2)
      fields.push_back({integerOperand(type, k), nodeOperand(type, k + 1)});
  else if (kind == "variant")
    for (unsigned k = 5; k < type->getNumOperands(); ++k)
      fields.push_back({0, nodeOperand(type, k)});
  else if (kind == "polymorphic")
    for (const DynamicClass &found : dynamicClasses(module, type))
      fields.push_back({found.offset, found.type});
  else if (kind == "function")
    for (const HeldFunctor &held : heldFunctors(module, type))
      fields.push_back({held.isInPlace, held.type});
  return fields;
}

/// cleave_type's symbols[]. An address that tells types apart must stay one of its own, so it is significant from now on.
SmallVector<Constant *, 8> ProgramAbi::ownSymbols(const MDNode *type) {
  SmallVector<Constant *, 8> symbols;
  StringRef kind = typeKind(type);
  if (kind == "vptr")
    symbols.push_back(addressPoint(type));
  else if (kind == "polymorphic")
    for (const DynamicClass &found : dynamicClasses(module, type))
      symbols.push_back(found.addressPoint);
  else if (kind == "function")
    for (const HeldFunctor &held : heldFunctors(module, type))
      symbols.append({held.manager, held.invoker});
  for (Constant *symbol : symbols)
    cast<GlobalValue>(symbol->stripPointerCastsAndAliases()->stripInBoundsConstantOffsets())
        ->setUnnamedAddr(GlobalValue::UnnamedAddr::None);
  return symbols;
}

void ProgramAbi::collectSymbols(const MDNode *type, SetVector<Constant *> &symbols,
                                SmallPtrSetImpl<const MDNode *> &seen) {
  if (!seen.insert(type).second)
    return;
  for (Constant *symbol : ownSymbols(type))
    symbols.insert(symbol);
  forEachInnerType(module, type, [&](const MDNode *inner) { collectSymbols(inner, symbols, seen); });
}

Constant *ProgramAbi::table(ArrayRef<Constant *> entries, const Twine &name) {
  if (entries.empty())
    return ConstantPointerNull::get(PointerType::get(context, 0));
  return constant(ConstantArray::get(ArrayType::get(entries[0]->getType(), entries.size()), entries), name);
}

Constant *ProgramAbi::typeConstant(const MDNode *type) {
  auto [it, isNew] = types.try_emplace(type, nullptr);
  if (!isNew)
    return it->second;
  // Made before its contents, so that recursive types find it.
  auto *global = new GlobalVariable(module, typeStruct, true, GlobalValue::PrivateLinkage, nullptr, "cleave.type");
  types[type] = global;
  StringRef kind = typeKind(type);
  uint64_t size = typeSize(type), align = typeAlign(type);
  SmallVector<Constant *, 8> fields;
  for (auto [offset, inner] : fieldsOf(module, type)) {
    fields.push_back(ConstantStruct::getAnon({ConstantInt::get(i64, offset), typeConstant(inner)}));
    if (kind == "polymorphic") { // in place there is room for each of them
      size = std::max(size, typeSize(inner));
      align = std::max(align, typeAlign(inner));
    }
  }
  uint64_t count = 0;
  if (kind == "array")
    count = integerOperand(type, 1);
  else if (kind == "optional" || kind == "variant")
    count = integerOperand(type, 3);
  else if (kind == "hashtable")
    count = integerOperand(type, 2) & 1;
  const MDNode *element = elementNode(type, context);
  Constant *elem = element ? typeConstant(element) : ConstantPointerNull::get(PointerType::get(context, 0));
  global->setInitializer(ConstantStruct::get(
      typeStruct, {ConstantInt::get(i32, kindNumber(kind)), ConstantInt::get(i32, fields.size()),
                   ConstantInt::get(i64, size), ConstantInt::get(i64, align), ConstantInt::get(i64, count), elem,
                   table(fields, "cleave.fields"), table(ownSymbols(type), "cleave.symbols")}));
  return global;
}

bool ProgramAbi::isByAddress(const PassedValue &value) { return value.passing != Passing::Direct; }

Type *ProgramAbi::storedType(Type *type) {
  if (type->isIntegerTy() && type->getIntegerBitWidth() % 8)
    return IntegerType::get(type->getContext(), alignTo(type->getIntegerBitWidth(), 8));
  return type;
}

Type *ProgramAbi::memoryType(const PassedValue &value, const Function &function) const {
  SmallVector<Type *, 2> parts;
  for (unsigned k = 0; k < value.argumentCount; ++k)
    parts.push_back(storedType(function.getArg(value.firstArgument + k)->getType()));
  if (parts.size() == 1)
    return parts[0];
  return StructType::get(context, parts);
}

Value *ProgramAbi::addressOf(IRBuilderBase &builder, const PassedValue &value, ArrayRef<Value *> arguments, Value *slot) {
  if (isByAddress(value))
    return arguments[value.firstArgument];
  if (value.argumentCount == 1) {
    storeValue(builder, arguments[value.firstArgument], slot);
    return slot;
  }
  SmallVector<Type *, 2> parts;
  for (unsigned k = 0; k < value.argumentCount; ++k)
    parts.push_back(storedType(arguments[value.firstArgument + k]->getType()));
  auto *layout = StructType::get(context, parts);
  for (unsigned k = 0; k < value.argumentCount; ++k)
    storeValue(builder, arguments[value.firstArgument + k], builder.CreateStructGEP(layout, slot, k));
  return slot;
}

Value *ProgramAbi::argumentList(IRBuilderBase &builder, IRBuilderBase &entry, const Candidate &candidate,
                                ArrayRef<Value *> arguments, uint32_t mask) {
  unsigned count = candidate.facts.parameters.size();
  auto *listType = ArrayType::get(pointer, std::max(count, 1u));
  Value *list = entry.CreateAlloca(listType);
  for (unsigned k = 0; k < count; ++k) {
    const PassedValue &parameter = candidate.facts.parameters[k];
    Value *address = ConstantPointerNull::get(PointerType::get(context, 0));
    if (mask & (1u << k)) {
      Value *slot = isByAddress(parameter) ? nullptr : entry.CreateAlloca(memoryType(parameter, *candidate.function));
      address = addressOf(builder, parameter, arguments, slot);
    }
    builder.CreateStore(address, builder.CreateConstInBoundsGEP2_32(listType, list, 0, k));
  }
  return list;
}

void ProgramAbi::storeValue(IRBuilderBase &builder, Value *value, Value *slot) {
  Type *stored = storedType(value->getType());
  builder.CreateStore(stored == value->getType() ? value : builder.CreateZExt(value, stored), slot);
}

Value *ProgramAbi::loadValue(IRBuilderBase &builder, Type *type, Value *slot) {
  Value *value = builder.CreateLoad(storedType(type), slot);
  return storedType(type) == type ? value : builder.CreateTrunc(value, type);
}

Function *ProgramAbi::callThunk(const Candidate &candidate, const Twine &name) {
  auto *callee = const_cast<Function *>(candidate.function);
  Function *thunk = Function::Create(FunctionType::get(Type::getVoidTy(context), {pointer, pointer}, false),
                                     GlobalValue::InternalLinkage, name, module);
  IRBuilder<> builder(BasicBlock::Create(context, "entry", thunk));
  SmallVector<Value *, 8> arguments(callee->arg_size());
  Value *result = thunk->getArg(1);
  if (candidate.facts.result.passing == Passing::Indirect)
    arguments[candidate.facts.result.firstArgument] = result;
  unsigned index = 0;
  for (const PassedValue &parameter : candidate.facts.parameters) {
    Value *slot = builder.CreateConstInBoundsGEP1_64(pointer, thunk->getArg(0), index++);
    if (parameter.argumentCount == 0)
      continue;
    Value *object = builder.CreateLoad(pointer, slot);
    if (isByAddress(parameter)) {
      arguments[parameter.firstArgument] = object;
      continue;
    }
    // The registers may be wider than the object: copy its bytes, then load.
    Type *type = memoryType(parameter, *callee);
    AllocaInst *copy = builder.CreateAlloca(type);
    builder.CreateMemCpy(copy, copy->getAlign(), object, Align(typeAlign(parameter.typeNode)),
                         typeSize(parameter.typeNode));
    for (unsigned k = 0; k < parameter.argumentCount; ++k) {
      Type *part = callee->getArg(parameter.firstArgument + k)->getType();
      Value *address = parameter.argumentCount == 1 ? copy : builder.CreateStructGEP(type, copy, k);
      arguments[parameter.firstArgument + k] = loadValue(builder, part, address);
    }
  }
  CallInst *call = builder.CreateCall(callee, arguments);
  call->setCallingConv(callee->getCallingConv());
  call->setAttributes(callee->getAttributes().removeFnAttributes(context));
  if (candidate.facts.result.passing == Passing::Direct) {
    AllocaInst *slot = builder.CreateAlloca(storedType(call->getType()));
    storeValue(builder, call, slot);
    builder.CreateMemCpy(result, Align(typeAlign(candidate.facts.result.typeNode)), slot, slot->getAlign(),
                         typeSize(candidate.facts.result.typeNode));
  }
  builder.CreateRetVoid();
  return thunk;
}

GlobalVariable *ProgramAbi::kind(StringRef name, StringRef file, unsigned line, ArrayRef<KindParameter> list,
                                 const MDNode *result, Function *call, uint64_t flags) {
  SmallVector<Constant *, 6> members;
  for (const KindParameter &parameter : list)
    members.push_back(ConstantStruct::getAnon(
        {typeConstant(parameter.type), ConstantInt::get(i32, parameter.isOwned ? CLEAVE_PARAM_VALUE : CLEAVE_PARAM_BORROWED),
         ConstantInt::get(i32, 0)}));
  SetVector<Constant *> symbols;
  SmallPtrSet<const MDNode *, 16> seen;
  for (const KindParameter &parameter : list)
    collectSymbols(parameter.type, symbols, seen);
  collectSymbols(result, symbols, seen);
  unsigned id = kindCount++;
  Constant *value = ConstantStruct::getAnon({text(name), text(file), ConstantInt::get(i32, line), ConstantInt::get(i32, id),
                                             ConstantInt::get(i32, members.size()), ConstantInt::get(i32, symbols.size()),
                                             table(members, "cleave.params"), typeConstant(result),
                                             table(symbols.getArrayRef(), "cleave.symbols"), ConstantInt::get(i64, flags)});
  auto *global = new GlobalVariable(module, value->getType(), true, GlobalValue::InternalLinkage, value,
                                    "cleave.kind." + Twine(id));
  module.getOrInsertNamedMetadata("cleave.tasks")
      ->addOperand(MDNode::get(context, {ValueAsMetadata::get(call), ValueAsMetadata::get(global), MDString::get(context, name),
                                         MDString::get(context, file), ValueAsMetadata::get(ConstantInt::get(i32, line))}));
  return global;
}

GlobalVariable *ProgramAbi::kind(const Candidate &candidate) {
  auto [it, isNew] = kinds.try_emplace(candidate.function, nullptr);
  if (!isNew)
    return it->second;
  const FunctionFacts &facts = candidate.facts;
  SmallVector<KindParameter, 6> list;
  for (const PassedValue &parameter : facts.parameters) {
    bool owned = parameter.passing == Passing::Indirect || parameter.passing == Passing::ByVal ||
                 (parameter.passing == Passing::Direct && !holdsView(module, parameter.typeNode));
    list.push_back({parameter.typeNode, owned});
  }
  GlobalVariable *global =
      kind(facts.name, facts.file, facts.line, list, facts.result.typeNode,
           callThunk(candidate, "cleave.call." + Twine(kindCount)), candidate.kindFlags);
  return kinds[candidate.function] = global;
}

Function *ProgramAbi::localCall(const Candidate &candidate) {
  return callThunk(candidate, "cleave.local." + candidate.function->getName());
}

GlobalVariable *ProgramAbi::site(GlobalVariable *kind, const Instruction &where, uint32_t sharedMask, SiteCost cost,
                                 LocalWork local) {
  SourcePlace place = outerPlaceOf(where);
  auto orNull = [&](Function *function) {
    return function ? cast<Constant>(function) : ConstantPointerNull::get(PointerType::get(context, 0));
  };
  Constant *learnt = ConstantAggregateZero::get(ArrayType::get(i64, CLEAVE_LEARNT_WORDS));
  Constant *value = ConstantStruct::getAnon({kind, text(place.file), ConstantInt::get(i32, place.line),
                                             ConstantInt::get(i32, sharedMask), ConstantFP::get(real, cost.baseNs),
                                             ConstantFP::get(real, cost.perByteNs),
                                             orNull(local.call), ConstantInt::get(i64, local.flags), orNull(local.split),
                                             ConstantInt::get(i64, 0), learnt});
  auto *site = new GlobalVariable(module, value->getType(), false, GlobalValue::InternalLinkage, value, "cleave.site");
  site->setSection(CLEAVE_SITES_SECTION);
  site->setAlignment(Align(alignof(cleave_site))); // nothing between two of them
  return site;
}

GlobalVariable *ProgramAbi::cutFunction() {
  auto *list = ArrayType::get(i64, CLEAVE_DEPTHS);
  auto *type = StructType::get(context, {list, list});
  return new GlobalVariable(module, type, false, GlobalValue::InternalLinkage, ConstantAggregateZero::get(type),
                            "cleave.function");
}

static std::pair<Instruction *, Instruction *> ifSkips(IRBuilderBase &builder, Value *skipsAt) {
  Type *word = builder.getInt64Ty();
  LoadInst *skips = builder.CreateAlignedLoad(word, skipsAt, Align(8));
  skips->setAtomic(AtomicOrdering::Monotonic);
  Instruction *skipping, *asking;
  SplitBlockAndInsertIfThenElse(builder.CreateIsNotNull(skips), builder.GetInsertPoint(), &skipping, &asking);
  builder.SetInsertPoint(skipping);
  builder.CreateAlignedStore(builder.CreateSub(skips, builder.getInt64(1)), skipsAt, Align(8))
      ->setAtomic(AtomicOrdering::Monotonic);
  return {skipping, asking};
}

std::pair<Instruction *, Instruction *> ProgramAbi::ifSkips(IRBuilderBase &builder, GlobalVariable *site) {
  return cleave::ifSkips(builder, builder.CreateStructGEP(site->getValueType(), site, 9));
}

std::pair<Instruction *, Instruction *> ProgramAbi::ifSkipsAtDepth(IRBuilderBase &builder, GlobalVariable *cutFunction) {
  Value *here = builder.CreateAlignedLoad(i64, builder.CreateThreadLocalAddress(depth), Align(8));
  Value *place = builder.CreateBinaryIntrinsic(Intrinsic::umin, here, builder.getInt64(CLEAVE_DEPTHS - 1));
  return cleave::ifSkips(builder, builder.CreateInBoundsGEP(cutFunction->getValueType(), cutFunction,
                                                            {builder.getInt64(0), builder.getInt32(0), place}));
}

} // namespace cleave
