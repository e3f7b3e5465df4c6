// RangeGathering.cpp - see RangeGathering.h. What counts is the pair of a load and a store of one address in one block, with an
// operation between them that nobody else uses.
#include "passes/RangeGathering.h"
#include "cleave/program.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace cleave {

/// The value behind a change of width: the operations below do to the lower bits what they would do to them alone.
static Value *narrow(Value *value) {
  bool isWidth = isa<ZExtInst>(value) || isa<SExtInst>(value) || isa<TruncInst>(value);
  return isWidth && value->hasOneUse() ? cast<CastInst>(value)->getOperand(0) : value;
}

static unsigned gatherKind(const BinaryOperator &operation, const Value *element) {
  switch (operation.getOpcode()) {
  case Instruction::Add:
    return CLEAVE_GATHER_ADD;
  case Instruction::Sub: // a sum of negated values
    return narrow(operation.getOperand(0)) == element ? CLEAVE_GATHER_ADD : 0;
  case Instruction::And:
    return CLEAVE_GATHER_AND;
  case Instruction::Or:
    return CLEAVE_GATHER_OR;
  case Instruction::Xor:
    return CLEAVE_GATHER_XOR;
  default:
    return 0;
  }
}

std::optional<Gathering> findGathering(ArrayRef<Instruction *> accesses) {
  Gathering found;
  unsigned loads = 0;
  for (Instruction *access : accesses) {
    auto *store = dyn_cast<StoreInst>(access);
    if (!store) {
      if (!isa<LoadInst>(access))
        return std::nullopt;
      ++loads;
      continue;
    }
    auto *operation = dyn_cast<BinaryOperator>(narrow(store->getValueOperand()));
    if (!operation || !operation->hasOneUse() || !operation->getType()->isIntegerTy() || !store->isSimple())
      return std::nullopt;
    LoadInst *element = nullptr;
    for (Value *operand : operation->operands())
      if (auto *load = dyn_cast<LoadInst>(narrow(operand)); load && load->getPointerOperand() == store->getPointerOperand())
        element = load;
    if (!element || !element->hasOneUse() || !element->isSimple() || element->getParent() != store->getParent())
      return std::nullopt;
    unsigned operationKind = gatherKind(*operation, element);
    Type *type = element->getType();
    unsigned width = store->getDataLayout().getTypeStoreSize(type);
    bool isWhole = type->isIntegerTy(8 * width) && type == store->getValueOperand()->getType() &&
                   operation->getType()->getIntegerBitWidth() >= 8 * width && is_contained({1u, 2u, 4u, 8u}, width);
    bool isAligned = isWhole && element->getAlign() >= width && store->getAlign() >= width;
    if (!operationKind || !isAligned || (found.kind && (found.kind != operationKind || found.elementBytes != width)))
      return std::nullopt;
    // What stands between the two would have to be another pair, and might be of the same element.
    for (auto it = std::next(element->getIterator()); &*it != store; ++it)
      if (it->mayWriteToMemory() && is_contained(accesses, &*it))
        return std::nullopt;
    found.kind = operationKind;
    found.elementBytes = width;
    found.operations.push_back(operation);
  }
  // Each load is one of those: it has one use, and that is an operation whose only use is a store of the block.
  if (!found.kind || loads != found.operations.size())
    return std::nullopt;
  return found;
}

} // namespace cleave
