// Dispatch.cpp - whole-program resolution of calls through pointers.
//
// THE PROBLEM. `shape->area()`, `function(x)` and `table[i](x)` may call anything, as far as one file can see. So their
// effects are unknown, and whatever contains them stays where it is.
//
// THE ANSWER. The program is linked statically and has no other code than what is here, so all that such a call can reach
// is here too:
//   - a virtual call: what the tables of the class and of those that derive from it have in its slot. Clang says which
//     class and slot (-fwhole-program-vtables: a type test beside the call, type metadata on the tables);
//   - the call inside std::function: the invokers that libstdc++'s template made for that signature. Facts.cpp of the
//     frontend lists them; nothing else is ever stored there. Likewise for its managers (copy, destroy);
//   - any other: the functions of that type whose address is taken anywhere.
// Each such call becomes a direct call of a DISPATCHER, a function that says it in words that every analysis knows:
//
//     double dispatch(ptr this):  table = load this; target = load table + 16
//                                 if (target == Circle::area) return Circle::area(this)
//                                 if (target == Square::area) return Square::area(this)
//                                 unreachable
//
// so that summaries, the order of the call graph, recursion and the search for cuts need to know nothing of it. If the
// targets carry facts, so does the dispatcher, as `Shape::area() const` of whatever derives from Shape: a virtual call in
// a loop can itself become a task. When the program has been cut, the dispatcher becomes the one indirect call that stood
// there (its callees are listed beside it, for the linker), in tasks and in what else is made of prepared code; the plain
// program never saw it (PlainVersion.cpp). Only in functions that were cut does the chain stay: it leads to cut versions.
//
// Refused: everything, if native objects are linked that may hold functions and classes of their own; calls through std's
// own classes (their tables are in libstdc++.a); more than `maxTargets`; function pointers, if the program asks somebody
// outside for one (dlsym, signal, ...).
#include "passes/Dispatch.h"
#include "passes/Facts.h"
#include "passes/Models.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/TypeMetadataUtils.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace cleave {

static constexpr const char *dispatcherMark = "cleave-dispatcher";
static constexpr const char *virtualMark = "cleave.virtual"; ///< on a call: !{type id, slot}
static constexpr const char *targetsMark = "cleave.targets"; ///< on a dispatcher and on an indirect call
static constexpr const char *slotMark = "cleave-slot";       ///< attribute of a virtual call's dispatcher
static constexpr unsigned maxTargets = 16;

bool isDispatcher(const Function &function) { return function.hasFnAttribute(dispatcherMark); }

std::string spokenName(const Function &function) {
  if (!isDispatcher(function))
    return spokenName(function.getName());
  std::optional<FunctionFacts> facts = readFacts(function);
  return facts ? facts->name.take_until([](char c) { return c == '('; }).str() : "what a pointer leads to";
}

void markVirtualCalls(Module &module) {
  LLVMContext &context = module.getContext();
  for (Intrinsic::ID id : {Intrinsic::public_type_test, Intrinsic::type_test}) {
    Function *test = Intrinsic::getDeclarationIfExists(&module, id);
    if (!test)
      continue;
    for (User *user : make_early_inc_range(test->users())) {
      auto *call = cast<CallInst>(user);
      DominatorTree dominators(*call->getFunction());
      SmallVector<DevirtCallSite, 1> found;
      SmallVector<CallInst *, 1> assumes;
      findDevirtualizableCallsForTypeTest(found, assumes, call, dominators);
      Metadata *typeId = cast<MetadataAsValue>(call->getArgOperand(1))->getMetadata();
      for (const DevirtCallSite &site : found) {
        Metadata *slot = ConstantAsMetadata::get(ConstantInt::get(Type::getInt64Ty(context), site.Offset));
        site.CB.setMetadata(virtualMark, MDNode::get(context, {typeId, slot}));
      }
      for (CallInst *assume : assumes)
        assume->eraseFromParent();
      call->replaceAllUsesWith(ConstantInt::getTrue(context));
      call->eraseFromParent();
    }
    test->eraseFromParent();
  }
}

