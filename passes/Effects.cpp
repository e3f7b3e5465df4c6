// Effects.cpp - effects, bottom-up.
//
// LLVM's memory() attribute cannot say what is needed here: building a private vector and changing the caller's both
// read memory(readwrite), because both go through a loaded pointer. So effects are kept per memory object of the
// ownership graph (Ownership.cpp): a write counts for a caller only if the object outlives the call. What remains is a
// short list per function:
//
//     count(const Block &)   reads 'block' (levels 0, 1); writes its result; throws
//     next()                 reads and writes global 'state'
//
// `const` is not looked at: a mutable member, const_cast or a function-local static shows itself as a store. Each entry
// keeps the first instruction (in program order) that caused it; following calls from there gives the line to blame.
#include "passes/Effects.h"
#include "passes/Facts.h"
#include "passes/Models.h"
#include "passes/Places.h"
#include "llvm/ADT/SCCIterator.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/CallGraph.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace llvm;

namespace cleave {

StringRef effectName(EffectKind kind) {
  switch (kind) {
  case EffectKind::Io:
    return "io";
  case EffectKind::Nondeterminism:
    return "nondeterminism";
  case EffectKind::Draws:
    return "draws";
  case EffectKind::ReadsEnvironment:
    return "environment";
  case EffectKind::ReadsClock:
    return "clock";
  case EffectKind::UnknownCall:
    return "unknown-call";
  case EffectKind::InlineAssembly:
    return "inline-assembly";
  case EffectKind::VolatileAccess:
    return "volatile";
  case EffectKind::AtomicAccess:
    return "atomic";
  case EffectKind::NonlocalJump:
    return "nonlocal-jump";
  case EffectKind::EndsProgram:
    return "ends-program";
  case EffectKind::Aborts:
    return "aborts";
  case EffectKind::Throws:
    return "throws";
  case EffectKind::Guards:
    return "guards";
  case EffectKind::Rethrows:
    return "rethrows";
  case EffectKind::ThreadLocals:
    return "thread-locals";
  case EffectKind::UnboundedRead:
    return "unbounded-read";
  case EffectKind::WritesErrno:
    return "errno";
  }
  llvm_unreachable("effect kind");
}

/// Does the function itself catch whatever this call throws? (What calls std::terminate then does not.)
static bool isCaughtHere(const Instruction &instruction) {
  auto *invoke = dyn_cast<InvokeInst>(&instruction);
  if (!invoke)
    return false;
  const LandingPadInst *pad = invoke->getLandingPadInst();
  auto isCatchAll = [&](unsigned k) { return pad->isCatch(k) && isa<ConstantPointerNull>(pad->getClause(k)); };
  if (none_of(seq(pad->getNumClauses()), isCatchAll))
    return false;
  auto ends = [](const Instruction &inner) {
    auto *call = dyn_cast<CallBase>(&inner);
    return call && call->doesNotReturn();
  };
  SmallPtrSet<const BasicBlock *, 4> seen;
  for (const BasicBlock *block = pad->getParent(); block && seen.insert(block).second; block = block->getSingleSuccessor())
    if (any_of(*block, ends))
      return false;
  return true;
}

/// Effects of a single instruction, callees included.
class Effects::Builder {
public:
  Builder(const Effects &effects, const FunctionMemory &memory) : effects(effects), memory(memory) {}

