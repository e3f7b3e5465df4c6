// Ownership.cpp - points-to analysis with summaries.
//
// THE PROBLEM. "May these two touch the same memory?" for C++ values: a vector owns a buffer that is reached through a
// loaded pointer, so looking at addresses alone everything may alias everything.
//
// THE ANSWER. Each function gets a graph. Its nodes are pieces of memory: allocas, globals, allocations, one "unknown"
// for all that escaped, and for each argument a chain of nodes (what it points to, what is reached by one more load,
// ...). An edge o -> p says that o may hold a pointer to p. The graph is flow-insensitive and field-insensitive
// (Andersen 1994), which makes it small and easy to trust; what makes it precise enough is that each call gets its own
// instance of the callee's graph (a summary), so `blocks = read(a); total = zero(b)` are two allocations even though
// both come from one `operator new`.
//
//     std::vector<Block> blocks = read();          blocks -> fresh(read)   fresh(read) -> fresh(read)
//     Total total;                                 total  -> fresh(zero)
//     for (auto &b : blocks)
//       total = merged(std::move(total), count(b));   writes total, fresh(zero), fresh(merged): not blocks
//
// WHY NOT TYPES. design.md offers an axiom, "distinct owners of value-semantic types are disjoint", withdrawn where raw
// pointers appear. The graph needs no axiom: a raw pointer member is just one more edge, two references to one object
// are the same node, and `b = std::move(a)` joins what the IR joins. A wrong fact about a type cannot make it unsound.
//
// ARGUMENTS. Inside a callee two arguments are taken as disjoint when the graph is built. That is right for building
// it (a caller in which both are one object replays the callee's edges on that one object), but not for asking
// mayOverlap() inside the callee. The same goes for what one argument reaches by one load and by two: a vector's buffer
// and the buffers of the vectors in it are apart, a list's node and the next one are not. So aliases are propagated
// from callers to callees, over the whole program: two pieces may overlap if they do so at some call. A function that
// is called from outside or through a pointer gets no such promise.
#include "passes/Ownership.h"
#include "passes/Models.h"
#include "passes/Places.h"
#include "passes/PointerFreeCopies.h"
#include "llvm/ADT/SCCIterator.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/CallGraph.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugLoc.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cleave {

// ---- queries -----------------------------------------------------------------------------------------------------

const ObjectSet &FunctionMemory::pointsTo(const Value *value) const {
  static const ObjectSet empty;
  auto it = sets.find(value);
  return it == sets.end() ? empty : it->second;
}

ObjectSet FunctionMemory::loadFrom(const ObjectSet &from) const {
  ObjectSet result;
  for (ObjectId id : from)
    result |= contents[id];
  return result;
}

ObjectSet FunctionMemory::reach(ObjectSet from, ObjectId notThrough) const {
  SmallVector<ObjectId, 16> work;
  for (ObjectId id : from)
    work.push_back(id);
  while (!work.empty())
    if (ObjectId id = work.pop_back_val(); id != notThrough)
      for (ObjectId next : contents[id])
        if (from.test_and_set(next))
          work.push_back(next);
  return from;
}

ObjectSet FunctionMemory::widened(const ObjectSet &set) const {
  ObjectSet result = set;
  if (result.test(unknownObject))
    result |= reach(contents[unknownObject]);
  result.reset(constantObject);
  return result;
}

/// Looks at pairs; asked only where the answer is known to be yes, for the words of a remark.
ObjectId FunctionMemory::firstOverlap(const ObjectSet &a, const ObjectSet &b) const {
  if (!mayOverlap(a, b))
    return ~0u;
  ObjectSet left = widened(a), right = widened(b);
  // Of several shared objects the first that a person has a name for is told.
  ObjectId first = ~0u;
  auto found = [&](ObjectId id) {
    if (first == ~0u)
      first = id;
    return describe(id) != "a temporary";
  };
  for (ObjectId x : left)
    for (ObjectId y : right) {
      ObjectSet one, other;
      one.set(x);
      other.set(y);
      if (!mayOverlap(one, other))
        continue;
      // Of unknown memory and something, that something.
      bool isMore = objects[x].kind == MemoryObject::Kind::Parameter || (x != unknownObject && y == unknownObject);
      if (ObjectId shared = isMore ? x : y; found(shared))
        return shared;
    }
  return first;
}