namespace {
/// Everything that one kind of call may reach.
using Targets = SmallVector<Function *, 8>;

class Dispatchers {
public:
  explicit Dispatchers(Module &module) : module(module), context(module.getContext()) {
    collectTables();
    collectPointers();
  }
  void run();

private:
  void collectTables();
  void collectPointers();
  Function *functionIn(GlobalVariable &table, uint64_t offset) const;
  bool isLibrarysWhat(Metadata *typeId, uint64_t slot) const;
  bool resolveVirtual(const CallBase &call, Metadata *typeId, uint64_t slot, Targets &targets);
  bool resolve(CallBase &call);
  bool add(const CallBase &call, Function *target, Targets &targets);
  Function *create(CallBase &call, const Targets &targets, std::optional<uint64_t> slot);
  void describe(Function &dispatcher, const Targets &targets, Metadata *typeId);
  void replace(CallBase &call, Function &dispatcher, bool passesTarget);

  Module &module;
  LLVMContext &context;
  DenseMap<Metadata *, SmallVector<std::pair<GlobalVariable *, uint64_t>, 4>> tables;
  MapVector<FunctionType *, Targets> pointers; ///< functions whose address is taken
  bool isOpen = false;                         ///< function pointers may come from outside
  /// By what is called: (type id, slot) or, for others, a list's key and null.
  DenseMap<std::pair<std::pair<Metadata *, uint64_t>, FunctionType *>, Function *> known;
  unsigned count = 0;
};
} // namespace

/// Functions of the C and C++ libraries that hand out pointers to functions.
static bool givesFunctions(StringRef name) {
  static const StringRef names[] = {"dlsym", "dlvsym", "signal", "bsd_signal", "sysv_signal", "sigaction", "sigset",
                                    "_ZSt13set_terminatePFvvE", "_ZSt13get_terminatev", "_ZSt15set_new_handlerPFvvE",
                                    "_ZSt15get_new_handlerv", "_ZSt14set_unexpectedPFvvE"};
  return is_contained(names, name);
}

void Dispatchers::collectTables() {
  for (GlobalVariable &table : module.globals()) {
    SmallVector<MDNode *, 4> types;
    table.getMetadata(LLVMContext::MD_type, types);
    for (const MDNode *type : types)
      tables[type->getOperand(1).get()].push_back(
          {&table, mdconst::extract<ConstantInt>(type->getOperand(0))->getZExtValue()});
  }
}

void Dispatchers::collectPointers() {
  for (Function &function : module) {
    isOpen |= function.isDeclaration() && !function.use_empty() && givesFunctions(function.getName());
    if (!function.isIntrinsic() && function.hasAddressTaken())
      pointers[function.getFunctionType()].push_back(&function);
  }
}

bool Dispatchers::add(const CallBase &call, Function *target, Targets &targets) {
  if (!target)
    return false;
  if (target->getName() == "__cxa_pure_virtual" || is_contained(targets, target))
    return true; // calling the former ends the program before it does anything else
  // Thunks of covariant results and the like fit exactly; what does not was never called through this type.
  if (target->getFunctionType() != call.getFunctionType() || target->isVarArg())
    return false;
  targets.push_back(target);
  return targets.size() <= maxTargets;
}

/// Tables of the library's own classes are in libstdc++.a.
static bool isLibraryClass(const Metadata *typeId) {
  auto *text = dyn_cast<MDString>(typeId);
  StringRef name = text ? text->getString() : StringRef();
  return name.consume_front("_ZTS") &&
         (name.starts_with("S") || name.starts_with("NS") || name.starts_with("NKS") || name.starts_with("N10__cxxabiv1") ||
          name.starts_with("N9__gnu_cxx"));
}

/// Null: nobody knows.
Function *Dispatchers::functionIn(GlobalVariable &table, uint64_t offset) const {
  if (table.isDeclarationForLinker() || !table.isConstant())
    return nullptr;
  Constant *entry = getPointerAtOffset(table.getInitializer(), offset, module);
  return entry ? dyn_cast<Function>(entry->stripPointerCastsAndAliases()) : nullptr;
}