  void visit(const Instruction &instruction) {
    for (const Use &operand : instruction.operands())
      if (auto *global = dyn_cast<GlobalVariable>(operand->stripPointerCasts()); global && global->isThreadLocal())
        add(EffectKind::ThreadLocals);
    if (auto *load = dyn_cast<LoadInst>(&instruction)) {
      sets.reads |= memory.pointsTo(load->getPointerOperand());
      if (load->isVolatile())
        add(EffectKind::VolatileAccess);
      if (load->isAtomic())
        add(EffectKind::AtomicAccess);
    } else if (auto *store = dyn_cast<StoreInst>(&instruction)) {
      sets.writes |= memory.pointsTo(store->getPointerOperand());
      if (store->isVolatile())
        add(EffectKind::VolatileAccess);
      if (store->isAtomic())
        add(EffectKind::AtomicAccess);
    } else if (auto *call = dyn_cast<CallBase>(&instruction)) {
      visitCall(*call);
    } else if (instruction.isAtomic()) {
      add(EffectKind::AtomicAccess);
      for (const Use &use : instruction.operands())
        if (use->getType()->isPointerTy()) {
          sets.reads |= memory.pointsTo(use.get());
          sets.writes |= memory.pointsTo(use.get());
        }
    } else if (isa<VAArgInst>(instruction)) {
      add(EffectKind::UnknownCall);
    } else if ((isa<ICmpInst>(instruction) || instruction.getOpcode() == Instruction::Sub) &&
               isAddress(instruction.getOperand(0)) && isAddress(instruction.getOperand(1)) &&
               !isWithinOneObject(instruction.getOperand(0), instruction.getOperand(1))) {
      compareAddresses(instruction.getOperand(0), instruction.getOperand(1));
    }
  }

  AccessSets sets;
  std::set<std::pair<unsigned, unsigned>> compared;
  SmallVector<EffectKind, 4> kinds;
  ThrownTypes guards;

private:
  void add(EffectKind kind) { kinds.push_back(kind); }

  /// Functions have no copies: which one a pointer leads to is the same everywhere.
  static bool isAddress(const Value *value) {
    return (value->getType()->isPointerTy() && !isa<Function>(value)) || isa<PtrToIntInst>(value);
  }

  void compare(const ObjectSet &left, const ObjectSet &right) {
    using Kind = MemoryObject::Kind;
    auto isGlobal = [](const MemoryObject &object) {
      return object.kind == Kind::Global || object.kind == Kind::Constant;
    };
    for (ObjectId x : left)
      for (ObjectId y : right) {
        const MemoryObject &p = memory.object(x), &q = memory.object(y);
        bool isP = p.kind == Kind::Parameter, isQ = q.kind == Kind::Parameter;
        if (isP && isQ && (p.argument != q.argument || (p.level == 1 && q.level == 1)))
          compared.insert(std::minmax(p.argument, q.argument));
        else if (isP && isQ && p.level > 1 && q.level > 1)
          compared.insert({p.argument, EffectSummary::deeper});
        else if ((isP && isGlobal(q)) || (isQ && isGlobal(p)))
          compared.insert({isP ? p.argument : q.argument, EffectSummary::outside});
      }
  }

  void compareAddresses(const Value *left, const Value *right) {
    for (auto [one, other] : {std::pair{left, right}, std::pair{right, left}})
      if (isa<GlobalVariable>(getUnderlyingObject(one)))
        compareWithGlobal(memory.pointsTo(other));
    compare(memory.pointsTo(left), memory.pointsTo(right));
  }

  void compareWithGlobal(const ObjectSet &set) {
    for (ObjectId id : set)
      if (memory.object(id).kind == MemoryObject::Kind::Parameter)
        compared.insert({memory.object(id).argument, EffectSummary::outside});
  }

  /// Two places in one object: how far they are apart is the same in a copy of it.
  static bool isWithinOneObject(const Value *left, const Value *right) {
    SmallVector<const Value *, 4> a, b;
    getUnderlyingObjects(left, a);
    getUnderlyingObjects(right, b);
    return a.size() == 1 && a == b;
  }

  /// May the pointer lead to a part of something larger? Constants, locals and fresh memory are here as a whole.
  bool mayBePart(const Value *argument) const {
    if (argument->getType()->isPointerTy())
      for (ObjectId id : memory.pointsTo(argument))
        if (MemoryObject::Kind kind = memory.object(id).kind;
            kind == MemoryObject::Kind::Parameter || kind == MemoryObject::Kind::Unknown)
          return true;
    return false;
  }

