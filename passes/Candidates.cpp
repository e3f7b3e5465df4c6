// Candidates.cpp - the verdict on a function: portable types, and no effect but its result.
//
// A candidate may read what it was given (parameters, constants), build its result, throw, and change what it owns
// (parameters by value, locals, fresh memory). Everything else is a refusal with a reason, found in the order in which
// a person would fix it: types first, then effects.
//
// Two traps that types alone do not show are checked on the IR:
// - A borrowed parameter may be a view of something larger (Extents.cpp), and classes that serve as bases are refused.
// - strlen on a string_view's data reads behind its end.
#include "passes/Candidates.h"
#include "passes/Dispatch.h"
#include "passes/Extents.h"
#include "passes/Models.h"
#include "passes/Places.h"
#include "passes/Prepare.h"
#include "cleave/image.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace cleave {

/// A sentence about an effect, and at the line where it is the way to lift it.
static Refusal refuse(const char *reason, std::string what, const EffectOrigin &origin, std::string cure) {
  return {reason, std::move(what), {blockedAt(origin.visible, cure)}};
}

RemarkNote noteAtDefinition(const FunctionFacts &facts, std::string cure) {
  return {std::move(cure), {facts.file.str(), facts.line, 1}};
}

static std::string calleeName(const Instruction *where) {
  auto *call = dyn_cast_or_null<CallBase>(where);
  const Function *callee = call ? call->getCalledFunction() : nullptr;
  return callee ? spokenName(*callee) : std::string();
}

/// A class that has the base `type` somewhere in its middle, so that a reference to it does not begin where the object
/// does; empty if there is none.
static std::string baseInside(const Module &module, const MDNode *type) {
  if (typeKind(type) == "polymorphic")
    for (const DynamicClass &found : dynamicClasses(module, type))
      if (found.offset)
        return found.name.str();
  return {};
}

/// Parameters and result: can they travel?
static Refusal checkTypes(const Candidate &candidate, const Module &module) {
  const FunctionFacts &facts = candidate.facts;
  Refusal refusal;
  auto no = [&](const char *reason, std::string message, std::string cure) {
    refusal = {reason, std::move(message), {noteAtDefinition(facts, std::move(cure))}};
  };
  for (const PassedValue &parameter : facts.parameters) {
    std::string what = ("parameter '" + parameter.name + "' of '" + facts.shortName() + "'").str();
    if (parameter.passing == Passing::Pointer)
      no("pointer-parameter", what + " is a pointer", "pass the object by const reference or a std::span");
    else if (std::string why = whyNotPortable(module, parameter.typeNode, true); !why.empty())
      no("type", what + " cannot travel: " + why,
         "pass a value that owns what it holds: numbers, structs, standard containers, no raw pointers or references "
         "in it");
    else if (std::string inside = baseInside(module, parameter.typeNode); !inside.empty())
      no("type", what + " cannot travel: in a '" + inside + "' it does not lie at the front",
         "pass a reference to the derived class");
    else if ((parameter.passing == Passing::Borrowed) && isBaseClass(module, parameter.typeNode))
      no("base-class", what + " may refer to an object of a derived class", "pass it by value or mark the class final");
    if (refusal)
      return refusal;
  }
  if (std::string why = whyNotPortable(module, facts.result.typeNode, false); !why.empty())
    no("type", ("the result of '" + facts.shortName() + "' cannot travel: ").str() + why,
       "return a value that owns what it holds: numbers, structs, standard containers");
  return refusal;
}