/// `error.what()` of one of the library's classes, which no class of the program has one of its own for. What the library's do is
/// known (Models.cpp).
bool Dispatchers::isLibrarysWhat(Metadata *typeId, uint64_t slot) const {
  constexpr uint64_t whatSlot = 16; // behind two destructors
  auto *text = dyn_cast<MDString>(typeId);
  StringRef name = text ? text->getString() : StringRef();
  if (slot != whatSlot || !name.consume_front("_ZTS") || !isExceptionClass(demangledName(("_Z" + name).str()) + "::"))
    return false;
  return all_of(tables.lookup(typeId), [&](auto place) {
    Function *target = functionIn(*place.first, place.second + slot);
    return target && target->isDeclaration() && isExceptionClass(demangledName(target->getName()));
  });
}

bool Dispatchers::resolveVirtual(const CallBase &call, Metadata *typeId, uint64_t slot, Targets &targets) {
  if (isLibraryClass(typeId))
    return false;
  for (auto [table, point] : tables.lookup(typeId))
    if (!add(call, functionIn(*table, point + slot), targets))
      return false;
  return !targets.empty();
}

static Value *thisOf(CallBase &call) {
  unsigned index = call.arg_size() && call.paramHasAttr(0, Attribute::StructRet) ? 1 : 0;
  return index < call.arg_size() ? call.getArgOperand(index) : nullptr;
}

/// Is the called function what stands in slot `slot` of the table of the very object that is passed as `this`?
static bool loadsFromThis(CallBase &call, uint64_t slot) {
  auto *target = dyn_cast<LoadInst>(call.getCalledOperand());
  if (!target)
    return false;
  APInt offset(64, 0);
  auto *table = dyn_cast<LoadInst>(target->getPointerOperand()->stripAndAccumulateConstantOffsets(
      call.getDataLayout(), offset, /*AllowNonInbounds=*/true));
  return table && offset == slot && table->getPointerOperand() == thisOf(call);
}

/// A virtual call that carries no mark, because its class says that code outside may derive from it.
static bool isUnmarkedVirtualCall(const CallBase &call) {
  auto *target = dyn_cast<LoadInst>(call.getCalledOperand());
  auto *table = target ? dyn_cast<LoadInst>(target->getPointerOperand()->stripInBoundsOffsets()) : nullptr;
  const MDNode *access = table ? table->getMetadata(LLVMContext::MD_tbaa) : nullptr;
  auto *type = access && access->getNumOperands() > 1 ? dyn_cast<MDNode>(access->getOperand(1)) : nullptr;
  auto *name = type && type->getNumOperands() ? dyn_cast<MDString>(type->getOperand(0)) : nullptr;
  return name && name->getString() == "vtable pointer";
}

bool Dispatchers::resolve(CallBase &call) {
  Targets targets;
  std::optional<uint64_t> slot;
  Metadata *key = nullptr;
  const Function &function = *call.getFunction();
  const MDNode *invokes = function.getMetadata("cleave.invokes");
  if (const MDNode *mark = call.getMetadata(virtualMark)) {
    key = mark->getOperand(0).get();
    slot = mdconst::extract<ConstantInt>(mark->getOperand(1))->getZExtValue();
    if (!loadsFromThis(call, *slot))
      return false;
    if (isLibrarysWhat(key, *slot))
      call.setMetadata(exceptionsWhat, MDNode::get(context, {}));
    if (!resolveVirtual(call, key, *slot, targets))
      return false;
  } else if (invokes || function.hasMetadata("cleave.manages")) {
    key = function.getMetadata(invokes ? "cleave.invokes" : "cleave.manages");
    const NamedMDNode *list = module.getNamedMetadata("cleave.functors");
    for (const MDNode *node : list ? list->operands() : iterator_range<NamedMDNode::const_op_iterator>({}, {})) {
      auto *target = mdconst::dyn_extract_or_null<Function>(node->getOperand(invokes ? 2 : 1));
      bool isOurs = !invokes || node->getOperand(0).get() == invokes->getOperand(0).get();
      if (isOurs && target && !add(call, target, targets))
        return false;
    }
  } else {
    auto it = isOpen || isUnmarkedVirtualCall(call) ? pointers.end() : pointers.find(call.getFunctionType());
    if (it == pointers.end() || it->second.size() > maxTargets)
      return false;
    targets = it->second;
  }
  if (targets.empty())
    return false;
  auto [place, isNew] = known.try_emplace({{key, slot.value_or(~0ull)}, call.getFunctionType()}, nullptr);
  if (isNew) {
    place->second = create(call, targets, slot);
    if (slot)
      describe(*place->second, targets, key);
  }
  replace(call, *place->second, !slot);
  return true;
}

