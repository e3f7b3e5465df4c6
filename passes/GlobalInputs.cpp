// GlobalInputs.cpp - implicit inputs made explicit.
//
//     std::vector<double> weights;                       // filled before the loop
//     double score(const Item &item) { ... weights[k] ... }
//     for (const Item &item : items) scores.push_back(score(item));
//
// A task has no globals but constants. What score() needs to run somewhere else is the value that `weights` has when it
// is called: a parameter in all but name. So it gets one, `const std::vector<double> &weights`, and so do the functions
// that it calls and that read `weights`; each caller passes on its own, or the address of the global:
//
//     double score(const Item &item, const std::vector<double> &weights)
//     for (const Item &item : items) scores.push_back(score(item, weights));
//
// The program means the same. Whether the call may run ahead is then decided as for any borrowed argument: by overlap
// with what the loop, or the code up to the join, writes. No rule about globals is needed there, and none is added.
//
// Only for functions that read such globals and never write them (then `global-write` has refused them), whose callers
// are all known, and for globals whose type the frontend has described (`!cleave.global`) and that can travel.
#include "passes/GlobalInputs.h"
#include "passes/Dispatch.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/ReplaceConstant.h"

using namespace llvm;

namespace cleave {

namespace {

using GlobalSet = SmallSetVector<GlobalVariable *, 4>;

class GlobalPasser {
public:
  GlobalPasser(Module &module, const Effects &effects) : module(module), effects(effects) {}

  void choose(const Function &function);
  bool run();

private:
  bool canTravel(const GlobalVariable &global) const;
  bool readsOf(const Function &function, GlobalSet &globals) const;
  bool collect(const Function &function, SmallSetVector<Function *, 8> &found) const;
  Function *widen(Function &function, const GlobalSet &globals);
  void describe(Function &function, unsigned firstArgument, const GlobalSet &globals);
  void passAtCalls(Function &old, Function &widened, const GlobalSet &globals);