/// Effects of kinds that no task may have.
static Refusal checkKinds(const Candidate &candidate, const Effects &effects, bool programReadsErrno) {
  const Function &function = *candidate.function;
  std::string name = ("'" + candidate.facts.shortName() + "'").str();
  for (auto &[kind, cause] : effects.summary(function).kinds) {
    EffectOrigin origin = effects.origin(function, kind);
    std::string callee = calleeName(origin.where);
    switch (kind) {
    case EffectKind::Io:
      return refuse("io", name + " does input or output" + (callee.empty() ? "" : " through '" + callee + "'"), origin,
                    "pass in what it reads, and return what it prints");
    case EffectKind::Nondeterminism:
      return refuse("nondeterminism", name + " calls '" + callee + "', whose answer is not a function of its inputs",
                    origin, "call '" + callee + "' outside and pass its answer in");
    case EffectKind::UnknownCall:
      if (callee.empty())
        return refuse("unknown-call", name + " calls through a pointer, and the target is not known", origin,
                      "call the function directly or pass a lambda as a template parameter");
      return refuse("unknown-call", name + " calls '" + callee + "', which has no body in this program", origin,
                    "compile its source with cleave++ too");
    case EffectKind::InlineAssembly:
      return refuse("inline-assembly", name + " contains inline assembly", origin,
                    "write it in C++, or in a function that the work does not call");
    case EffectKind::VolatileAccess:
      return refuse("volatile", name + " accesses a volatile object", origin,
                    "remove volatile, or read the object outside");
    case EffectKind::AtomicAccess:
      return refuse("atomic", name + " accesses an atomic object", origin, "return a value instead of sharing one");
    case EffectKind::NonlocalJump:
      return refuse("nonlocal-jump", name + " uses setjmp or longjmp", origin, "throw an exception instead");
    case EffectKind::EndsProgram:
      return refuse("ends-program", name + " may end the program through '" + callee + "'", origin,
                    "throw, or return an error");
    case EffectKind::UnboundedRead:
      for (const PassedValue &parameter : candidate.facts.parameters)
        if (holdsView(*function.getParent(), parameter.typeNode))
          return refuse("unbounded-read",
                        name + " reads behind the view '" + parameter.name.str() + "' through '" + callee + "'", origin,
                        "use the view's size, or pass a std::string");
      break;
    case EffectKind::WritesErrno:
      if (programReadsErrno)
        return refuse("errno", name + " sets errno through '" + callee + "', and the program looks at errno", origin,
                      "compile with -fno-math-errno if only mathematical functions set it");
      break;
    case EffectKind::Draws:
    case EffectKind::ReadsEnvironment:
    case EffectKind::ReadsClock:
    case EffectKind::Throws:
    case EffectKind::Guards:
    case EffectKind::Rethrows:
    case EffectKind::ThreadLocals:
    case EffectKind::Aborts:
      break;
    }
  }
  return {};
}

bool isNeverWritten(const GlobalVariable &global) {
  // All uses must be loads, directly or below constant address arithmetic.
  SmallVector<const Value *, 8> work{&global};
  SmallPtrSet<const Value *, 8> seen;
  while (!work.empty())
    for (const User *user : work.pop_back_val()->users()) {
      if (isa<LoadInst>(user) && !cast<LoadInst>(user)->isVolatile())
        continue;
      if (!isa<GEPOperator>(user))
        return false;
      if (seen.insert(user).second)
        work.push_back(user);
    }
  return true;
}