/// Attributes of a call that belong to its arguments and result.
static AttributeList valueAttributes(const CallBase &call) {
  return call.getAttributes().removeFnAttributes(call.getContext());
}

/// What `dispatcher` is to call, from its last argument or from the object's table, and what to call it with.
static std::pair<Value *, SmallVector<Value *, 8>> buildTarget(Function &dispatcher, IRBuilderBase &builder) {
  SmallVector<Value *, 8> arguments;
  for (Argument &argument : dispatcher.args())
    arguments.push_back(&argument);
  Attribute slot = dispatcher.getFnAttribute(slotMark);
  uint64_t offset = 0;
  if (!slot.isValid() || slot.getValueAsString().getAsInteger(10, offset))
    return {arguments.back(), SmallVector<Value *, 8>(drop_end(arguments))};
  Value *self = arguments[dispatcher.hasStructRetAttr() ? 1 : 0];
  self->setName("this");
  Value *table = builder.CreateLoad(builder.getPtrTy(), self, "table");
  Value *place = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), table, offset);
  return {builder.CreateLoad(builder.getPtrTy(), place, "target"), arguments};
}

static void finish(IRBuilderBase &builder, CallInst *call) {
  if (call->getType()->isVoidTy())
    builder.CreateRetVoid();
  else
    builder.CreateRet(call);
}

Function *Dispatchers::create(CallBase &call, const Targets &targets, std::optional<uint64_t> slot) {
  FunctionType *type = call.getFunctionType();
  SmallVector<Type *, 8> parameters(type->params());
  if (!slot)
    parameters.push_back(PointerType::get(context, 0));
  Function *dispatcher = Function::Create(FunctionType::get(type->getReturnType(), parameters, false),
                                          GlobalValue::InternalLinkage, "cleave.dispatch." + Twine(count++), module);
  dispatcher->setAttributes(valueAttributes(call));
  dispatcher->addFnAttr(dispatcherMark);
  dispatcher->addFnAttr(Attribute::NoInline);
  for (StringRef kept : {"target-cpu", "target-features", "tune-cpu"})
    if (Attribute attribute = call.getFunction()->getFnAttribute(kept); attribute.isValid())
      dispatcher->addFnAttr(attribute);
  if (slot)
    dispatcher->addFnAttr(slotMark, std::to_string(*slot));
  SmallVector<Metadata *, 8> list;
  for (Function *one : targets)
    list.push_back(ValueAsMetadata::get(one));
  dispatcher->setMetadata(targetsMark, MDNode::get(context, list));
  IRBuilder<> builder(BasicBlock::Create(context, "entry", dispatcher));
  auto [target, arguments] = buildTarget(*dispatcher, builder);
  for (Function *one : targets) {
    BasicBlock *match = BasicBlock::Create(context, "", dispatcher), *next = BasicBlock::Create(context, "", dispatcher);
    builder.CreateCondBr(builder.CreateICmpEQ(target, one), match, next);
    builder.SetInsertPoint(match);
    CallInst *direct = builder.CreateCall(one, arguments);
    direct->setAttributes(valueAttributes(call));
    direct->setIsNoInline(); // the analyses ask whose code touches what
    finish(builder, direct);
    builder.SetInsertPoint(next);
  }
  builder.CreateUnreachable();
  return dispatcher;
}