  void touch(const Value *argument, bool isDeep, bool isRead, bool isWritten) {
    if (!argument->getType()->isPtrOrPtrVectorTy())
      return;
    ObjectSet set = memory.pointsTo(argument);
    if (isDeep)
      set = memory.reach(set);
    if (isRead)
      sets.reads |= set;
    if (isWritten) { // a model says "all that it reaches"; nobody writes constants and lives
      set.reset(FunctionMemory::constantObject);
      sets.writes |= set;
    }
  }

  void visitCall(const CallBase &call) {
    if (isa<DbgInfoIntrinsic>(call) || call.isLifetimeStartOrEnd() || call.getIntrinsicID() == Intrinsic::assume ||
        call.getIntrinsicID() == Intrinsic::experimental_noalias_scope_decl)
      return;
    const Function *callee = call.getCalledFunction();
    bool isJump = callee && (callee->getName() == "longjmp" || callee->getName() == "siglongjmp" ||
                             callee->getName() == "__longjmp_chk");
    if (call.isInlineAsm())
      add(EffectKind::InlineAssembly);
    if (call.hasFnAttr(Attribute::ReturnsTwice) || isJump)
      add(EffectKind::NonlocalJump);
    // Clang's landing pad for an exception that must not get out: whoever gets here has thrown, and work that throws is
    // done again in place.
    if (callee && callee->getName() == "__clang_call_terminate")
      return add(EffectKind::Throws);
    if (callee && !callee->isDeclaration() && callee->arg_size() == call.arg_size())
      visitDefined(call, *callee);
    else
      visitModel(call);
  }

  void visitDefined(const CallBase &call, const Function &callee) {
    auto it = effects.summaries.find(&callee);
    const OwnershipSummary *ownership = effects.owners.summary(&callee);
    if (it == effects.summaries.end() || !ownership)
      return; // first round of a recursive component: grows later
    for (auto &[kind, cause] : it->second.kinds)
      add(kind);
    guards.add(it->second.guards);
    std::vector<ObjectSet> here = memory.instantiate(call, *ownership);
    for (auto &[id, cause] : it->second.reads)
      sets.reads |= here[id];
    for (auto &[id, cause] : it->second.writes)
      sets.writes |= here[id];
    readWhatTravels(call, callee);
    for (auto &[pair, cause] : it->second.compared) {
      auto all = [&](unsigned argument) {
        ObjectSet set;
        for (unsigned level = 0; level < FunctionMemory::levels; ++level)
          set |= here[FunctionMemory::parameterObject(argument, level)];
        return set;
      };
      if (pair.second == EffectSummary::outside)
        compareWithGlobal(all(pair.first));
      else if (pair.second == EffectSummary::deeper)
        compare(all(pair.first), all(pair.first));
      else
        compare(all(pair.first), all(pair.second));
    }
  }

  /// Should the call become a spawn, it reads what the callee may not: all that it passes is copied, in whole.
  void readWhatTravels(const CallBase &call, const Function &callee) {
    for (auto [number, steps] : effects.travelling(callee)) {
      ObjectSet set = memory.pointsTo(call.getArgOperand(number)), next = set;
      if (steps == anySteps)
        set = memory.reach(set);
      else
        for (unsigned step = 0; step < steps; ++step)
          set |= next = memory.loadFrom(next);
      sets.reads |= set;
    }
  }