/// Memory: only its own, and reads of what it was given.
static Refusal checkMemory(const Candidate &candidate, const Effects &effects) {
  const Function &function = *candidate.function;
  const FunctionMemory &memory = effects.ownership().memory(function);
  std::string name = ("'" + candidate.facts.shortName() + "'").str();
  // A variable's own name says more than the guard of its construction or memory behind it.
  for (auto &[id, cause] : effects.summary(function).writes)
    if (const MemoryObject &object = memory.object(cause.object);
        object.kind == MemoryObject::Kind::Global && !object.value->getName().starts_with("_ZGV"))
      return refuse("global-write", name + " changes " + memory.describe(cause.object),
                    effects.originOfWrite(function, id), "return the change, and let the caller make it");
  for (auto &[id, cause] : effects.summary(function).writes) {
    const MemoryObject &object = memory.object(cause.object);
    EffectOrigin origin = effects.originOfWrite(function, id);
    switch (object.kind) {
    case MemoryObject::Kind::Parameter: {
      const PassedValue *parameter = candidate.facts.parameterOfArgument(object.argument);
      if (!parameter)
        continue; // the result
      // A view is passed by value, what it looks at is not the callee's.
      bool owns = parameter->passing == Passing::Indirect || parameter->passing == Passing::ByVal;
      if (owns && parameter->runsDestructor)
        return refuse("destructor",
                      name + " changes or moves from '" + parameter->name.str() +
                          "', whose destructor does more than free its members",
                      origin, "take it by const reference");
      if (owns && !(object.level > 0 && holdsView(*function.getParent(), parameter->typeNode)))
        continue;
      bool isThis = parameter->name == "this";
      std::string what = isThis ? "its own object" : ("'" + parameter->name + "'").str();
      if (isThis && candidate.facts.shortName() == "(lambda)")
        return refuse("borrowed-write", name + " changes what it captured by reference", origin,
                      "return the change instead");
      if (parameter->passing == Passing::Borrowed)
        return refuse("borrowed-write",
                      name + " changes " + what + " although it is const (a mutable member or const_cast)", origin,
                      "return what it computes, or keep the cache outside");
      return refuse("reference-write", name + " changes " + (isThis ? "" : "its caller's object through ") + what,
                    origin, "take it by value and return it");
    }
    case MemoryObject::Kind::Global:
      return refuse("global-write", name + " changes " + memory.describe(cause.object), origin,
                    "return the change, and let the caller make it");
    default:
      if (const FunctionMemory &there = effects.ownership().memory(*origin.function);
          there.object(origin.object).kind == MemoryObject::Kind::Global)
        return refuse("global-write", name + " changes " + there.describe(origin.object), origin,
                      "return the change, and let the caller make it");
      return refuse("unknown-write", name + " writes through a pointer whose target is not known", origin,
                    "keep pointers inside the objects that own what they point to");
    }
  }
  for (auto &[id, cause] : effects.summary(function).reads) {
    const MemoryObject &object = memory.object(cause.object);
    EffectOrigin origin = effects.originOfRead(function, id);
    if (object.kind == MemoryObject::Kind::Global) {
      if (!isNeverWritten(*cast<GlobalVariable>(object.value)))
        return refuse("global-read", name + " reads " + memory.describe(cause.object) + ", which the program changes",
                      origin, "pass it as a parameter, or make it const");
    } else if (object.kind == MemoryObject::Kind::Unknown) {
      return refuse("unknown-read", name + " reads through a pointer whose target is not known", origin,
                    "keep pointers inside the objects that own what they point to");
    }
  }
  return {};
}

/// Are there references in what references of the type lead to?
static bool nestsReferences(const Module &module, const MDNode *type) {
  StringRef kind = typeKind(type);
  bool nests = false;
  forEachInnerType(module, type, [&](const MDNode *inner) {
    if (kind == "reference")
      nests = nests || holdsReference(module, inner);
    else if (kind == "record" || kind == "array")
      nests = nests || nestsReferences(module, inner);
    else
      nests = nests || holdsReference(module, inner); // refused in any case (hidesReferences)
  });
  return nests;
}

/// `if (&a == &b)`: true only where the caller passes one object twice, and never between two copies.
static Refusal checkComparisons(const Candidate &candidate, const Effects &effects) {
  const Module &module = *candidate.function->getParent();
  for (auto &[pair, cause] : effects.summary(*candidate.function).compared) {
    const PassedValue *left = candidate.facts.parameterOfArgument(pair.first);
    bool isOutside = pair.second == EffectSummary::outside;
    const PassedValue *right = isOutside ? nullptr : candidate.facts.parameterOfArgument(pair.second);
    if (!left || (!right && !isOutside && pair.second != EffectSummary::deeper))
      continue;
    if (pair.second == EffectSummary::deeper)
      right = left;
    if (left == right) {
      // Only references may lead to one object twice. In a register lies not the parameter but what it refers to: the
      // same numbers are one step further.
      bool isFurther =
          pair.second == EffectSummary::deeper || (pair.first == pair.second && left->passing == Passing::Direct);
      if (!(isFurther ? nestsReferences(module, left->typeNode) : holdsReference(module, left->typeNode)))
        continue;
    }
    std::string what =
        "'" + candidate.facts.shortName().str() + "' compares the address of '" + left->name.str() + "' with ";
    what += isOutside ? "that of a global" : left == right ? "others in it" : "that of '" + right->name.str() + "'";
    return refuse("address-comparison", what, EffectOrigin{cause.where, candidate.function, ~0u, cause.where},
                  "compare values or indices instead");
  }
  return {};
}

