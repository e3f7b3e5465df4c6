// Extents.cpp - accesses through references must stay inside the objects that they refer to.
//
// A borrowed parameter may be a view of something larger: `(&first)[1]` walks from a reference to an array element into
// its neighbours, a CRTP base casts itself down. The task would get a copy of the object alone. So each pointer is
// followed from the parameter on, through functions that it is handed to, and every access must lie within the type's
// size. The same is asked of what the parameter itself refers to (the captures of a lambda): a load of a reference is
// the beginning of another such walk. A reference that is put away in a local object (a class with a member that refers
// to the text, a lambda) is followed out of it again, as long as nobody else knows the object. Where a pointer is lost, the
// answer is no.
//
// An object behind a reference to a class with virtual functions is larger than the class; but which of its functions
// runs is decided by the object, and each of them is measured with its own class.
#include "passes/Extents.h"
#include "passes/Dispatch.h"
#include "passes/Places.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include <set>

using namespace llvm;

namespace cleave {

namespace {
/// Do all accesses through a pointer stay inside the object that it was given as a reference to?
class ExtentCheck {
public:
  ExtentCheck(const Module &module) : layout(module.getDataLayout()) {}

  /// `pointer` points `offset` bytes into an object of `type`.
  bool staysInside(const Value *pointer, int64_t offset, const MDNode *type);
  /// What a by-value parameter's register `argument` holds, `offset` bytes into the object.
  bool staysInside(const Argument &argument, uint64_t offset, const MDNode *type);
  const Instruction *culprit = nullptr; ///< where it does not

private:
  bool staysInsideAt(const Use &use, int64_t offset, const MDNode *type);
  bool passesOn(const CallBase &call, const Use &use, int64_t offset, const MDNode *type);
  bool loads(const Instruction &load, int64_t offset, const MDNode *type);
  bool isPutAway(const StoreInst &store, int64_t offset, const MDNode *type);
  bool comesBack(const Value *holder, int64_t slot, int64_t offset, const MDNode *type);
  bool comesBackAt(const Use &use, int64_t slot, int64_t offset, const MDNode *type);
  /// False: `pointer` has been at too many places already, as one that moves along in a loop is.
  bool mayVisit(const Value *pointer);