FunctionMemory::Extent FunctionMemory::extentOf(const ObjectSet &set) const {
  Extent result{widened(set), {}, false, false};
  for (ObjectId id : result.objects) {
    MemoryObject::Kind kind = objects[id].kind;
    if (kind == MemoryObject::Kind::Parameter)
      result.aliases |= aliases[id];
    result.isUnknown |= id == unknownObject;
    result.isOutside |= id == unknownObject || kind == MemoryObject::Kind::Global;
  }
  return result;
}

bool FunctionMemory::mayOverlap(const Extent &a, const Extent &b) {
  return a.objects.intersects(b.objects) || a.aliases.intersects(b.objects) || (a.isUnknown && b.isOutside) ||
         (b.isUnknown && a.isOutside) || (a.isOutside && b.aliases.test(unknownObject)) ||
         (b.isOutside && a.aliases.test(unknownObject));
}

bool FunctionMemory::mayOverlap(const ObjectSet &a, const ObjectSet &b) const {
  return !a.empty() && !b.empty() && mayOverlap(extentOf(a), extentOf(b));
}

std::array<ObjectSet, FunctionMemory::levels> FunctionMemory::levelsOf(const CallBase &call, unsigned number) const {
  std::array<ObjectSet, levels> result;
  result[0] = pointsTo(call.getArgOperand(number));
  for (unsigned level = 1; level < levels; ++level)
    result[level] = loadFrom(result[level - 1]);
  result.back() = reach(result.back());
  return result;
}

std::vector<ObjectSet> FunctionMemory::instantiate(const CallBase &call, const OwnershipSummary &summary) const {
  std::vector<ObjectSet> result(summary.contents.size());
  result[unknownObject].set(unknownObject);
  result[constantObject].set(constantObject);
  unsigned arguments = call.getCalledFunction()->arg_size();
  for (unsigned k = 0; k < std::min(arguments, call.arg_size()); ++k)
    move(levelsOf(call, k), result.begin() + parameterObject(k, 0));
  unsigned next = 2 + arguments * levels;
  for (const GlobalVariable *global : summary.globals) {
    auto it = ids.find({global, 0});
    result[next++].set(it == ids.end() ? unknownObject : it->second);
  }
  for (unsigned k = 0; k < summary.freshCount; ++k, ++next) {
    auto it = ids.find({&call, k});
    if (it != ids.end())
      result[next].set(it->second);
  }
  return result;
}

/// "global 'hits'", "static 'cache'". A guard is spoken of as what it guards.
static std::string describeVariable(const GlobalVariable &variable) {
  StringRef symbol = variable.getName();
  if (symbol.starts_with("_Z")) // linking adds suffixes to internal names
    symbol = symbol.take_until([](char c) { return c == '.'; });
  std::string mangled = symbol.consume_front("_ZGV") ? ("_Z" + symbol).str() : symbol.str();
  StringRef kind = variable.isThreadLocal() ? "thread-local" : "global";
  if (StringRef(mangled).starts_with("_ZZ"))
    kind = "static";
  return (kind + " '" + spokenName(mangled) + "'").str();
}

