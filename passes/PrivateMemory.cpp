// PrivateMemory.cpp - which memory of a loop lives for one iteration.
//
//     for (int i = 0; i < n; ++i) {
//       std::vector<double> column(rows);                        slot `column` and the buffer that it owns: private
//       for (int j = 0; j < rows; ++j) column[j] = m[j][i];
//       out[i] = median(column);
//     }
//
// A generator may make such memory for itself: nobody else sees what it writes there. Two kinds of it are told apart:
//   - a SLOT (alloca) whose content at the start of an iteration is dead: all its lives begin and end within an
//     iteration, or each access in the loop is dominated by such a beginning or by a store over all of it. A slot that only carries an argument by value is
//     dead by the language: the argument is constructed for the call (a `byval` slot may be a variable, so it is not meant). A variable declared outside of the loop and
//     cleared in it is not: `clear()` keeps what the last iteration allocated.
//   - FRESH memory, allocated in the loop.
// Both by name of the ownership graph, in which one name stands for the memory of all iterations. That is sound as long
// as no iteration can get hold of another's: so memory is dropped again if a pointer to it may be held by anything that
// is not private itself (an object outside, unknown memory, a loop-carried value, a value from before the loop).
#include "passes/PrivateMemory.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace cleave {

PrivateMemory::PrivateMemory(const Loop &loop, const CallBase &call, const Candidate &callee, const Effects &effects,
                             const DominatorTree &dominators)
    : loop(loop), call(call), effects(effects), dominators(dominators),
      memory(effects.ownership().memory(*call.getFunction())) {
  for (const BasicBlock *block : loop.blocks())
    for (const Instruction &instruction : *block) {
      auto *marker = dyn_cast<CallBase>(&instruction);
      if (instruction.mayReadOrWriteMemory() && !isa<DbgInfoIntrinsic>(instruction) &&
          !(marker && marker->isLifetimeStartOrEnd()))
        accesses.push_back(&instruction);
    }
  findSlots(callee);
  for (ObjectId id = 0; id < memory.objectCount(); ++id) {
    const MemoryObject &object = memory.object(id);
    if (object.kind == MemoryObject::Kind::Fresh && loop.contains(cast<Instruction>(object.value)))
      all.set(id);
  }
  dropExposed();
}

bool PrivateMemory::isSlot(const Value *value) const {
  auto *slot = dyn_cast_or_null<AllocaInst>(value);
  return slot && allSlots.contains(slot);
}

bool overwrites(const Instruction &instruction, const AllocaInst &slot) {
  const DataLayout &layout = slot.getDataLayout();
  auto size = slot.getAllocationSize(layout);
  if (!size || size->isScalable())
    return false;
  if (auto *store = dyn_cast<StoreInst>(&instruction))
    return store->getPointerOperand() == &slot &&
           layout.getTypeStoreSize(store->getValueOperand()->getType()) == size->getFixedValue();
  auto *copy = dyn_cast<MemIntrinsic>(&instruction);
  auto *length = copy ? dyn_cast<ConstantInt>(copy->getLength()) : nullptr;
  auto *transfer = dyn_cast_or_null<MemTransferInst>(copy);
  bool isOwn = transfer && transfer->getRawSource() == &slot;
  return length && !isOwn && copy->getRawDest() == &slot && length->getZExtValue() == size->getFixedValue();
}

/// Bytes of a scalar or of an aggregate's scalars: everything but padding.
static void markContent(Type *type, uint64_t offset, const DataLayout &layout, BitVector &bytes) {
  if (auto *record = dyn_cast<StructType>(type)) {
    const StructLayout *fields = layout.getStructLayout(record);
    for (unsigned k = 0; k < record->getNumElements(); ++k)
      markContent(record->getElementType(k), offset + fields->getElementOffset(k), layout, bytes);
    return;
  }
  bytes.set(offset, offset + layout.getTypeAllocSize(type));
}

BitVector contentOf(const AllocaInst &slot) {
  const DataLayout &layout = slot.getDataLayout();
  auto size = slot.getAllocationSize(layout);
  if (!size || size->isScalable() || size->getFixedValue() > 4096)
    return {};
  BitVector content(size->getFixedValue());
  markContent(slot.getAllocatedType(), 0, layout, content);
  return content;
}

bool fillsPart(const Instruction &instruction, const AllocaInst &slot, BitVector &missing) {
  const DataLayout &layout = slot.getDataLayout();
  const Value *address = nullptr;
  uint64_t bytes = 0;
  if (auto *store = dyn_cast<StoreInst>(&instruction)) {
    address = store->getPointerOperand();
    bytes = layout.getTypeStoreSize(store->getValueOperand()->getType());
  } else if (auto *copy = dyn_cast<MemIntrinsic>(&instruction)) {
    if (auto *length = dyn_cast<ConstantInt>(copy->getLength())) {
      address = copy->getRawDest();
      bytes = length->getZExtValue();
    }
  }
  APInt offset(64, 0);
  if (!address || address->stripAndAccumulateInBoundsConstantOffsets(layout, offset) != &slot || offset.ugt(missing.size()) ||
      bytes > missing.size() - offset.getZExtValue())
    return false;
  missing.reset(offset.getZExtValue(), offset.getZExtValue() + bytes);
  return true;
}

