// Extract.cpp - a task's module: what its call function reaches, and nothing else.
//
// The cut program is one module of perhaps thousands of functions; a task reaches a few dozen. For each kind the
// closure of its call function and its descriptor is copied into a fresh module and written as bitcode.
//
// What is different in a task:
//
//  * Nothing is caught. Whatever throws ends the task, and the program does the work again in place (program.h). So
//    an `invoke` is a call, landing pads are dead, and they are dead BEFORE the closure is taken: otherwise every
//    task would drag the destructors and type infos of paths that it can never take.
//  * Nothing is seen from outside but two symbols, so all else becomes internal and comdats mean nothing.
//  * A virtual table does not bring all its functions. Which of them a task can call is known: those that its calls name
//    (`!cleave.targets`, passes/Dispatch.cpp). The other slots are null, and a task that only moves objects about does
//    not hold the program's way of printing them. Likewise for what tells one std::function from another.
//  * The binary's digest is the task's identity (design, section 5). Everything that says where the code stood and
//    not what it does is taken out: source names, lines, the kind's id, debug information. Globals are emitted in the
//    order of first reach, so an edit elsewhere in the program does not reorder them.
//
// Rejected: CloneModule with a filter. It makes a declaration of every global of the program in every task, and
// then has to clean them up. Lazy loading of the program's bitcode parses the whole
// module's globals and metadata for each kind and cannot leave the landing pads behind.
#include "linker/Extract.h"
#include "linker/Kind.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;

namespace cleave {
namespace {

/// Tables of functions that are there to be told apart, or called through calls that say what they call.
static bool isVirtualTable(const GlobalVariable &variable) { return variable.getName().starts_with("_ZTV"); }
static bool isSymbolTable(const GlobalVariable &variable) { return variable.getName().starts_with("cleave.symbols"); }

/// Behind a std::type_info's own virtual table is what catching and dynamic_cast need, and a task has neither.
static bool isRuntimeTable(const Constant &constant) {
  auto *variable = dyn_cast<GlobalVariable>(&constant);
  return variable && variable->isDeclaration() && variable->getName().starts_with("_ZTVN10__cxxabiv1");
}

/// The globals that a task reaches, in the order of first reach.
class Closure {
public:
  Closure(Function &call, const Constant &kind) {
    addConstant(&kind);
    addConstant(&call);
    // Grows while it is walked.
    for (size_t i = 0; i < reached.size(); ++i)
      visit(*reached[i]);
  }
  ArrayRef<GlobalValue *> globals() const { return reached.getArrayRef(); }

private:
  void visit(GlobalValue &global) {
    if (auto *variable = dyn_cast<GlobalVariable>(&global)) {
      if (variable->hasInitializer())
        addConstant(variable->getInitializer(), isVirtualTable(*variable) || isSymbolTable(*variable));
    } else if (auto *alias = dyn_cast<GlobalAlias>(&global)) {
      addConstant(alias->getAliasee());
    } else if (auto *function = dyn_cast<Function>(&global)) {
      if (!function->isDeclaration())
        visitBody(*function);
    }
  }

  void visitBody(Function &function) {
    SmallVector<BasicBlock *, 32> work{&function.getEntryBlock()};
    SmallPtrSet<BasicBlock *, 32> seen{work.front()};
    while (!work.empty()) {
      BasicBlock *block = work.pop_back_val();
      for (Instruction &instruction : *block) {
        for (Value *operand : instruction.operands())
          if (auto *constant = dyn_cast<Constant>(operand))
            addConstant(constant);
        if (const MDNode *targets = instruction.getMetadata("cleave.targets"))
          for (const MDOperand &target : targets->operands())
            if (auto *function = mdconst::dyn_extract_or_null<Function>(target))
              addConstant(function);
      }
      auto *invoke = dyn_cast<InvokeInst>(block->getTerminator());
      for (BasicBlock *next : successors(block))
        if (!(invoke && next == invoke->getUnwindDest()) && seen.insert(next).second)
          work.push_back(next);
    }
  }

  void addConstant(const Constant *root, bool isTable = false) {
    SmallVector<const Constant *, 16> work{root};
    while (!work.empty()) {
      const Constant *constant = work.pop_back_val();
      if (isRuntimeTable(*constant) || (isTable && isa<Function>(constant)))
        continue;
      if (auto *global = dyn_cast<GlobalValue>(constant)) {
        reached.insert(const_cast<GlobalValue *>(global));
        continue;
      }
      if (isa<ConstantData>(constant) || !constants.insert(constant).second)
        continue;
      for (const Use &operand : reverse(constant->operands()))
        if (auto *inner = dyn_cast<Constant>(operand.get()))
          work.push_back(inner);
    }
  }

  SetVector<GlobalValue *> reached;
  SmallPtrSet<const Constant *, 32> constants;
};

/// Copies a closure into a module of its own.
class Copier {
public:
  Copier(const Module &from) : program(from), module(std::make_unique<Module>("task", from.getContext())) {
    module->setTargetTriple(from.getTargetTriple());
    module->setDataLayout(from.getDataLayout());
    copyFlags();
  }