/// Facts of the function that all targets override, made of a target's: the same but for the class.
void Dispatchers::describe(Function &dispatcher, const Targets &targets, Metadata *typeId) {
  const NamedMDNode *classes = module.getNamedMetadata("cleave.classes");
  if (!classes || !isa<MDString>(typeId))
    return;
  const MDNode *base = nullptr;
  for (const MDNode *node : classes->operands())
    if (node->getNumOperands() > 4 && node->getOperand(1).get() == typeId)
      base = node;
  for (const Function *target : targets)
    if (!readFacts(*target))
      return;
  auto facts = readFacts(*targets.front());
  if (!base || !facts || facts->parameters.empty() || facts->parameters[0].name != "this")
    return;
  MDNode *node = targets.front()->getMetadata("cleave.function");
  StringRef className = cast<MDString>(base->getOperand(0))->getString();
  StringRef member = facts->shortName();
  StringRef rest(member.data(), facts->name.end() - member.data());
  SmallVector<Metadata *, 8> operands(node->op_begin(), node->op_end());
  operands[0] = MDString::get(context, (className + "::" + rest).str());
  constexpr unsigned self = 4; // after name, file, line and result
  auto *old = cast<MDNode>(operands[self]);
  SmallVector<Metadata *, 7> passed(old->op_begin(), old->op_end());
  bool isConst = facts->parameters[0].passing == Passing::Borrowed;
  passed[1] = MDString::get(context, ((isConst ? "const " : "") + className + " *").str());
  passed[5] = base->getOperand(4);
  operands[self] = MDNode::get(context, passed);
  dispatcher.setMetadata("cleave.function", MDNode::get(context, operands));
}

void Dispatchers::replace(CallBase &call, Function &dispatcher, bool passesTarget) {
  call.setMetadata(virtualMark, nullptr);
  if (!passesTarget)
    return call.setCalledFunction(&dispatcher);
  SmallVector<Value *, 8> arguments(call.args());
  arguments.push_back(call.getCalledOperand());
  IRBuilder<> builder(&call);
  CallBase *direct;
  if (auto *invoke = dyn_cast<InvokeInst>(&call))
    direct = builder.CreateInvoke(&dispatcher, invoke->getNormalDest(), invoke->getUnwindDest(), arguments);
  else
    direct = builder.CreateCall(&dispatcher, arguments);
  direct->setAttributes(valueAttributes(call));
  direct->copyMetadata(call);
  direct->takeName(&call);
  call.replaceAllUsesWith(direct);
  call.eraseFromParent();
}

void Dispatchers::run() {
  SmallVector<CallBase *, 32> calls;
  for (Function &function : module)
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallBase>(&instruction);
          call && call->isIndirectCall() && !call->isMustTailCall() && !call->hasOperandBundles() &&
          !call->getFunctionType()->isVarArg() && !isa<CallBrInst>(call) && call->getCallingConv() == CallingConv::C)
        calls.push_back(call);
  for (CallBase *call : calls)
    resolve(*call);
}

void makeDispatchers(Module &module) {
  if (!module.getNamedMetadata("cleave.foreign"))
    Dispatchers(module).run();
}

/// The attributes of result and first `count` parameters.
static AttributeList attributesFor(const Function &dispatcher, unsigned count) {
  AttributeList all = dispatcher.getAttributes();
  SmallVector<AttributeSet, 8> parameters;
  for (unsigned k = 0; k < count; ++k)
    parameters.push_back(all.getParamAttrs(k));
  return AttributeList::get(dispatcher.getContext(), AttributeSet(), all.getRetAttrs(), parameters);
}

void releaseDispatchers(Module &module) {
  for (Function &dispatcher : module) {
    MDNode *targets = isDispatcher(dispatcher) ? dispatcher.getMetadata(targetsMark) : nullptr;
    // A cut version leads to cut versions.
    if (!targets || dispatcher.getName().contains(".cut"))
      continue;
    MDNode *facts = dispatcher.getMetadata("cleave.function");
    dispatcher.deleteBody();
    dispatcher.setLinkage(GlobalValue::InternalLinkage);
    dispatcher.setMetadata("cleave.function", facts);
    IRBuilder<> builder(BasicBlock::Create(module.getContext(), "entry", &dispatcher));
    auto [target, arguments] = buildTarget(dispatcher, builder);
    SmallVector<Type *, 8> types;
    for (Value *argument : arguments)
      types.push_back(argument->getType());
    CallInst *call = builder.CreateCall(FunctionType::get(dispatcher.getReturnType(), types, false), target, arguments);
    call->setAttributes(attributesFor(dispatcher, arguments.size()));
    call->setMetadata(targetsMark, targets);
    finish(builder, call);
    dispatcher.removeFnAttr(Attribute::NoInline);
    dispatcher.addFnAttr(Attribute::AlwaysInline);
  }
}

} // namespace cleave