/// Do stores to its fields and copies into them, all before `call`, fill the whole of `slot`?
bool PrivateMemory::isFilledByFields(const AllocaInst &slot) const {
  BitVector missing = contentOf(slot);
  if (missing.none())
    return false;
  const ObjectSet &objects = memory.pointsTo(&slot);
  SmallVector<const Instruction *, 8> fillings;
  for (const Instruction *access : accesses) {
    if (!loop.contains(access) || !dominators.dominates(access, &call) ||
        effects.accesses(*access).reads.intersects(objects) || !fillsPart(*access, slot, missing))
      continue;
    fillings.push_back(access);
  }
  return missing.none() && all_of(accesses, [&](const Instruction *access) {
           return access == &call || is_contained(fillings, access) ||
                  (!effects.accesses(*access).reads.intersects(objects) &&
                   !effects.accesses(*access).writes.intersects(objects));
         });
}

static bool isMarker(const Instruction &instruction, Intrinsic::ID id, const AllocaInst &slot) {
  auto *call = dyn_cast<CallBase>(&instruction);
  return call && call->getIntrinsicID() == id && call->getArgOperand(call->arg_size() - 1) == &slot;
}

/// Can the loop's next iteration begin while the life of `slot` that begins at `start` lasts?
bool PrivateMemory::outlivesIteration(const AllocaInst &slot, const Instruction &start) const {
  SmallPtrSet<const BasicBlock *, 16> seen;
  SmallVector<const Instruction *, 16> work{&start};
  while (!work.empty()) {
    const Instruction *from = work.pop_back_val();
    const BasicBlock *block = from->getParent();
    bool hasEnded = false;
    for (auto it = from->getIterator(); it != block->end() && !hasEnded; ++it)
      hasEnded = isMarker(*it, Intrinsic::lifetime_end, slot);
    if (hasEnded)
      continue;
    for (const BasicBlock *next : successors(block)) {
      if (next == loop.getHeader())
        return true;
      if (loop.contains(next) && seen.insert(next).second)
        work.push_back(&next->front());
    }
  }
  return false;
}

bool PrivateMemory::isFreshInEachIteration(const AllocaInst &slot, bool isArgument) const {
  SmallVector<const Instruction *, 4> beginnings;
  bool isMarked = false, isDeadBetween = true;
  for (const User *user : slot.users()) {
    auto *instruction = cast<Instruction>(user);
    bool isStart = isMarker(*instruction, Intrinsic::lifetime_start, slot);
    isMarked |= isStart;
    if (isStart)
      isDeadBetween &= loop.contains(instruction) && !outlivesIteration(slot, *instruction);
    if (loop.contains(instruction) && (isStart || overwrites(*instruction, slot)))
      beginnings.push_back(instruction);
  }
  if (isArgument && !isMarked)
    return true;
  if (isMarked && isDeadBetween)
    return true;
  if (!isMarked && isFilledByFields(slot))
    return true;
  const ObjectSet &objects = memory.pointsTo(&slot);
  return all_of(accesses, [&](const Instruction *access) {
    AccessSets sets = effects.accesses(*access);
    if (!sets.reads.intersects(objects) && !sets.writes.intersects(objects))
      return true;
    return any_of(beginnings, [&](const Instruction *beginning) {
      return beginning == access || dominators.dominates(beginning, access);
    });
  });
}

void PrivateMemory::findSlots(const Candidate &callee) {
  SmallPtrSet<const Value *, 4> byValue;
  for (const PassedValue &parameter : callee.facts.parameters)
    if (parameter.passing == Passing::Indirect)
      byValue.insert(call.getArgOperand(parameter.firstArgument));
  for (const Instruction &instruction : call.getFunction()->getEntryBlock()) {
    auto *slot = dyn_cast<AllocaInst>(&instruction);
    if (!slot || !slot->isStaticAlloca() || slot->use_empty())
      continue;
    bool isUsedHere = false;
    for (const User *user : slot->users())
      isUsedHere |= loop.contains(cast<Instruction>(user));
    if (!isUsedHere || !isFreshInEachIteration(*slot, byValue.contains(slot)))
      continue;
    allSlots.insert(slot);
    all |= memory.pointsTo(slot);
  }
}

/// Drops what something that is not private may point to.
void PrivateMemory::dropExposed() {
  ObjectSet exposed;
  auto expose = [&](const Value *value) {
    // Addresses of a slot's fields may have been hoisted out of the loop; they are no one else's.
    if (!isSlot(value->stripInBoundsConstantOffsets()))
      exposed |= memory.pointsTo(value);
  };
  for (const PHINode &phi : loop.getHeader()->phis())
    exposed |= memory.pointsTo(&phi);
  for (const BasicBlock *block : loop.blocks())
    for (const Instruction &instruction : *block)
      for (const Use &operand : instruction.operands()) {
        auto *inner = dyn_cast<Instruction>(operand.get());
        if (!isa<BasicBlock>(operand.get()) && !(inner && loop.contains(inner)))
          expose(operand.get());
      }
  for (bool changed = true; changed;) {
    changed = false;
    for (ObjectId id = 0; id < memory.objectCount(); ++id)
      if (!all.test(id))
        exposed |= memory.pointersIn(id);
    if (all.intersects(exposed)) {
      all.intersectWithComplement(exposed);
      changed = true;
    }
    // A slot's address in one of its loop's operands is the slot itself; without it, it is an address like any other.
    allSlots.remove_if([&](const AllocaInst *slot) { return !all.contains(memory.pointsTo(slot)); });
  }
}

} // namespace cleave