  void declare(const GlobalValue &global) {
    GlobalValue *copy = nullptr;
    if (auto *function = dyn_cast<Function>(&global))
      copy = Function::Create(function->getFunctionType(), GlobalValue::ExternalLinkage, function->getAddressSpace(),
                              function->getName(), module.get());
    else if (auto *alias = dyn_cast<GlobalAlias>(&global))
      copy = GlobalAlias::create(alias->getValueType(), alias->getAddressSpace(), GlobalValue::InternalLinkage,
                                 alias->getName(), module.get());
    else if (auto *variable = dyn_cast<GlobalVariable>(&global))
      copy = new GlobalVariable(*module, variable->getValueType(), variable->isConstant(), GlobalValue::ExternalLinkage,
                                nullptr, variable->getName(), nullptr, variable->getThreadLocalMode(),
                                variable->getAddressSpace());
    if (!copy) // an ifunc needs a dynamic relocation: left undefined, so that lld names it
      copy = Function::Create(cast<FunctionType>(global.getValueType()), GlobalValue::ExternalLinkage, global.getName(),
                              module.get());
    map[&global] = copy;
  }

  void define(const GlobalValue &global) {
    GlobalValue *copy = cast<GlobalValue>(map[&global]);
    if (auto *variable = dyn_cast<GlobalVariable>(&global)) {
      cast<GlobalVariable>(copy)->copyAttributesFrom(variable);
      cast<GlobalVariable>(copy)->clearMetadata();
      leaveOut(*variable);
      if (variable->hasInitializer())
        cast<GlobalVariable>(copy)->setInitializer(MapValue(variable->getInitializer(), map));
    } else if (auto *alias = dyn_cast<GlobalAlias>(&global)) {
      cast<GlobalAlias>(copy)->setAliasee(MapValue(alias->getAliasee(), map));
    } else if (auto *function = dyn_cast<Function>(&global)) {
      defineFunction(*cast<Function>(copy), *function);
    }
    settleLinkage(global, *copy);
  }

  std::unique_ptr<Module> take() { return std::move(module); }
  GlobalValue *copyOf(const GlobalValue &global) { return cast<GlobalValue>(map[&global]); }
  Constant *mapped(const Constant &constant) { return MapValue(&constant, map); }

private:
  /// What the closure did not follow from here: null in a table of the program's, and in our own something to tell it by.
  void leaveOut(const GlobalVariable &variable) {
    SmallVector<const Constant *, 16> work{&variable};
    if (variable.hasInitializer())
      work.push_back(variable.getInitializer());
    while (!work.empty()) {
      const Constant *constant = work.pop_back_val();
      bool isLeftOut = isRuntimeTable(*constant) || isa<Function>(constant);
      if (isLeftOut && !map.count(constant))
        map[constant] = isSymbolTable(variable) ? absent(*constant) : Constant::getNullValue(constant->getType());
      if (!isa<GlobalValue>(constant))
        for (const Use &operand : constant->operands())
          if (auto *inner = dyn_cast<Constant>(operand.get()))
            work.push_back(inner);
    }
  }

  Constant *absent(const Constant &function) {
    Type *byte = Type::getInt8Ty(module->getContext());
    return new GlobalVariable(*module, byte, /*isConstant=*/true, GlobalValue::InternalLinkage,
                              Constant::getNullValue(byte), "cleave.absent");
  }

  void defineFunction(Function &copy, const Function &original) {
    copy.copyAttributesFrom(&original);
    if (!original.isDeclaration()) {
      for (auto [from, to] : zip(original.args(), copy.args()))
        map[&from] = &to;
      SmallVector<ReturnInst *, 8> returns;
      CloneFunctionInto(&copy, &original, map, CloneFunctionChangeType::DifferentModule, returns);
      dropUnwinding(copy);
      dropFacts(copy);
    }
    copy.setDoesNotThrow();
    // No frame is ever walked, so nobody reads the tables.
    copy.removeFnAttr(Attribute::UWTable);
  }

  static void dropUnwinding(Function &function) {
    for (BasicBlock &block : function)
      if (auto *invoke = dyn_cast<InvokeInst>(block.getTerminator()))
        changeToCall(invoke);
    removeUnreachableBlocks(function);
    function.setPersonalityFn(nullptr);
  }

  static void dropFacts(Function &function) {
    SmallVector<StringRef, 32> names;
    function.getContext().getMDKindNames(names);
    for (auto [kind, name] : enumerate(names))
      if (name.starts_with("cleave."))
        function.setMetadata(kind, nullptr);
  }

  static void settleLinkage(const GlobalValue &original, GlobalValue &copy) {
    copy.setVisibility(GlobalValue::DefaultVisibility);
    copy.setDLLStorageClass(GlobalValue::DefaultStorageClass);
    if (auto *object = dyn_cast<GlobalObject>(&copy))
      object->setComdat(nullptr);
    if (original.hasAvailableExternallyLinkage())
      copy.setLinkage(GlobalValue::AvailableExternallyLinkage); // a body to inline; the symbol is a library's
    else if (original.isDeclaration())
      copy.setLinkage(original.getLinkage());
    else
      copy.setLinkage(GlobalValue::InternalLinkage);
    copy.setDSOLocal(true);
  }