std::string FunctionMemory::describe(ObjectId id) const {
  const MemoryObject &object = objects[id];
  switch (object.kind) {
  case MemoryObject::Kind::Unknown:
    return "memory that may be reached from anywhere";
  case MemoryObject::Kind::Constant:
    return "constant data";
  case MemoryObject::Kind::Parameter:
    if (fn.getArg(object.argument)->hasStructRetAttr())
      return "its result";
    return ("'" + fn.getArg(object.argument)->getName() + "'").str();
  case MemoryObject::Kind::Global:
    return describeVariable(*cast<GlobalVariable>(object.value));
  case MemoryObject::Kind::Local: {
    StringRef name = object.value->getName();
    if (name.starts_with("ref.tmp") || name.starts_with("agg.tmp") || name.starts_with("tmp"))
      return "a temporary";
    // Inlining and SROA add suffixes: total.i.i, total.sroa.0.
    name = name.take_until([](char c) { return c == '.'; });
    return name.empty() ? "a temporary" : ("'" + name + "'").str();
  }
  case MemoryObject::Kind::Fresh: {
    // Memory is named after the variable that holds it.
    for (ObjectId owner = 0; owner < objects.size(); ++owner)
      if (objects[owner].kind == MemoryObject::Kind::Local && contents[owner].test(id) &&
          describe(owner) != "a temporary")
        return "memory of " + describe(owner);
    if (SourcePlace where = placeOf(cast<Instruction>(object.value)))
      return "memory allocated at " + where.file + ":" + std::to_string(where.line);
    return "memory allocated here";
  }
  }
  llvm_unreachable("object kind");
}

void FunctionMemory::print(raw_ostream &out) const {
  out << "memory of " << fn.getName() << ":\n";
  auto list = [&](const ObjectSet &set) {
    bool isFirst = true;
    out << "{";
    for (ObjectId id : set) {
      out << (isFirst ? "" : " ") << id;
      isFirst = false;
    }
    out << "}";
  };
  for (ObjectId id = 0; id < objects.size(); ++id) {
    out << "  " << id << " " << describe(id);
    if (objects[id].kind == MemoryObject::Kind::Parameter)
      out << " level " << objects[id].level;
    out << " -> ";
    list(contents[id]);
    out << "\n";
  }
  for (ObjectId id = 0; id < aliases.size(); ++id)
    if (!aliases[id].empty()) {
      out << "  " << id << " may overlap ";
      list(aliases[id]);
      out << "\n";
    }
}

// ---- building one function's graph -------------------------------------------------------------------------------

/// Applies the transfer function of each instruction until nothing changes.
class MemoryBuilder {
public:
  MemoryBuilder(FunctionMemory &memory, const DenseMap<const Function *, OwnershipSummary> &summaries, bool isRecursive)
      : memory(memory), summaries(summaries), isRecursive(isRecursive) {}

  void build() {
    createParameterObjects();
    do {
      changed = false;
      for (const Instruction &instruction : instructions(memory.fn))
        visit(instruction);
    } while (changed);
  }

  enum class Escaped : bool { Fresh, Unknown };
  OwnershipSummary summarise(Escaped escaped) const;

private:
  using Kind = MemoryObject::Kind;

  ObjectId addObject(MemoryObject object, ObjectSet holds) {
    memory.objects.push_back(object);
    memory.contents.push_back(std::move(holds));
    memory.stored.emplace_back();
    changed = true;
    return memory.objects.size() - 1;
  }

  void createParameterObjects() {
    ObjectSet self;
    self.set(FunctionMemory::unknownObject);
    addObject({Kind::Unknown}, self);
    self.clear();
    self.set(FunctionMemory::constantObject);
    addObject({Kind::Constant}, self);
    for (const Argument &argument : memory.fn.args()) {
      unsigned number = argument.getArgNo();
      for (unsigned level = 0; level < FunctionMemory::levels; ++level) {
        ObjectSet next;
        // A fresh result slot or a by-value scalar holds no pointers yet.
        if (!argument.hasStructRetAttr())
          next.set(FunctionMemory::parameterObject(number, std::min(level + 1, FunctionMemory::levels - 1)));
        addObject({Kind::Parameter, &argument, number, level}, next);
      }
      if (argument.getType()->isPointerTy())
        memory.sets[&argument].set(FunctionMemory::parameterObject(number, 0));
    }
    memory.aliases.resize(FunctionMemory::parameterObject(memory.fn.arg_size(), 0));
  }

