// ElementReference.cpp - see ElementReference.h. The pointer is followed through the functions that it is handed to, with its
// distance from the object's first byte; what is done with it at a distance that is not known ends the search.
#include "passes/ElementReference.h"
#include "passes/Models.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace cleave {

namespace {

class Walk {
public:
  Walk(const DataLayout &layout, uint64_t bytes) : layout(layout), bytes(static_cast<int64_t>(bytes)) {}

  bool enter(const CallBase &call, unsigned number, int64_t offset);
  bool run();

private:
  using Place = std::pair<const Value *, int64_t>;

  bool visit(const Use &use, int64_t offset);
  void follow(const Value &pointer, int64_t offset) {
    if (seen.insert({&pointer, offset}).second)
      work.push_back({&pointer, offset});
  }
  bool isInside(int64_t offset, uint64_t size) const {
    return offset >= 0 && size <= static_cast<uint64_t>(bytes) && offset <= bytes - static_cast<int64_t>(size);
  }

  const DataLayout &layout;
  int64_t bytes;
  DenseSet<Place> seen;
  SmallVector<Place, 16> work;
};

/// More than people write; a pointer that a loop moves on visits a place for each step.
constexpr unsigned mostPlaces = 4000;

} // namespace

bool Walk::enter(const CallBase &call, unsigned number, int64_t offset) {
  const Function *callee = call.getCalledFunction();
  if (!callee || callee->isVarArg() || number >= callee->arg_size())
    return false;
  if (!callee->isDeclaration()) {
    follow(*callee->getArg(number), offset);
    return true;
  }
  return number == 0 && modelOfCall(call).keepsToObject;
}

bool Walk::visit(const Use &use, int64_t offset) {
  const User *user = use.getUser();
  if (auto *element = dyn_cast<GEPOperator>(user)) {
    APInt distance(layout.getIndexTypeSizeInBits(element->getType()), 0);
    if (use.getOperandNo() != 0 || !element->accumulateConstantOffset(layout, distance) || distance.getSignificantBits() > 32)
      return false;
    follow(*element, offset + distance.getSExtValue());
    return true;
  }
  if (auto *load = dyn_cast<LoadInst>(user))
    return isInside(offset, layout.getTypeStoreSize(load->getType()));
  if (auto *store = dyn_cast<StoreInst>(user)) {
    if (use.getOperandNo() == StoreInst::getPointerOperandIndex())
      return isInside(offset, layout.getTypeStoreSize(store->getValueOperand()->getType()));
    // A short string leads to itself.
    return getUnderlyingObject(store->getPointerOperand()) == getUnderlyingObject(use.get());
  }
  if (auto *memory = dyn_cast<MemIntrinsic>(user)) {
    auto *size = dyn_cast<ConstantInt>(memory->getLength());
    return size && isInside(offset, size->getZExtValue());
  }
  if (auto *call = dyn_cast<CallBase>(user))
    return call->isLifetimeStartOrEnd() || isa<DbgInfoIntrinsic>(call) || isa<AssumeInst>(call) ||
           (call->isArgOperand(&use) && enter(*call, call->getArgOperandNo(&use), offset));
  if (isa<PHINode>(user) || isa<SelectInst>(user) || isa<FreezeInst>(user)) {
    follow(*user, offset);
    return true;
  }
  if (isa<PtrToIntInst>(user)) // a distance, or a comparison
    return all_of(user->users(), [](const User *next) {
      auto *difference = dyn_cast<BinaryOperator>(next);
      return isa<ICmpInst>(next) || (difference && difference->getOpcode() == Instruction::Sub);
    });
  // The caller has the result, and looks where it leads.
  return isa<ICmpInst>(user) || isa<ReturnInst>(user);
}

bool Walk::run() {
  while (!work.empty()) {
    auto [pointer, offset] = work.pop_back_val();
    if (seen.size() > mostPlaces || !all_of(pointer->uses(), [&](const Use &use) { return visit(use, offset); }))
      return false;
  }
  return true;
}

bool keepsToObject(const CallBase &call, unsigned number, uint64_t bytes) {
  Walk walk(call.getDataLayout(), bytes);
  return bytes < (uint64_t{1} << 20) && walk.enter(call, number, 0) && walk.run();
}

} // namespace cleave
