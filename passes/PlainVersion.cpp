// PlainVersion.cpp - what runs when nothing is split is what clang++ would have made.
//
// THE PROBLEM. Preparation and the passes behind it inline, narrow divisions, move loads, all for the sake of analysis.
// Most of it helps the -O pipeline too, or is undone by it; some of it does not and is not, and a program that is never
// split was up to a quarter slower than clang++'s, whether there was a cut in it or not.
//
// THE ANSWER. The linked module is copied before anything has changed it. The copy is the program: its functions, variables,
// constructors, names, linkage and comdats are the frontend's. From the prepared and cut module three things are taken:
//
//     cut code     what runs only if the program is split: f.cut, generators, the choice between the two in cleave.main
//     tasks        what their call functions reach, under names like f.task
//     constants    kinds, sites: what both say to the run time
//
// Cut code refers to the copy's functions and variables: there is one of each while the program runs, so that addresses,
// virtual tables and what a function finds in a global are the same on both sides. Tasks keep the prepared functions and
// variables, on which the analyses have decided and whose calls through pointers say where they lead (Dispatch.cpp). They
// leave the module in the linker room, with what only they use; what else referred to it is then given the copy's.
//
//     cleave.main   (prepared)  = is_splitting ? main.cut : main
//     main, sorted  (copy)      as written
//     sorted.cut    (prepared)  calls sorted.cut, merged
//     cleave.call.0 (prepared)  calls sorted.task
//
// A function that no other file can see is inlined more eagerly if it has one call. So that cut code does not count as a
// second one, it has its own copy of these functions and takes the program's only where it needs an address.
//
// What preparation may do to variables is bounded by this (Prepare.cpp): a variable that the program writes keeps its form.
//
// A known limit: passing the address of an internal variable to the run time is a use of it like any other, and may keep
// LLVM from turning the variable into a register or a constant in the plain version too.
//
// REJECTED. To restore only what was changed: inlining alone changes nearly every function. To leave out the transformations
// that cost something: each is there because some loop was not seen without it, and hiding their operands behind calls
// made the compiler fail. To compile the two versions as two modules: cut code could then inline nothing of the plain one.
#include "passes/PlainVersion.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/ValueMapper.h"

using namespace llvm;

namespace cleave {

void dropFacts(Module &module) {
  SmallVector<StringRef, 64> names;
  module.getContext().getMDKindNames(names);
  SmallVector<unsigned, 16> ours;
  for (auto [kind, name] : enumerate(names))
    if (name.starts_with("cleave."))
      ours.push_back(kind);
  for (GlobalObject &global : module.global_objects())
    for (unsigned kind : ours)
      global.eraseMetadata(kind);
  for (Function &function : module)
    for (Instruction &instruction : make_early_inc_range(instructions(function))) {
      if (!instruction.hasMetadataOtherThanDebugLoc())
        continue;
      auto *call = dyn_cast<IntrinsicInst>(&instruction);
      if (call && call->getIntrinsicID() == Intrinsic::var_annotation && call->hasMetadata("cleave.type")) {
        call->eraseFromParent();
        continue;
      }
      for (unsigned kind : ours)
        instruction.setMetadata(kind, nullptr);
    }
  for (NamedMDNode &list : make_early_inc_range(module.named_metadata()))
    if (list.getName().starts_with("cleave."))
      module.eraseNamedMetadata(&list);
}

PlainVersion::PlainVersion(const Module &linked) {
  ValueToValueMapTy copies;
  plain = CloneModule(linked, copies);
  for (const GlobalValue &global : linked.global_values())
    originals.push_back({const_cast<GlobalValue *>(&global), cast<GlobalValue>(copies.lookup(&global))});
  dropFacts(*plain);
}

namespace {

using GlobalSet = SmallSetVector<GlobalValue *, 32>;

class Joiner {
public:
  Joiner(Module &cut, Module &plain, DenseMap<GlobalValue *, GlobalValue *> originals)
      : cut(cut), plain(plain), originals(std::move(originals)) {}