static bool readsErrno(const Module &module) {
  const Function *location = module.getFunction("__errno_location");
  if (!location)
    return false;
  for (const User *user : location->users())
    if (auto *call = dyn_cast<Instruction>(user); !call || !isOfLibrary(*call))
      return true;
  return false;
}

ProgramTraits traitsOf(const Module &module) { return {readsErrno(module), catchesWantOfSpace(module)}; }

bool Candidate::readsClock() const { return kindFlags & CLEAVE_KIND_READS_CLOCK; }

MapVector<const Function *, Candidate> findCandidates(const Module &module, const Effects &effects) {
  MapVector<const Function *, Candidate> result;
  bool programReadsErrno = readsErrno(module);
  for (const Function &function : module) {
    if (function.isDeclaration() || function.getName() == "main")
      continue;
    auto facts = readFacts(function);
    if (!facts || facts->result.passing == Passing::Void || !effects.isHeavy(function))
      continue;
    Candidate candidate;
    candidate.function = &function;
    candidate.facts = *facts;
    const auto &kinds = effects.summary(function).kinds;
    candidate.mayThrow = (kinds.count(EffectKind::Throws) && !function.doesNotThrow()) || kinds.count(EffectKind::Aborts);
    candidate.mayAbort = kinds.count(EffectKind::Aborts);
    candidate.kindFlags = (kinds.count(EffectKind::Draws) ? CLEAVE_KIND_DRAWS : 0) |
                          (kinds.count(EffectKind::ReadsEnvironment) ? CLEAVE_KIND_READS_ENVIRONMENT : 0) |
                          (kinds.count(EffectKind::ReadsClock) ? CLEAVE_KIND_READS_CLOCK | CLEAVE_KIND_LOCAL : 0);
    candidate.usesUpArguments = any_of(facts->parameters, [&](const PassedValue &parameter) {
      const auto &writes = effects.summary(function).writes;
      return parameter.passing == Passing::Indirect && any_of(seq(FunctionMemory::levels), [&](unsigned level) {
               return writes.count(FunctionMemory::parameterObject(parameter.firstArgument, level));
             });
    });
    // Where nothing is thrown out of it, what is thrown inside and not caught ends the program.
    candidate.isGuard = kinds.count(EffectKind::Guards) || candidate.mayAbort;
    candidate.refusal = checkKinds(candidate, effects, programReadsErrno);
    // A person knows the function-local static, not its guard, and the shared_ptr, not its count: both are atomic.
    bool isAtomic = candidate.refusal.reason == "atomic";
    if (!candidate.refusal || isAtomic)
      if (Refusal memory = checkMemory(candidate, effects); !isAtomic || memory.reason == "global-write")
        candidate.refusal = memory;
    if (!candidate.refusal || candidate.refusal.reason == "atomic")
      if (Refusal types = checkTypes(candidate, module))
        candidate.refusal = types;
    if (!candidate.refusal)
      candidate.refusal = checkExtents(candidate);
    if (!candidate.refusal)
      candidate.refusal = checkComparisons(candidate, effects);
    if (!candidate.refusal && candidate.facts.parameters.size() > 32)
      candidate.refusal = {"too-many-parameters",
                           ("'" + facts->shortName() + "' has more than 32 parameters").str(),
                           {noteAtDefinition(*facts, "put some of them into a struct")}};
    result.insert({&function, std::move(candidate)});
  }
  return result;
}

} // namespace cleave