  // Flags of the position (PIC, PIE), of tables (uwtable) and of debug information are the task link's own matter.
  void copyFlags() {
    SmallVector<Module::ModuleFlagEntry, 8> flags;
    program.getModuleFlagsMetadata(flags);
    for (const Module::ModuleFlagEntry &flag : flags) {
      StringRef key = flag.Key->getString();
      if (!is_contained({"PIC Level", "PIE Level", "uwtable", "Debug Info Version", "Dwarf Version"}, key))
        module->addModuleFlag(flag.Behavior, key, flag.Val);
    }
  }

  const Module &program;
  std::unique_ptr<Module> module;
  ValueToValueMapTy map;
};

} // namespace

static Expected<SmallVector<char, 0>> extractModule(const TaskEntry &entry, const ConstantStruct &kind) {
  Constant *anonymous = anonymousKind(kind);
  Closure closure(*entry.call, *anonymous);
  Copier copier(*entry.call->getParent());
  for (const GlobalValue *global : closure.globals())
    copier.declare(*global);
  for (const GlobalValue *global : closure.globals())
    copier.define(*global);

  GlobalValue *call = copier.copyOf(*entry.call);
  Constant *kindValue = copier.mapped(*anonymous);
  std::unique_ptr<Module> module = copier.take();
  for (StringRef name : {"cleave_task_call", "cleave_task_kind"})
    if (GlobalValue *taken = module->getNamedValue(name); taken && taken != call)
      taken->setName(name + ".of_program");
  call->setName("cleave_task_call");
  call->setLinkage(GlobalValue::ExternalLinkage);
  auto *kindCopy = new GlobalVariable(*module, kindValue->getType(), /*isConstant=*/true, GlobalValue::ExternalLinkage,
                                      kindValue, "cleave_task_kind");
  kindCopy->setDSOLocal(true);
  StripDebugInfo(*module);

  std::string broken;
  raw_string_ostream words(broken);
  if (verifyModule(*module, &words))
    return createStringError("internal error: the module of task '" + entry.name + "' is broken: " + broken);
  SmallVector<char, 0> bitcode;
  raw_svector_ostream out(bitcode);
  WriteBitcodeToFile(*module, out);
  return bitcode;
}

static Expected<TaskUnit> extractTask(const MDNode &node, std::vector<Function *> &calls) {
  Expected<TaskEntry> entry = readTaskEntry(node);
  if (!entry)
    return entry.takeError();
  Expected<const ConstantStruct *> kind = kindInitializer(*entry->kind);
  if (!kind)
    return kind.takeError();
  Expected<SmallVector<char, 0>> bitcode = extractModule(*entry, **kind);
  if (!bitcode)
    return bitcode.takeError();
  calls.push_back(entry->call);
  return TaskUnit{entry->name,        entry->file, entry->line, kindId(**kind), kindSignature(**kind, *entry->call),
                  std::move(*bitcode)};
}

/// The versions that tasks were made of are not the program's (passes/PlainVersion.cpp): whatever is left of the cut code
/// that refers to one of them gets the program's own. A function that only its own file could see is called as a copy,
/// since one more call of it would count when it is inlined.
static void returnToOriginals(Module &program) {
  NamedMDNode *list = program.getNamedMetadata("cleave.originals");
  if (!list)
    return;
  for (const MDNode *node : list->operands()) {
    auto *prepared = mdconst::dyn_extract_or_null<GlobalValue>(node->getOperand(0));
    auto *original = mdconst::dyn_extract_or_null<GlobalValue>(node->getOperand(1));
    if (!prepared || !original)
      continue;
    bool isLocalFunction = isa<Function>(original) && original->hasLocalLinkage();
    prepared->replaceUsesWithIf(original, [&](Use &use) {
      auto *call = dyn_cast<CallBase>(use.getUser());
      return !(isLocalFunction && call && call->isCallee(&use));
    });
  }
  list->eraseFromParent();
}

Expected<std::vector<TaskUnit>> extractTasks(Module &program) {
  std::vector<TaskUnit> units;
  NamedMDNode *list = program.getNamedMetadata("cleave.tasks");
  if (!list)
    return units;
  std::vector<Function *> calls;
  for (const MDNode *node : list->operands()) {
    Expected<TaskUnit> unit = extractTask(*node, calls);
    if (!unit)
      return unit.takeError();
    units.push_back(std::move(*unit));
  }
  sort(units, [](const TaskUnit &a, const TaskUnit &b) { return a.id < b.id; });
  for (size_t i = 0; i < units.size(); ++i)
    if (units[i].id != i)
      return createStringError("malformed cut program: the ids of its task kinds are not 0 to n-1");
  list->eraseFromParent();
  for (Function *call : calls)
    if (call->use_empty())
      call->eraseFromParent();
  returnToOriginals(program);
  return units;
}

} // namespace cleave