  Module &module;
  const Effects &effects;
  SmallSetVector<Function *, 16> chosen;
  GlobalSet passed; ///< all globals that some chosen function reads
};

} // namespace

static bool isKnownThroughout(const Function &function) {
  return function.hasLocalLinkage() && !function.isVarArg() && !function.isDeclaration() && !isDispatcher(function) &&
         all_of(function.uses(), [&](const Use &use) {
           auto *call = dyn_cast<CallBase>(use.getUser());
           return call && call->isCallee(&use) && call->getFunctionType() == function.getFunctionType() &&
                  !call->isMustTailCall() && !isa<CallBrInst>(call);
         });
}

/// name, type as written, type node.
static const MDNode *factsOf(const GlobalVariable &global) {
  const MDNode *node = global.getMetadata("cleave.global");
  return node && node->getNumOperands() == 3 && nodeOperand(node, 2) ? node : nullptr;
}

bool GlobalPasser::canTravel(const GlobalVariable &global) const {
  const MDNode *node = factsOf(global);
  if (!node || !global.hasLocalLinkage() || global.isThreadLocal() || !global.hasInitializer())
    return false;
  const MDNode *type = nodeOperand(node, 2);
  return whyNotPortable(module, type, true).empty() && !holdsView(module, type) && !isBaseClass(module, type) &&
         typeSize(type) == module.getDataLayout().getTypeAllocSize(global.getValueType());
}

/// The changing globals that `function` reads. False: one of them cannot be passed.
bool GlobalPasser::readsOf(const Function &function, GlobalSet &globals) const {
  const FunctionMemory &memory = effects.ownership().memory(function);
  for (auto &[id, cause] : effects.summary(function).reads) {
    const MemoryObject &object = memory.object(cause.object);
    if (object.kind != MemoryObject::Kind::Global)
      continue;
    auto *global = const_cast<GlobalVariable *>(cast<GlobalVariable>(object.value));
    if (isNeverWritten(*global))
      continue;
    if (!canTravel(*global))
      return false;
    globals.insert(global);
  }
  return true;
}

/// `function` and all that it calls and that read such globals too.
bool GlobalPasser::collect(const Function &function, SmallSetVector<Function *, 8> &found) const {
  found.insert(const_cast<Function *>(&function));
  for (unsigned k = 0; k < found.size(); ++k) {
    if (!isKnownThroughout(*found[k]))
      return false;
    for (const Instruction &instruction : instructions(*found[k])) {
      auto *call = dyn_cast<CallBase>(&instruction);
      Function *callee = call ? call->getCalledFunction() : nullptr;
      GlobalSet reads;
      if (callee && !callee->isDeclaration() && (!readsOf(*callee, reads) || !reads.empty()))
        found.insert(callee);
    }
  }
  return true;
}

void GlobalPasser::choose(const Function &function) {
  GlobalSet globals;
  SmallSetVector<Function *, 8> found;
  if (!readsOf(function, globals) || globals.empty() || !collect(function, found))
    return;
  chosen.insert(found.begin(), found.end());
  passed.insert(globals.begin(), globals.end());
}

/// The facts of a function with facts tell of the new parameters too.
void GlobalPasser::describe(Function &function, unsigned firstArgument, const GlobalSet &globals) {
  const MDNode *facts = function.getMetadata("cleave.function");
  if (!facts)
    return;
  LLVMContext &context = module.getContext();
  auto number = [&](unsigned value) {
    return ConstantAsMetadata::get(ConstantInt::get(Type::getInt32Ty(context), value));
  };
  SmallVector<Metadata *, 8> operands(facts->operands());
  for (const GlobalVariable *global : globals) {
    const MDNode *node = factsOf(*global);
    operands.push_back(MDNode::get(context, {node->getOperand(0).get(), node->getOperand(1).get(),
                                             MDString::get(context, "borrowed"), number(firstArgument++), number(1),
                                             node->getOperand(2).get()}));
  }
  function.setMetadata("cleave.function", MDNode::get(context, operands));
}

/// A function with `function`'s body, name and properties, and the addresses of `globals` as further parameters.
Function *GlobalPasser::widen(Function &function, const GlobalSet &globals) {
  unsigned count = function.arg_size();
  SmallVector<Type *, 8> types(function.getFunctionType()->params());
  types.append(globals.size(), PointerType::get(module.getContext(), 0));
  Function *widened = Function::Create(FunctionType::get(function.getReturnType(), types, false), function.getLinkage(),
                                       function.getAddressSpace());
  module.getFunctionList().insert(function.getIterator(), widened);
  widened->copyAttributesFrom(&function);
  // What was known of its memory was known of a function that reads globals.
  widened->removeFnAttr(Attribute::Memory);
  widened->takeName(&function);
  widened->splice(widened->begin(), &function);
  widened->copyMetadata(&function, 0);
  function.clearMetadata();
  for (unsigned k = 0; k < count; ++k) {
    function.getArg(k)->replaceAllUsesWith(widened->getArg(k));
    widened->getArg(k)->takeName(function.getArg(k));
  }
  for (unsigned k = 0; k < globals.size(); ++k)
    widened->getArg(count + k)->setName(globals[k]->getName());
  describe(*widened, count, globals);
  return widened;
}

/// Every call passes the globals themselves; inside of the chosen functions these become parameters afterwards.
void GlobalPasser::passAtCalls(Function &old, Function &widened, const GlobalSet &globals) {
  for (Use &use : make_early_inc_range(old.uses())) {
    auto *call = cast<CallBase>(use.getUser());
    SmallVector<Value *, 8> arguments(call->args());
    append_range(arguments, globals);
    SmallVector<OperandBundleDef, 1> bundles;
    call->getOperandBundlesAsDefs(bundles);
    CallBase *made;
    if (auto *invoke = dyn_cast<InvokeInst>(call)) {
      made = InvokeInst::Create(widened.getFunctionType(), &widened, invoke->getNormalDest(), invoke->getUnwindDest(),
                                arguments, bundles, "", call->getIterator());
    } else {
      made = CallInst::Create(widened.getFunctionType(), &widened, arguments, bundles, "", call->getIterator());
      cast<CallInst>(made)->setTailCallKind(CallInst::TCK_None);
    }
    made->setCallingConv(call->getCallingConv());
    made->setAttributes(call->getAttributes().removeFnAttribute(module.getContext(), Attribute::Memory));
    made->copyMetadata(*call);
    made->setDebugLoc(call->getDebugLoc());
    made->takeName(call);
    call->replaceAllUsesWith(made);
    call->eraseFromParent();
  }
}

bool GlobalPasser::run() {
  if (chosen.empty())
    return false;
  // Whoever calls a chosen function passes a global on: it reads what they read, so it is among its own or it is not
  // chosen at all.
  SmallVector<std::pair<Function *, GlobalSet>, 16> widened;
  SmallVector<std::pair<Function *, GlobalSet>, 16> work;
  for (Function *function : chosen) {
    GlobalSet globals;
    readsOf(*function, globals);
    globals.remove_if([&](GlobalVariable *global) { return !passed.contains(global); });
    work.push_back({function, globals});
  }
  for (auto &[function, globals] : work) {
    Function *made = widen(*function, globals);
    passAtCalls(*function, *made, globals);
    function->eraseFromParent();
    widened.push_back({made, globals});
  }
  SmallVector<Constant *, 8> constants(passed.begin(), passed.end());
  for (auto &[function, globals] : widened) {
    convertUsersOfConstantsToInstructions(constants, function);
    for (unsigned k = 0; k < globals.size(); ++k) {
      Argument *parameter = function->getArg(function->arg_size() - globals.size() + k);
      globals[k]->replaceUsesWithIf(parameter, [&](Use &use) {
        auto *user = dyn_cast<Instruction>(use.getUser());
        return user && user->getFunction() == function;
      });
    }
  }
  return true;
}

bool passGlobals(Module &module, const MapVector<const Function *, Candidate> &candidates, const Effects &effects) {
  GlobalPasser passer(module, effects);
  for (auto &[function, candidate] : candidates)
    // What a global container owns is memory of nobody's in particular until the container is a parameter.
    if (candidate.refusal.reason == "global-read" || candidate.refusal.reason == "unknown-read")
      passer.choose(*function);
  return passer.run();
}

} // namespace cleave