  void run();

private:
  void uniteDeclarations();
  void settleCallingConventions();
  void collectTasks();
  void collectCutCode();
  bool isCopiedForCutCode(const GlobalValue &global) const;
  void refer(GlobalValue &global);
  void move(GlobalValue &global);
  void listOriginals();
  void moveLists();

  Module &cut, &plain;
  DenseMap<GlobalValue *, GlobalValue *> originals; ///< of `cut`'s functions and variables, where they have one
  GlobalSet tasks, cutCode;
  ValueToValueMapTy map;
};

/// Calls `visit(global, isCalled)` for each global that `global` refers to.
template <class Visit> void forEachReference(GlobalValue &global, Visit visit) {
  SmallPtrSet<const Constant *, 32> seen;
  auto walk = [&](Value *root, bool isCalled) {
    SmallVector<Value *, 16> work{root};
    while (!work.empty()) {
      auto *constant = dyn_cast<Constant>(work.pop_back_val());
      if (!constant || isa<ConstantData>(constant))
        continue;
      if (auto *found = dyn_cast<GlobalValue>(constant))
        visit(*found, isCalled && found == root);
      else if (seen.insert(constant).second)
        append_range(work, constant->operand_values());
    }
  };
  for (Value *operand : global.operand_values()) // initializer, aliased, personality
    walk(operand, false);
  auto *function = dyn_cast<Function>(&global);
  if (!function)
    return;
  for (Instruction &instruction : instructions(*function)) {
    auto *call = dyn_cast<CallBase>(&instruction);
    for (Use &operand : instruction.operands())
      walk(operand, call && call->isCallee(&operand));
    if (const MDNode *targets = instruction.getMetadata("cleave.targets"))
      for (const MDOperand &target : targets->operands())
        if (auto *found = mdconst::dyn_extract_or_null<Function>(target))
          visit(*found, false);
  }
}

} // namespace

/// A symbol without a definition is the same one for everybody.
void Joiner::uniteDeclarations() {
  for (GlobalValue &global : cut.global_values()) {
    if (!global.isDeclaration() && !isa<GlobalIFunc>(global))
      continue;
    GlobalValue *original = originals.lookup(&global);
    if (!original)
      original = plain.getNamedValue(global.getName());
    if (original)
      global.replaceAllUsesWith(original);
  }
}

/// Preparation may have chosen a faster convention for a function that is only called.
void Joiner::settleCallingConventions() {
  for (Function &function : cut) {
    auto *original = dyn_cast_or_null<Function>(originals.lookup(&function));
    if (!original || function.getCallingConv() == original->getCallingConv())
      continue;
    function.setCallingConv(original->getCallingConv());
    for (User *user : function.users())
      if (auto *call = dyn_cast<CallBase>(user); call && call->getCalledOperand() == &function)
        call->setCallingConv(original->getCallingConv());
  }
}

/// All that tasks reach, and more: what of it a task needs is the linker room's to say.
void Joiner::collectTasks() {
  if (const NamedMDNode *list = cut.getNamedMetadata("cleave.tasks"))
    for (const MDNode *task : list->operands())
      for (const MDOperand &operand : task->operands())
        if (auto *global = mdconst::dyn_extract_or_null<GlobalValue>(operand))
          tasks.insert(global);
  for (size_t k = 0; k < tasks.size(); ++k)
    forEachReference(*tasks[k], [&](GlobalValue &global, bool) {
      if (global.getParent() == &cut)
        tasks.insert(&global);
    });
}

bool Joiner::isCopiedForCutCode(const GlobalValue &global) const {
  const GlobalValue *original = originals.lookup(&global);
  return original && isa<Function>(global) && original->hasLocalLinkage();
}

/// What runs from the choice on, up to where the copy's functions begin.
void Joiner::collectCutCode() {
  Function *choice = cut.getFunction("main");
  if (!originals.contains(choice)) // else `main` leads to no cut
    cutCode.insert(choice);
  for (size_t k = 0; k < cutCode.size(); ++k)
    forEachReference(*cutCode[k], [&](GlobalValue &global, bool isCalled) {
      if (global.getParent() == &cut && (!originals.contains(&global) || (isCalled && isCopiedForCutCode(global))))
        cutCode.insert(&global);
    });
}

/// Gives cut code the copy's functions and variables.
void Joiner::refer(GlobalValue &global) {
  constexpr RemapFlags flags = RF_NoModuleLevelChanges;
  if (auto *variable = dyn_cast<GlobalVariable>(&global)) {
    if (variable->hasInitializer())
      variable->setInitializer(MapValue(variable->getInitializer(), map, flags));
  } else if (auto *function = dyn_cast<Function>(&global)) {
    for (Instruction &instruction : instructions(*function)) {
      auto *call = dyn_cast<CallBase>(&instruction);
      for (Use &operand : instruction.operands()) {
        auto *constant = dyn_cast<Constant>(operand);
        if (!constant || isa<ConstantData>(constant))
          continue;
        if (auto *callee = dyn_cast<Function>(constant); callee && call && call->isCallee(&operand))
          if (isCopiedForCutCode(*callee))
            continue;
        operand.set(MapValue(constant, map, flags));
      }
    }
  }
}

void Joiner::move(GlobalValue &global) {
  if (global.hasName() && plain.getNamedValue(global.getName()))
    global.setName(global.getName() + (tasks.contains(&global) ? ".task" : ".of.cut"));
  if (auto *object = dyn_cast<GlobalObject>(&global))
    object->setComdat(nullptr);
  if (auto *function = dyn_cast<Function>(&global)) {
    function->removeFromParent();
    plain.getFunctionList().push_back(function);
  } else if (auto *variable = dyn_cast<GlobalVariable>(&global)) {
    variable->removeFromParent();
    plain.insertGlobalVariable(variable);
  } else if (auto *alias = dyn_cast<GlobalAlias>(&global)) {
    alias->removeFromParent();
    plain.insertAlias(alias);
  }
}

void Joiner::listOriginals() {
  LLVMContext &context = plain.getContext();
  NamedMDNode *list = plain.getOrInsertNamedMetadata("cleave.originals");
  for (GlobalValue *global : tasks)
    if (GlobalValue *original = originals.lookup(global))
      list->addOperand(MDNode::get(context, {ValueAsMetadata::get(global), ValueAsMetadata::get(original)}));
}

/// The tasks, and where the lines of what was moved are described.
void Joiner::moveLists() {
  for (StringRef name : {"cleave.tasks", "llvm.dbg.cu"}) {
    NamedMDNode *from = cut.getNamedMetadata(name);
    NamedMDNode *to = from ? plain.getOrInsertNamedMetadata(name) : nullptr;
    if (from)
      for (MDNode *node : from->operands())
        if (!is_contained(to->operands(), node))
          to->addOperand(node);
  }
}

void Joiner::run() {
  uniteDeclarations();
  settleCallingConventions();
  collectTasks();
  collectCutCode();
  for (auto [prepared, original] : originals)
    map[prepared] = original;
  for (GlobalValue *global : cutCode)
    if (!tasks.contains(global))
      refer(*global);
  if (!cutCode.empty()) {
    auto *choice = cast<Function>(cutCode.front());
    choice->setName("cleave.main");
    // The two versions must not be inlined into one another's registers and stack.
    for (Instruction &instruction : instructions(*choice))
      if (auto *call = dyn_cast<CallBase>(&instruction))
        call->setIsNoInline();
  }
  GlobalSet moved = tasks;
  moved.insert(cutCode.begin(), cutCode.end());
  for (GlobalValue *global : moved)
    move(*global);
  listOriginals();
  moveLists();
  cut.dropAllReferences(); // what stays behind must not count as a use
}

std::unique_ptr<Module> PlainVersion::join(Module &cut) {
  DenseMap<GlobalValue *, GlobalValue *> known;
  for (auto &[handle, original] : originals)
    if (Value *prepared = handle)
      known[cast<GlobalValue>(prepared)] = original;
  Joiner(cut, *plain, std::move(known)).run();
  return std::move(plain);
}

} // namespace cleave