  ObjectId objectOf(Kind kind, const Value *value, unsigned index = 0) {
    auto [it, isNew] = memory.ids.try_emplace({value, index}, memory.objects.size());
    if (isNew)
      addObject({kind, value}, {});
    return it->second;
  }

  /// Clang declares the tables of the language's run time without saying that they are constant.
  static bool isConstantData(const GlobalVariable &global) {
    return global.isConstant() || (global.isDeclaration() && global.getName().starts_with("_ZTV"));
  }

  /// A constant table whose initialiser leads to constants only.
  static bool leadsToConstantsOnly(const Constant *constant, SmallPtrSetImpl<const Constant *> &seen) {
    if (!seen.insert(constant).second || isa<Function>(constant) || isa<ConstantData>(constant))
      return true;
    if (auto *global = dyn_cast<GlobalVariable>(constant))
      return isConstantData(*global) && (!global->hasInitializer() || leadsToConstantsOnly(global->getInitializer(), seen));
    if (isa<GlobalValue>(constant))
      return false;
    return all_of(constant->operands(),
                  [&](const Use &use) { return leadsToConstantsOnly(cast<Constant>(use.get()), seen); });
  }

  ObjectSet ofConstant(const Constant *constant) {
    ObjectSet result;
    if (isa<ConstantData>(constant) || isa<BlockAddress>(constant))
      return result;
    if (isa<Function>(constant)) {
      result.set(FunctionMemory::constantObject);
      return result;
    }
    if (auto *global = dyn_cast<GlobalVariable>(constant)) {
      SmallPtrSet<const Constant *, 8> seen;
      if (isConstantData(*global) && leadsToConstantsOnly(global, seen)) {
        result.set(FunctionMemory::constantObject);
        return result;
      }
      ObjectId id = objectOf(Kind::Global, global);
      memory.contents[id].set(FunctionMemory::unknownObject);
      result.set(id);
      return result;
    }
    if (isa<GlobalValue>(constant)) {
      result.set(FunctionMemory::unknownObject);
      return result;
    }
    if (auto *expression = dyn_cast<ConstantExpr>(constant);
        expression && expression->getOpcode() == Instruction::IntToPtr) {
      result.set(FunctionMemory::unknownObject);
      return result;
    }
    for (const Use &use : constant->operands())
      result |= ofConstant(cast<Constant>(use.get()));
    return result;
  }

  ObjectSet of(const Value *value) {
    auto *constant = dyn_cast<Constant>(value);
    if (!constant || memory.sets.contains(value))
      return memory.pointsTo(value);
    // Kept, so that queries about accesses through constant addresses find it.
    ObjectSet result = ofConstant(constant);
    memory.sets[value] = result;
    return result;
  }

  void include(const Value *value, const ObjectSet &set) { changed |= (memory.sets[value] |= set); }
  void hold(const ObjectSet &where, const ObjectSet &what) {
    for (ObjectId id : where) {
      changed |= (memory.contents[id] |= what);
      memory.stored[id] |= what;
      // Globals are seen by every function: what is stored in them can be found from anywhere.
      if (memory.objects[id].kind == Kind::Global || id == FunctionMemory::unknownObject)
        escape(what);
    }
  }

  /// From now on all of `set` may be reached, read and written by code that we do not see.
  void escape(const ObjectSet &set) {
    ObjectSet unknown;
    unknown.set(FunctionMemory::unknownObject);
    changed |= (memory.contents[FunctionMemory::unknownObject] |= set);
    memory.stored[FunctionMemory::unknownObject] |= set;
    for (ObjectId id : memory.reach(set))
      if (id != FunctionMemory::constantObject) {
        changed |= (memory.contents[id] |= unknown);
        memory.stored[id] |= unknown;
      }
  }

  static bool mayHoldPointer(const Type *type) {
    if (type->isPointerTy() || (type->isIntegerTy() && type->getIntegerBitWidth() >= 64))
      return true;
    if (auto *vector = dyn_cast<VectorType>(type))
      return mayHoldPointer(vector->getElementType());
    return any_of(type->subtypes(), mayHoldPointer);
  }