  void visitModel(const CallBase &call) {
    if (auto *memory = dyn_cast<MemIntrinsic>(&call); memory && memory->isVolatile())
      add(EffectKind::VolatileAccess);
    CallModel model = modelOfCall(call);
    using Class = CallModel::Class;
    switch (model.kind) {
    case Class::Unknown:
      add(EffectKind::UnknownCall);
      sets.reads.set(FunctionMemory::unknownObject);
      sets.writes.set(FunctionMemory::unknownObject);
      for (const Use &argument : call.args())
        touch(argument.get(), true, true, true);
      return;
    case Class::Frees:
      return touch(call.getArgOperand(0), false, false, true);
    case Class::Io:
      add(EffectKind::Io);
      break;
    case Class::Nondeterministic:
      add(EffectKind::Nondeterminism);
      break;
    case Class::Throws:
      add(EffectKind::Throws);
      if (model.isAgain) {
        add(EffectKind::Rethrows);
      } else if (!model.isForSpace) {
        add(EffectKind::Guards);
        guards.add(thrownBy(call));
      }
      break;
    case Class::Aborts:
      add(EffectKind::Aborts);
      break;
    case Class::Ends:
      add(EffectKind::EndsProgram);
      break;
    case Class::Allocates:
    case Class::Pure:
      break;
    }
    if (model.draws) {
      add(EffectKind::Draws);
      if (model.isForSpace && !call.doesNotThrow())
        add(EffectKind::Throws);
    }
    if (model.readsEnvironment)
      add(EffectKind::ReadsEnvironment);
    if (model.readsClock)
      add(EffectKind::ReadsClock);
    if (model.readsUnbounded && any_of(call.args(), [&](const Use &argument) { return mayBePart(argument.get()); }))
      add(EffectKind::UnboundedRead);
    if (model.writesErrno)
      add(EffectKind::WritesErrno);
    for (unsigned k = 0; k < call.arg_size() && k < model.reads.size(); ++k)
      touch(call.getArgOperand(k), model.deep, model.reads.test(k), model.writes.test(k));
  }