  static constexpr unsigned maxPlaces = 16;
  const DataLayout &layout;
  std::set<std::tuple<const Value *, int64_t, const MDNode *>> seen;
  std::set<std::tuple<const Value *, int64_t, int64_t, const MDNode *>> seenHolders;
  DenseMap<const Value *, unsigned> places;
};
} // namespace

/// The reference at byte `offset` of `type`, or null. `isNear`: something of `bytes` bytes there touches one.
static const MDNode *referenceAt(const MDNode *type, uint64_t offset, uint64_t bytes, bool &isNear) {
  StringRef kind = typeKind(type);
  if (kind == "reference") {
    isNear |= offset < 8;
    return offset == 0 && bytes == 8 ? type : nullptr;
  }
  if (kind == "array") {
    const MDNode *element = nodeOperand(type, 2);
    uint64_t size = std::max<uint64_t>(typeSize(element), 1);
    return referenceAt(element, offset % size, bytes, isNear);
  }
  if (kind != "record")
    return nullptr;
  const MDNode *found = nullptr;
  for (unsigned k = 4; k + 1 < type->getNumOperands(); k += 2) {
    uint64_t begin = integerOperand(type, k);
    const MDNode *field = nodeOperand(type, k + 1);
    if (offset < begin + typeSize(field) && begin < offset + bytes)
      if (const MDNode *inner = referenceAt(field, offset < begin ? 0 : offset - begin, bytes, isNear);
          inner && offset >= begin)
        found = inner;
  }
  return found;
}

/// Is there a tree whose end node lies at `offset`? It is walked together with the nodes, which are larger, but nobody
/// may look at the value of the end.
static bool isTreeEnd(const MDNode *type, int64_t offset) {
  StringRef kind = typeKind(type);
  if (kind == "rbtree")
    return offset == 8;
  bool found = false;
  if (kind == "record")
    for (unsigned k = 4; k + 1 < type->getNumOperands(); k += 2)
      found = found || isTreeEnd(nodeOperand(type, k + 1), offset - static_cast<int64_t>(integerOperand(type, k)));
  return found;
}

bool ExtentCheck::mayVisit(const Value *pointer) { return ++places[pointer] <= maxPlaces; }

bool ExtentCheck::staysInside(const Value *pointer, int64_t offset, const MDNode *type) {
  // A parameter is the same pointer at another place if the function is called for two members. Each is looked at.
  if (!seen.insert({pointer, offset, type}).second)
    return true;
  if (!mayVisit(pointer))
    return false;
  return all_of(pointer->uses(), [&](const Use &use) {
    if (staysInsideAt(use, offset, type))
      return true;
    if (!culprit)
      culprit = dyn_cast<Instruction>(use.getUser());
    return false;
  });
}

bool ExtentCheck::staysInside(const Argument &argument, uint64_t offset, const MDNode *type) {
  bool isNear = false;
  const MDNode *reference = referenceAt(type, offset, layout.getTypeStoreSize(argument.getType()), isNear);
  if (!isNear)
    return true;
  return reference && argument.getType()->isPointerTy() && staysInside(&argument, 0, nodeOperand(reference, 1));
}

/// A load of a reference leads to another object, of which the same is asked.
bool ExtentCheck::loads(const Instruction &load, int64_t offset, const MDNode *type) {
  uint64_t bytes = layout.getTypeStoreSize(load.getType());
  if (offset < 0 || offset + bytes > typeSize(type))
    return false;
  bool isNear = false;
  const MDNode *reference = referenceAt(type, offset, bytes, isNear);
  if (!isNear)
    return true;
  return reference && load.getType()->isPointerTy() && staysInside(&load, 0, nodeOperand(reference, 1));
}

bool ExtentCheck::passesOn(const CallBase &call, const Use &use, int64_t offset, const MDNode *type) {
  if (call.isLifetimeStartOrEnd() || isa<DbgInfoIntrinsic>(call))
    return true;
  if (auto *copy = dyn_cast<MemIntrinsic>(&call)) {
    auto *length = dyn_cast<ConstantInt>(copy->getLength());
    bool isNear = false;
    if (!length || offset < 0 || offset + length->getZExtValue() > typeSize(type))
      return false;
    referenceAt(type, offset, length->getZExtValue(), isNear);
    return !isNear; // a copy of a reference would be lost
  }
  const Function *callee = call.getCalledFunction();
  if (!callee || callee->isDeclaration() || !call.isArgOperand(&use) ||
      call.getArgOperandNo(&use) >= callee->arg_size())
    return false;
  const Argument *argument = callee->getArg(call.getArgOperandNo(&use));
  // A virtual function is reached only by objects of its class.
  if (typeKind(type) == "polymorphic" && isDispatcher(*call.getFunction())) {
    auto facts = readFacts(*callee);
    const PassedValue *parameter = facts ? facts->parameterOfArgument(argument->getArgNo()) : nullptr;
    if (!parameter || offset != 0)
      return false;
    type = parameter->typeNode;
  }
  return staysInside(argument, offset, type);
}

/// The pointer becomes a member of a local object. Then whatever is loaded from there may be the pointer.
bool ExtentCheck::isPutAway(const StoreInst &store, int64_t offset, const MDNode *type) {
  APInt slot(64, 0);
  const Value *holder = store.getPointerOperand()->stripAndAccumulateConstantOffsets(layout, slot, true);
  return isa<AllocaInst>(holder) && store.isSimple() && comesBack(holder, slot.getSExtValue(), offset, type);
}

/// `slot` bytes behind `holder` there may be a pointer that points `offset` bytes into an object of `type`.
bool ExtentCheck::comesBack(const Value *holder, int64_t slot, int64_t offset, const MDNode *type) {
  if (!seenHolders.insert({holder, slot, offset, type}).second)
    return true;
  return mayVisit(holder) &&
         all_of(holder->uses(), [&](const Use &use) { return comesBackAt(use, slot, offset, type); });
}

bool ExtentCheck::comesBackAt(const Use &use, int64_t slot, int64_t offset, const MDNode *type) {
  const auto *user = dyn_cast<Instruction>(use.getUser());
  if (!user)
    return false;
  auto touches = [&](uint64_t bytes) { return slot < static_cast<int64_t>(bytes) && slot > -8; };
  if (isa<LoadInst>(user)) {
    if (!touches(layout.getTypeStoreSize(user->getType())))
      return true;
    return slot == 0 && user->getType()->isPointerTy() && staysInside(user, offset, type);
  }
  if (auto *store = dyn_cast<StoreInst>(user))
    return store->getValueOperand() != use.get();
  if (auto *gep = dyn_cast<GetElementPtrInst>(user)) {
    APInt constant(64, 0);
    return gep->accumulateConstantOffset(layout, constant) &&
           comesBack(gep, slot - constant.getSExtValue(), offset, type);
  }
  if (isa<PHINode>(user) || isa<SelectInst>(user))
    return comesBack(user, slot, offset, type);
  auto *call = dyn_cast<CallBase>(user);
  if (!call)
    return isa<CmpInst>(user);
  if (call->isLifetimeStartOrEnd() || isa<DbgInfoIntrinsic>(call) || isa<MemSetInst>(call))
    return true;
  if (auto *copy = dyn_cast<MemTransferInst>(call)) {
    auto *length = dyn_cast<ConstantInt>(copy->getLength());
    bool isSource = use.getOperandNo() == 1;
    return !isSource || (length && !touches(length->getZExtValue()));
  }
  const Function *callee = call->getCalledFunction();
  return callee && !callee->isDeclaration() && call->isArgOperand(&use) &&
         call->getArgOperandNo(&use) < callee->arg_size() &&
         comesBack(callee->getArg(call->getArgOperandNo(&use)), slot, offset, type);
}

/// Is `element`, which points to an element of an array, used only for access and for steps further into it?
static bool staysInElement(const GetElementPtrInst &element) {
  return all_of(element.uses(), [&](const Use &use) {
    const User *user = use.getUser();
    if (auto *inner = dyn_cast<GetElementPtrInst>(user)) {
      auto *first = dyn_cast<ConstantInt>(inner->idx_begin()->get());
      return first && first->isZero() && inner->getNumIndices() >= 2 &&
             inner->getSourceElementType() == element.getResultElementType() && staysInElement(*inner);
    }
    return isa<LoadInst>(user) || isa<CmpInst>(user) || isa<CallBase>(user) ||
           (isa<StoreInst>(user) && use.getOperandNo() == 1);
  });
}

bool ExtentCheck::staysInsideAt(const Use &use, int64_t offset, const MDNode *type) {
  const auto *user = dyn_cast<Instruction>(use.getUser());
  if (!user)
    return false;
  if (isa<LoadInst>(user))
    return loads(*user, offset, type);
  if (auto *store = dyn_cast<StoreInst>(user)) {
    if (store->getValueOperand() == use.get())
      return isPutAway(*store, offset, type);
    return offset >= 0 &&
           offset + layout.getTypeStoreSize(store->getValueOperand()->getType()) <= typeSize(type);
  }
  if (auto *gep = dyn_cast<GetElementPtrInst>(user)) {
    APInt constant(64, 0);
    if (gep->accumulateConstantOffset(layout, constant))
      return staysInside(gep, offset + constant.getSExtValue(), type);
    // A variable index is bounded by the language only below the first one: inside an array member.
    auto *first = dyn_cast<ConstantInt>(gep->idx_begin()->get());
    bool isNear = false;
    referenceAt(type, 0, typeSize(type), isNear);
    if (!first || !first->isZero() || gep->getNumIndices() < 2 || offset < 0 || isNear ||
        offset + layout.getTypeAllocSize(gep->getSourceElementType()) > typeSize(type))
      return false;
    return staysInElement(*gep);
  }
  if (auto *call = dyn_cast<CallBase>(user))
    return passesOn(*call, use, offset, type);
  if (isa<PHINode>(user) || isa<SelectInst>(user))
    return isTreeEnd(type, offset) || staysInside(user, offset, type);
  return isa<CmpInst>(user);
}

/// References that are not in the parameter itself but in memory that it owns: nobody can follow them there.
static bool hidesReferences(const Module &module, const MDNode *type) {
  StringRef kind = typeKind(type);
  bool isFollowed = kind == "record" || kind == "array" || kind == "reference";
  if (!isFollowed)
    return holdsReference(module, type);
  bool hides = false;
  forEachInnerType(module, type, [&](const MDNode *inner) { hides = hides || hidesReferences(module, inner); });
  return hides;
}

Refusal checkExtents(const Candidate &candidate) {
  const Function &function = *candidate.function;
  const Module &module = *function.getParent();
  for (const PassedValue &parameter : candidate.facts.parameters) {
    auto what = [&](const char *before, const char *after) {
      return ("'" + candidate.facts.shortName() + "' " + before + " '" + parameter.name + "' " + after).str();
    };
    bool isReferring = holdsReference(module, parameter.typeNode);
    if (isReferring && hidesReferences(module, parameter.typeNode))
      return {"extent",
              what("takes references that", "holds in memory of its own"),
              {noteAtDefinition(candidate.facts, "capture by value, or pass a lambda instead of a std::function")}};
    bool isByAddress = parameter.passing == Passing::Borrowed || parameter.passing == Passing::Reference ||
                       parameter.passing == Passing::RValue;
    ExtentCheck check(module);
    bool isInside = true;
    if (isByAddress || (isReferring && parameter.passing != Passing::Direct))
      isInside = check.staysInside(static_cast<const Value *>(function.getArg(parameter.firstArgument)), 0,
                                   parameter.typeNode);
    else if (isReferring) // registers hold its parts, eight bytes each
      for (unsigned k = 0; k < parameter.argumentCount; ++k)
        isInside =
            isInside && check.staysInside(*function.getArg(parameter.firstArgument + k), 8 * k, parameter.typeNode);
    if (isInside)
      continue;
    std::string cure = "pass the whole container or a std::span instead of a reference to one element";
    return {"extent",
            what("may step outside of the object that", "refers to"),
            {check.culprit ? blockedAt(check.culprit, cure) : noteAtDefinition(candidate.facts, cure)}};
  }
  return {};
}

} // namespace cleave