  /// Loads and stores of plain integers, as the front end's type tags say, move no pointers.
  static bool movesNoPointer(const Instruction &access, const Type *type) {
    if (!mayHoldPointer(type))
      return true;
    return !type->isPtrOrPtrVectorTy() && isPointerFreeTag(access.getMetadata(LLVMContext::MD_tbaa));
  }

  void visit(const Instruction &instruction);
  void visitArithmetic(const BinaryOperator &instruction);
  void visitCall(const CallBase &call);
  void applySummary(const CallBase &call, const OwnershipSummary &summary);
  void applyModel(const CallBase &call);
  void prepareFresh(const CallBase &call, unsigned count) {
    for (unsigned k = 0; k < count; ++k)
      objectOf(Kind::Fresh, &call, k);
  }

  FunctionMemory &memory;
  const DenseMap<const Function *, OwnershipSummary> &summaries;
  bool isRecursive;
  bool changed = false;
};

void MemoryBuilder::visitArithmetic(const BinaryOperator &instruction) {
  // What is computed from an address can, turned back into a pointer, only lead to the same objects. A difference of
  // two addresses is a distance and leads nowhere.
  ObjectSet left = of(instruction.getOperand(0)), right = of(instruction.getOperand(1));
  if (instruction.getOpcode() == Instruction::Sub && !left.empty() && !right.empty())
    return;
  include(&instruction, left);
  include(&instruction, right);
}

void MemoryBuilder::visit(const Instruction &instruction) {
  if (auto *alloca = dyn_cast<AllocaInst>(&instruction)) {
    ObjectSet self;
    self.set(objectOf(Kind::Local, alloca));
    include(alloca, self);
  } else if (auto *load = dyn_cast<LoadInst>(&instruction)) {
    ObjectSet from = of(load->getPointerOperand());
    if (!movesNoPointer(*load, load->getType()))
      include(load, memory.loadFrom(from));
  } else if (auto *store = dyn_cast<StoreInst>(&instruction)) {
    ObjectSet where = of(store->getPointerOperand());
    if (!movesNoPointer(*store, store->getValueOperand()->getType()))
      hold(where, of(store->getValueOperand()));
  } else if (auto *call = dyn_cast<CallBase>(&instruction)) {
    visitCall(*call);
  } else if (auto *ret = dyn_cast<ReturnInst>(&instruction)) {
    if (ret->getReturnValue())
      changed |= (memory.returned |= of(ret->getReturnValue()));
  } else if (auto *arithmetic = dyn_cast<BinaryOperator>(&instruction)) {
    visitArithmetic(*arithmetic);
  } else if (isa<IntToPtrInst>(instruction)) {
    ObjectSet from = of(instruction.getOperand(0));
    if (from.empty() && !isa<ConstantInt>(instruction.getOperand(0)))
      from.set(FunctionMemory::unknownObject);
    include(&instruction, from);
  } else if (isa<LandingPadInst>(instruction) || isa<VAArgInst>(instruction)) {
    ObjectSet unknown;
    unknown.set(FunctionMemory::unknownObject);
    include(&instruction, unknown);
  } else if (isa<AtomicRMWInst>(instruction) || isa<AtomicCmpXchgInst>(instruction)) {
    const Value *address = instruction.getOperand(0);
    for (unsigned k = 1; k < instruction.getNumOperands(); ++k)
      hold(of(address), of(instruction.getOperand(k)));
    include(&instruction, memory.loadFrom(of(address)));
  } else if (isa<CmpInst>(instruction)) {
    return;
  } else if (mayHoldPointer(instruction.getType())) {
    // Casts, GEPs, phis, selects, freeze, aggregate and vector shuffling: what goes in may come out.
    for (const Use &use : instruction.operands())
      if (!isa<BasicBlock>(use.get()) && !(isa<GetElementPtrInst>(instruction) && use.getOperandNo() > 0))
        include(&instruction, of(use.get()));
  }
}