  const Effects &effects;
  const FunctionMemory &memory;
};

Effects::Effects(Module &module, CallGraph &graph, const Ownership &ownership) : module(module), owners(ownership) {
  for (auto scc = scc_begin(&graph); !scc.isAtEnd(); ++scc) {
    bool changed;
    do {
      changed = false;
      for (CallGraphNode *node : *scc) {
        const Function *function = node->getFunction();
        if (!function || function->isDeclaration())
          continue;
        const FunctionMemory &memory = owners.memory(*function);
        const OwnershipSummary &numbers = *owners.summary(function);
        unsigned fixed = 2 + function->arg_size() * FunctionMemory::levels;
        EffectSummary summary;
        auto record = [&](std::map<ObjectId, EffectCause> &into, const ObjectSet &set, const Instruction &where) {
          for (ObjectId id : set) {
            ObjectId seen = id;
            // Nobody can write constants: what seems to is a walk over all that an object holds, virtual tables
            // included.
            if (id == FunctionMemory::constantObject)
              continue;
            // The result slot is dead memory until the function has written it.
            const MemoryObject &object = memory.object(id);
            if (object.kind == MemoryObject::Kind::Parameter && &into == &summary.reads &&
                function->getArg(object.argument)->hasStructRetAttr())
              continue;
            if (memory.object(id).kind == MemoryObject::Kind::Global) {
              auto it = llvm::find(numbers.globals, memory.object(id).value);
              seen = it == numbers.globals.end() ? unsigned(FunctionMemory::unknownObject)
                                                 : fixed + unsigned(it - numbers.globals.begin());
            } else if (id >= fixed) {
              continue; // private to this call, or new to the caller
            }
            into.try_emplace(seen, EffectCause{&where, id});
          }
        };
        std::map<EffectKind, EffectCause> caught;
        ThrownTypes caughtGuards;
        for (const Instruction &instruction : llvm::instructions(*function)) {
          Builder builder(*this, memory);
          builder.visit(instruction);
          bool isCaught = isCaughtHere(instruction);
          for (EffectKind kind : builder.kinds)
            (isCaught && (kind == EffectKind::Throws || kind == EffectKind::Guards) ? caught : summary.kinds)
                .try_emplace(kind, EffectCause{&instruction});
          (isCaught ? caughtGuards : summary.guards).add(builder.guards);
          record(summary.reads, builder.sets.reads, instruction);
          record(summary.writes, builder.sets.writes, instruction);
          for (auto pair : builder.compared)
            summary.compared.try_emplace(pair, EffectCause{&instruction});
        }
        if (summary.kinds.count(EffectKind::Rethrows)) {
          summary.kinds.insert(caught.begin(), caught.end());
          summary.guards.add(caughtGuards);
        }
        EffectSummary &old = summaries[function];
        if (old.kinds.size() != summary.kinds.size() || old.reads.size() != summary.reads.size() ||
            old.writes.size() != summary.writes.size() || old.compared.size() != summary.compared.size() ||
            !(old.guards == summary.guards))
          changed = true;
        old = std::move(summary);
      }
    } while (changed && scc.hasCycle());
  }
  arePointersFinal = isAnyPointerFinal();
}

bool Effects::writesThroughArguments(const CallBase &call, BitVector &written) const {
  written = BitVector(call.arg_size());
  const Function *callee = call.getCalledFunction();
  if (callee && !callee->isDeclaration() && callee->arg_size() == call.arg_size()) {
    for (auto &[id, cause] : summary(*callee).writes) {
      unsigned number = (id - FunctionMemory::parameterObject(0, 0)) / FunctionMemory::levels;
      if (id < FunctionMemory::parameterObject(0, 0) || number >= call.arg_size())
        return false;
      written.set(number);
    }
    return true;
  }
  CallModel model = modelOfCall(call);
  if (model.kind == CallModel::Class::Unknown || model.escapes)
    return false;
  written |= model.writes;
  if (model.kind == CallModel::Class::Frees)
    written.set(0);
  return true;
}

/// What may keep an instruction from coming back, other than an exception.
static constexpr EffectKind finalKinds[] = {EffectKind::Aborts, EffectKind::EndsProgram, EffectKind::NonlocalJump,
                                            EffectKind::InlineAssembly};

/// Is there a function that a pointer may lead to, and that does not return?
bool Effects::isAnyPointerFinal() const {
  if (module.getNamedMetadata("cleave.foreign"))
    return true;
  for (const Function &function : module) {
    if (function.isIntrinsic() || !function.hasAddressTaken())
      continue;
    StringRef name = function.getName();
    if (!function.isDeclaration()) {
      auto it = summaries.find(&function);
      if (it != summaries.end() && any_of(finalKinds, [&](EffectKind kind) { return it->second.kinds.count(kind); }))
        return true;
    } else if (!name.starts_with("_ZNSt") && !name.starts_with("_ZNKSt") && // of std's classes, in tables
               name != "__gxx_personality_v0" && name != "__cxa_pure_virtual") {
      return true;
    }
  }
  return false;
}

bool Effects::mayNotReturn(const Instruction &instruction) const {
  if (any_of(finalKinds, [&](EffectKind kind) { return has(instruction, kind); }))
    return true;
  auto *call = dyn_cast<CallBase>(&instruction);
  return has(instruction, EffectKind::UnknownCall) &&
         (!call || !call->isIndirectCall() || !call->doesNotThrow() || arePointersFinal);
}

ArrayRef<std::pair<unsigned, unsigned>> Effects::travelling(const Function &callee) const {
  auto [it, isNew] = travels.try_emplace(&callee);
  std::optional<FunctionFacts> facts = isNew ? readFacts(callee) : std::nullopt;
  if (!facts || any_of(facts->parameters, [&](const PassedValue &parameter) {
        return parameter.passing == Passing::Pointer || !whyNotPortable(module, parameter.typeNode, true).empty();
      }))
    return it->second;
  for (const PassedValue &parameter : facts->parameters) {
    unsigned steps = pointerSteps(module, parameter.typeNode);
    bool isDirect = parameter.passing == Passing::Direct; // then the first pointer is in the register
    if (isDirect && steps != anySteps && steps > 0)
      --steps;
    for (unsigned k = 0; k < parameter.argumentCount; ++k)
      if (unsigned number = parameter.firstArgument + k; callee.getArg(number)->getType()->isPointerTy())
        it->second.push_back({number, steps});
  }
  return it->second;
}

const EffectSummary &Effects::summary(const Function &function) const { return summaries.find(&function)->second; }

const Effects::Known &Effects::known(const Instruction &instruction) const {
  std::unique_ptr<Known> &entry = instructions[&instruction];
  if (!entry) {
    Builder builder(*this, owners.memory(*instruction.getFunction()));
    builder.visit(instruction);
    entry = std::make_unique<Known>();
    entry->sets = std::move(builder.sets);
    for (EffectKind kind : builder.kinds)
      entry->kinds |= 1u << static_cast<unsigned>(kind);
  }
  return *entry;
}

const AccessSets &Effects::accesses(const Instruction &instruction) const { return known(instruction).sets; }

bool Effects::has(const Instruction &instruction, EffectKind kind) const {
  return known(instruction).kinds >> static_cast<unsigned>(kind) & 1;
}

ThrownTypes Effects::guards(const Instruction &instruction) const {
  Builder builder(*this, owners.memory(*instruction.getFunction()));
  builder.visit(instruction);
  return std::move(builder.guards);
}

EffectOrigin Effects::origin(const Function &function, EffectKind kind) const {
  SmallPtrSet<const Function *, 8> seen;
  const Function *current = &function;
  EffectOrigin result;
  while (seen.insert(current).second) {
    auto it = summary(*current).kinds.find(kind);
    if (it == summary(*current).kinds.end())
      break;
    result = {it->second.where, current, ~0u, isUsers(*it->second.where) ? it->second.where : result.visible};
    auto *call = dyn_cast<CallBase>(it->second.where);
    const Function *callee = call ? call->getCalledFunction() : nullptr;
    if (!callee || callee->isDeclaration())
      break;
    current = callee;
  }
  return result;
}

/// Walks from a read or write that a caller sees down to the access itself.
EffectOrigin Effects::follow(const Function &function, EffectCause cause, bool isWrite) const {
  EffectOrigin result{cause.where, &function, cause.object, cause.where};
  SmallPtrSet<const Function *, 8> seen;
  while (result.where && seen.insert(result.function).second) {
    auto *call = dyn_cast<CallBase>(result.where);
    const Function *callee = call ? call->getCalledFunction() : nullptr;
    if (!callee || callee->isDeclaration() || !owners.summary(callee))
      break;
    std::vector<ObjectSet> here = owners.memory(*result.function).instantiate(*call, *owners.summary(callee));
    const auto &list = isWrite ? summary(*callee).writes : summary(*callee).reads;
    const EffectCause *next = nullptr;
    for (auto &[id, inner] : list)
      if (!next && id < here.size() && here[id].test(result.object))
        next = &inner;
    if (!next)
      break;
    result = {next->where, callee, next->object, isUsers(*next->where) ? next->where : result.visible};
  }
  return result;
}

EffectOrigin Effects::originOfWrite(const Function &function, ObjectId object) const {
  auto &writes = summary(function).writes;
  auto it = writes.find(object);
  return it == writes.end() ? EffectOrigin() : follow(function, it->second, true);
}

EffectOrigin Effects::originOfRead(const Function &function, ObjectId object) const {
  auto &reads = summary(function).reads;
  auto it = reads.find(object);
  return it == reads.end() ? EffectOrigin() : follow(function, it->second, false);
}

void Effects::print(raw_ostream &out) const {
  for (const Function &function : module) {
    auto it = summaries.find(&function);
    if (it == summaries.end())
      continue;
    const FunctionMemory &memory = owners.memory(function);
    out << "effects of " << function.getName() << ":";
    for (auto &[kind, cause] : it->second.kinds)
      out << " " << effectName(kind);
    out << "\n";
    it->second.guards.print(out);
    auto list = [&](const char *verb, const std::map<ObjectId, EffectCause> &entries) {
      for (auto &[id, cause] : entries) {
        out << "  " << verb << " " << memory.describe(cause.object);
        if (memory.object(cause.object).kind == MemoryObject::Kind::Parameter)
          out << " level " << memory.object(cause.object).level;
        out << "\n";
      }
    };
    list("reads", it->second.reads);
    list("writes", it->second.writes);
  }
}

} // namespace cleave
