// Exceptions.cpp - exceptions by their type, as the Itanium C++ ABI (2.9.5, run-time type information) lays types out.
//
// A handler of type T takes an exception of type X if they are the same, or T is a public base of X. The bases of the
// program's own classes stand in their std::type_info; those of the standard library's exceptions, whose type_info lies in the
// library, are fixed by the standard ([std.exceptions]).
#include "passes/Exceptions.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cleave {

void ThrownTypes::add(const ThrownTypes &other) {
  types.insert(other.types.begin(), other.types.end());
  isStandard |= other.isStandard;
  isUnknown |= other.isUnknown;
}

void ThrownTypes::print(raw_ostream &out) const {
  SmallVector<StringRef, 8> names;
  for (const GlobalVariable *type : types)
    names.push_back(type->getName());
  if (isStandard)
    names.push_back("some of the standard library's");
  if (isUnknown)
    names.push_back("anything");
  llvm::sort(names);
  for (StringRef name : names)
    out << "  throws " << name << "\n";
}

ThrownTypes thrownBy(const CallBase &call) {
  ThrownTypes thrown;
  const Function *callee = call.getCalledFunction();
  StringRef symbol = callee ? callee->getName() : "";
  if (symbol == "__cxa_throw" && call.arg_size() > 1) {
    if (auto *type = dyn_cast<GlobalVariable>(call.getArgOperand(1)))
      thrown.types.insert(type);
    else
      thrown.isUnknown = true;
  } else if (symbol.starts_with("_ZSt") || symbol == "__cxa_bad_cast" || symbol == "__cxa_bad_typeid") {
    thrown.isStandard = true; // std::__throw_*
  } else {
    thrown.isUnknown = true;
  }
  return thrown;
}

/// The base of one of the standard library's exceptions, by the names of their type_info; nothing: none that is known.
static StringRef standardBase(StringRef type) {
  return StringSwitch<StringRef>(type)
      .Cases({"_ZTISt12domain_error", "_ZTISt16invalid_argument", "_ZTISt12length_error", "_ZTISt12out_of_range"},
             "_ZTISt11logic_error")
      .Cases({"_ZTISt11range_error", "_ZTISt14overflow_error", "_ZTISt15underflow_error"}, "_ZTISt13runtime_error")
      .Cases({"_ZTISt11logic_error", "_ZTISt13runtime_error", "_ZTISt9bad_alloc", "_ZTISt8bad_cast", "_ZTISt10bad_typeid"},
             "_ZTISt9exception")
      .Default("");
}

/// The only base of a class, public and at its beginning; nullptr: it has none, or several.
static const GlobalVariable *singleBase(const GlobalVariable &type) {
  auto *layout = type.hasDefinitiveInitializer() ? dyn_cast<ConstantStruct>(type.getInitializer()) : nullptr;
  if (!layout || layout->getNumOperands() != 3)
    return nullptr;
  const Value *table = layout->getOperand(0)->stripInBoundsConstantOffsets();
  if (table->getName() != "_ZTVN10__cxxabiv120__si_class_type_infoE")
    return nullptr;
  return dyn_cast<GlobalVariable>(layout->getOperand(2));
}

static bool takes(const GlobalVariable &handler, const GlobalVariable &thrown) {
  const GlobalVariable *type = &thrown;
  while (const GlobalVariable *base = type == &handler ? nullptr : singleBase(*type))
    type = base;
  if (type == &handler)
    return true;
  for (StringRef name = standardBase(type->getName()); !name.empty(); name = standardBase(name))
    if (handler.getName() == name)
      return true;
  return false;
}

bool catches(const LandingPadInst &pad, const ThrownTypes &thrown) {
  SmallVector<const GlobalVariable *, 4> handlers;
  bool takesStandard = false;
  for (unsigned k = 0; k < pad.getNumClauses(); ++k) {
    if (pad.isFilter(k))
      return false;
    if (isa<ConstantPointerNull>(pad.getClause(k)))
      return true;
    if (auto *handler = dyn_cast<GlobalVariable>(pad.getClause(k))) {
      handlers.push_back(handler);
      takesStandard |= handler->getName() == "_ZTISt9exception";
    }
  }
  return !thrown.isUnknown && (!thrown.isStandard || takesStandard) &&
         all_of(thrown.types, [&](const GlobalVariable *type) {
           return any_of(handlers, [&](const GlobalVariable *handler) { return takes(*handler, *type); });
         });
}

/// Does the function go on behind `pad`, that is, does it return? Whoever cleans up throws the exception again in the end.
static bool goesOn(const LandingPadInst &pad) {
  SmallVector<const BasicBlock *, 16> work{pad.getParent()};
  SmallPtrSet<const BasicBlock *, 16> seen{pad.getParent()};
  while (!work.empty()) {
    const BasicBlock *block = work.pop_back_val();
    if (isa<ReturnInst>(block->getTerminator()))
      return true;
    for (const BasicBlock *next : successors(block))
      if (seen.insert(next).second)
        work.push_back(next);
  }
  return false;
}

static bool takesWantOfSpace(const LandingPadInst &pad) {
  for (unsigned k = 0; k < pad.getNumClauses(); ++k) {
    const Value *type = pad.getClause(k);
    if (pad.isFilter(k) || isa<ConstantPointerNull>(type) ||
        is_contained({"_ZTISt9exception", "_ZTISt9bad_alloc", "_ZTISt20bad_array_new_length", "_ZTISt11logic_error", "_ZTISt12length_error"},
                     type->getName()))
      return true;
  }
  return false;
}

bool catchesWantOfSpace(const Module &module) {
  if (module.getNamedMetadata("cleave.foreign"))
    return true;
  // A buffer of the program's own is called by the library's streams, which take whatever it throws. And who sets a handler
  // for such a case has something to say in it.
  for (const char *name : {"_ZTISt15basic_streambufIcSt11char_traitsIcEE", "_ZTISt15basic_streambufIwSt11char_traitsIwEE",
                           "_ZSt15set_new_handlerPFvvE", "_ZSt13set_terminatePFvvE"})
    if (module.getNamedValue(name))
      return true;
  auto isOwnNew = [](const Function &function) {
    return !function.isDeclaration() && (function.getName().starts_with("_Znw") || function.getName().starts_with("_Zna"));
  };
  if (any_of(module, isOwnNew))
    return true;
  for (const Function &function : module)
    for (const BasicBlock &block : function)
      if (auto *pad = block.getLandingPadInst(); pad && takesWantOfSpace(*pad) && goesOn(*pad))
        return true;
  return false;
}

} // namespace cleave