void MemoryBuilder::visitCall(const CallBase &call) {
  for (const Use &argument : call.args())
    if (isa<Constant>(argument.get()) && mayHoldPointer(argument->getType()))
      of(argument.get());
  if (isa<DbgInfoIntrinsic>(call) || call.isLifetimeStartOrEnd())
    return;
  const Function *callee = call.getCalledFunction();
  if (callee && !callee->isDeclaration() && callee->arg_size() == call.arg_size()) {
    if (auto it = summaries.find(callee); it != summaries.end())
      applySummary(call, it->second);
    return;
  }
  applyModel(call);
}

void MemoryBuilder::applySummary(const CallBase &call, const OwnershipSummary &summary) {
  prepareFresh(call, summary.freshCount);
  for (const Use &argument : call.args())
    if (!argument->getType()->isPointerTy()) // a pointer in disguise: the callee makes one of it that may lead anywhere
      if (ObjectSet set = of(argument.get()); !set.empty())
        escape(set);
  for (const GlobalVariable *global : summary.globals)
    ofConstant(global);
  std::vector<ObjectSet> here = memory.instantiate(call, summary);
  auto translate = [&](const ObjectSet &set) {
    ObjectSet result;
    for (ObjectId id : set)
      result |= here[id];
    return result;
  };
  for (ObjectId id = 0; id < summary.contents.size(); ++id)
    if (id != FunctionMemory::constantObject)
      hold(here[id], translate(summary.contents[id]));
  if (mayHoldPointer(call.getType()))
    include(&call, translate(summary.returned));
}

void MemoryBuilder::applyModel(const CallBase &call) {
  if (auto *transfer = dyn_cast<MemTransferInst>(&call)) {
    if (!transfer->getMetadata(pointerFree))
      hold(of(transfer->getRawDest()), memory.loadFrom(of(transfer->getRawSource())));
    return;
  }
  CallModel model = modelOfCall(call);
  ObjectSet arguments;
  for (const Use &argument : call.args())
    arguments |= of(argument.get());
  ObjectSet fresh;
  if (model.kind == CallModel::Class::Unknown || model.escapes)
    escape(arguments);
  if (model.kind == CallModel::Class::Allocates || model.deep)
    fresh.set(objectOf(Kind::Fresh, &call));
  if (model.deep)
    for (unsigned k = 0; k < call.arg_size(); ++k)
      if (model.writes.test(k))
        hold(memory.reach(of(call.getArgOperand(k))), fresh);
  if (model.firstKeeps && call.arg_size()) {
    // Nodes are linked with each other: every object that the arguments reach may end up in any other.
    ObjectSet all = memory.reach(arguments);
    for (unsigned k = 0; k < call.arg_size(); ++k)
      if (model.writes.test(k))
        hold(memory.reach(of(call.getArgOperand(k))), all);
  }
  if (model.secondKeepsFirst && call.arg_size() > 1)
    hold(of(call.getArgOperand(1)), of(call.getArgOperand(0)));
  if (!mayHoldPointer(call.getType()))
    return;
  if (model.kind == CallModel::Class::Allocates)
    return include(&call, fresh);
  if (!call.getType()->isPtrOrPtrVectorTy() && model.kind != CallModel::Class::Unknown)
    return;
  switch (model.returns) {
  case CallModel::Returns::Nothing:
    return;
  case CallModel::Returns::FirstArgument:
    return include(&call, of(call.getArgOperand(0)));
  case CallModel::Returns::ReachOfArguments:
    return include(&call, memory.reach(arguments));
  case CallModel::Returns::Fresh:
    fresh.set(objectOf(Kind::Fresh, &call));
    return include(&call, fresh);
  case CallModel::Returns::Unknown: {
    ObjectSet unknown;
    unknown.set(FunctionMemory::unknownObject);
    return include(&call, unknown);
  }
  }
}

/// Allocations kept apart in a summary; beyond that they are one. In recursion they are one from the start: the summary
/// then only grows, so the iteration over the component ends.
static constexpr unsigned maxFreshKept = 8;

/// Escaped::Unknown: fresh memory that callers get to through unknown memory alone (an exception that was thrown) is unknown
/// memory to them. Else it would be one with what the function returns, where there are too many to be kept apart.
OwnershipSummary MemoryBuilder::summarise(Escaped escaped) const {
  OwnershipSummary summary;
  unsigned maxFresh = isRecursive ? 1 : maxFreshKept;
  unsigned fixed = 2 + memory.fn.arg_size() * FunctionMemory::levels;
  // What outlives the call: reachable from arguments, the result, globals and unknown memory.
  ObjectSet roots = memory.returned;
  for (ObjectId id = 0; id < memory.objects.size(); ++id)
    if (id < fixed || memory.objects[id].kind == Kind::Global)
      roots.set(id);
  ObjectSet live = memory.reach(roots);
  DenseMap<ObjectId, unsigned> number;
  for (ObjectId id = 0; id < fixed; ++id)
    number[id] = id;
  unsigned next = fixed;
  for (ObjectId id : live)
    if (memory.objects[id].kind == Kind::Global) {
      summary.globals.push_back(cast<GlobalVariable>(memory.objects[id].value));
      number[id] = next++;
    }
  ObjectSet direct = memory.reach(roots, FunctionMemory::unknownObject);
  unsigned firstFresh = next;
  for (ObjectId id : live)
    // A dangling local counts as fresh memory: returning its address is a bug of the program's, not ours.
    if (memory.objects[id].kind == Kind::Fresh || memory.objects[id].kind == Kind::Local)
      number[id] = escaped == Escaped::Unknown && !direct.test(id) ? FunctionMemory::unknownObject : std::min(next++, firstFresh + maxFresh - 1);
  next = std::min(next, firstFresh + maxFresh);
  summary.freshCount = next - firstFresh;
  summary.contents.resize(next);
  auto translate = [&](const ObjectSet &set) {
    ObjectSet result;
    for (ObjectId id : set)
      if (auto it = number.find(id); it != number.end())
        result.set(it->second);
    return result;
  };
  for (auto [id, to] : number)
    // Of arguments only what was stored: their callers know what they held before.
    summary.contents[to] |= translate(id < fixed ? memory.stored[id] : memory.contents[id]);
  summary.returned = translate(memory.returned);
  return summary;
}

// ---- the whole program -------------------------------------------------------------------------------------------

Ownership::Ownership(Module &module, CallGraph &graph) : module(module) {
  analyseBottomUp(graph);
  propagateAliases();
}

Ownership::~Ownership() = default;

const FunctionMemory &Ownership::memory(const Function &function) const { return *memories.find(&function)->second; }

const OwnershipSummary *Ownership::summary(const Function *function) const {
  auto it = summaries.find(function);
  return it == summaries.end() ? nullptr : &it->second;
}

static constexpr unsigned maxRoundsOfRecursion = 8;

void Ownership::analyseBottomUp(CallGraph &graph) {
  for (auto scc = scc_begin(&graph); !scc.isAtEnd(); ++scc) {
    SmallVector<const Function *, 4> order;
    for (CallGraphNode *node : *scc)
      if (Function *function = node->getFunction(); function && !function->isDeclaration())
        order.push_back(function);
    bool changed;
    unsigned rounds = 0;
    do {
      changed = false;
      // What is only escaped in one round may be returned in the next: then summaries do not just grow, and might never end.
      auto escaped = ++rounds < maxRoundsOfRecursion ? MemoryBuilder::Escaped::Unknown : MemoryBuilder::Escaped::Fresh;
      for (const Function *function : order) {
        auto memory = std::unique_ptr<FunctionMemory>(new FunctionMemory(*function));
        MemoryBuilder builder(*memory, summaries, scc.hasCycle());
        builder.build();
        OwnershipSummary summary = builder.summarise(escaped);
        OwnershipSummary &old = summaries[function];
        if (!(old == summary)) {
          old = std::move(summary);
          changed = true;
        }
        memories[function] = std::move(memory);
      }
    } while (changed && scc.hasCycle());
  }
}

/// Of a function whose callers are not known: all parameters and all that they reach may be one, and anything, but for the
/// slot of the result, which nobody else has yet.
static void assumeAliases(const Function &function, std::vector<ObjectSet> &aliases) {
  ObjectSet all;
  all.set(FunctionMemory::unknownObject);
  for (const Argument &argument : function.args())
    for (unsigned level = 0; level < FunctionMemory::levels && !argument.hasStructRetAttr(); ++level)
      all.set(FunctionMemory::parameterObject(argument.getArgNo(), level));
  for (ObjectId id : all)
    if (id != FunctionMemory::unknownObject)
      aliases[id] = all;
}

void Ownership::propagateAliases() {
  // Pessimistic where callers are not all known; otherwise grows from nothing to what the calls show.
  SmallSetVector<const Function *, 32> work;
  for (const Function &function : module) {
    auto it = memories.find(&function);
    if (it == memories.end())
      continue;
    work.insert(&function);
    if (!function.hasLocalLinkage() || function.hasAddressTaken())
      assumeAliases(function, it->second->aliases);
  }
  while (!work.empty()) {
    const Function *caller = work.pop_back_val();
    const FunctionMemory &memory = *memories.find(caller)->second;
    FunctionMemory::Extent outside;
    outside.objects.set(FunctionMemory::unknownObject);
    for (ObjectId id = 0; id < memory.objectCount(); ++id)
      if (memory.object(id).kind == MemoryObject::Kind::Global)
        outside.objects.set(id);
    outside = memory.extentOf(outside.objects);
    for (const Instruction &instruction : instructions(*caller)) {
      auto *call = dyn_cast<CallBase>(&instruction);
      const Function *callee = call ? call->getCalledFunction() : nullptr;
      auto it = callee ? memories.find(callee) : memories.end();
      if (it != memories.end() && passAliases(*call, memory, outside, it->second->aliases))
        work.insert(callee);
    }
  }
}

/// What `call`'s arguments share becomes what its callee's parameters may share. Did that add something?
bool Ownership::passAliases(const CallBase &call, const FunctionMemory &memory, const FunctionMemory::Extent &outside,
                            std::vector<ObjectSet> &aliases) const {
  SmallVector<std::pair<ObjectId, FunctionMemory::Extent>, 16> reached;
  for (const Argument &parameter : call.getCalledFunction()->args()) {
    unsigned number = parameter.getArgNo();
    if (!call.getArgOperand(number)->getType()->isPtrOrPtrVectorTy())
      continue;
    // What a result slot held before is dead: only the slot itself can be shared.
    unsigned levels = parameter.hasStructRetAttr() ? 1 : FunctionMemory::levels;
    auto sets = memory.levelsOf(call, number);
    for (unsigned level = 0; level < levels; ++level)
      if (!sets[level].empty())
        reached.push_back({FunctionMemory::parameterObject(number, level), memory.extentOf(sets[level])});
  }
  bool changed = false;
  for (auto &[id, extent] : reached) {
    if (!aliases[id].test(FunctionMemory::unknownObject) && FunctionMemory::mayOverlap(extent, outside))
      changed |= aliases[id].test_and_set(FunctionMemory::unknownObject);
    for (auto &[other, otherExtent] : reached)
      if (other < id && !aliases[id].test(other) && FunctionMemory::mayOverlap(extent, otherExtent)) {
        aliases[id].set(other);
        aliases[other].set(id);
        changed = true;
      }
  }
  return changed;
}

void Ownership::print(raw_ostream &out) const {
  for (const Function &function : module)
    if (auto it = memories.find(&function); it != memories.end())
      it->second->print(out);
}

} // namespace cleave
