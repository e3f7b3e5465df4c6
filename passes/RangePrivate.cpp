// RangePrivate.cpp - see RangePrivate.h. First whatever looks private is taken for it; then goes what somebody outside of it
// holds a pointer to, until nothing changes.
#include "passes/RangePrivate.h"
#include "passes/PrivateMemory.h"
#include "passes/RangeIntervals.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IntrinsicInst.h"
#include <functional>

using namespace llvm;

namespace cleave {

/// Does whatever the variable held end here: its life begins, or all of it is copied over?
static bool beginsAnew(const Instruction &instruction, const AllocaInst &local) {
  auto *marker = dyn_cast<IntrinsicInst>(&instruction);
  if (marker && marker->getIntrinsicID() == Intrinsic::lifetime_start)
    return true;
  auto *transfer = dyn_cast<MemTransferInst>(&instruction);
  return transfer && !transfer->isVolatile() && overwrites(*transfer, local);
}

namespace {
/// How a variable begins in each iteration: by one instruction, or by several of one block that fill its parts, of which
/// `last` is the last one.
struct Beginning {
  const Instruction *last = nullptr;
  SmallPtrSet<const Instruction *, 8> parts;
};
} // namespace

/// Does it write a part of `local`, with what neither comes from there nor leads there?
static bool fillsFromElsewhere(const Instruction &instruction, const AllocaInst &local, BitVector &missing) {
  unsigned source = isa<StoreInst>(instruction) ? 0 : 1; // (the value's operand, in both)
  if (!isa<StoreInst, MemIntrinsic>(instruction))
    return false;
  const Value *value = instruction.getOperand(source);
  return !(value->getType()->isPointerTy() && getUnderlyingObject(value) == &local) && fillsPart(instruction, local, missing);
}

static Beginning beginningOf(const AllocaInst &local, const LoopContext &context) {
  Beginning result;
  for (const User *user : local.users())
    if (auto *inner = dyn_cast<Instruction>(user); inner && context.loop.contains(inner) && beginsAnew(*inner, local) &&
                                                    (!result.last || context.dominators.dominates(inner, result.last)))
      result.last = inner;
  if (result.last)
    return result;
  const BitVector content = contentOf(local);
  if (content.none())
    return result;
  for (const BasicBlock *block : context.loop.blocks()) {
    BitVector missing = content;
    for (const Instruction &instruction : *block)
      if (fillsFromElsewhere(instruction, local, missing)) {
        result.parts.insert(&instruction);
        if (missing.none()) {
          result.last = &instruction;
          return result;
        }
      }
    result.parts.clear();
  }
  return result;
}

IterationMemory findIterationMemory(const LoopContext &context, const FunctionMemory &memory) {
  const Loop &loop = context.loop;
  IterationMemory found;
  for (Instruction &instruction : loop.getHeader()->getParent()->getEntryBlock()) {
    auto *local = dyn_cast<AllocaInst>(&instruction);
    if (!local || !local->isStaticAlloca())
      continue;
    const Beginning beginning = beginningOf(*local, context);
    const Instruction *begins = beginning.last;
    if (!begins)
      continue;
    std::function<bool(const User *)> isAfter = [&](const User *user) {
      auto *inner = dyn_cast<Instruction>(user);
      if (!inner)
        return false;
      // Where an exception leaves the loop, the variable's life ends outside of it.
      if (!loop.contains(inner) && inner->isLifetimeStartOrEnd() && !beginsAnew(*inner, *local))
        return true;
      // So does what it owns: whoever comes there comes from the iteration that began the variable and was left in its
      // middle, and such an iteration is always done in place.
      bool isInPlace = !loop.contains(inner) && begins->getParent() != loop.getHeader();
      if (inner == begins || beginning.parts.contains(inner))
        return true;
      if ((loop.contains(inner) || isInPlace) && context.dominators.dominates(begins, inner))
        return true;
      // The address of a part.
      auto *part = dyn_cast<GetElementPtrInst>(inner);
      return part && loop.contains(part) && part->hasAllConstantIndices() && all_of(part->users(), isAfter);
    };
    if (!all_of(local->users(), isAfter))
      continue;
    found.locals.push_back(local);
    found.objects |= memory.pointsTo(local);
  }
  for (ObjectId id = 0; id < memory.objectCount(); ++id) {
    const MemoryObject &object = memory.object(id);
    if (object.kind == MemoryObject::Kind::Fresh && loop.contains(cast<Instruction>(object.value)))
      found.objects.set(id);
  }
  found.made = found.objects;
  for (bool changed = true; changed;) {
    changed = false;
    for (ObjectId id = 0; id < memory.objectCount(); ++id) {
      if (found.objects.test(id))
        continue;
      ObjectSet one;
      one.set(id);
      ObjectSet seen = memory.loadFrom(one);
      seen &= found.objects;
      if (seen.empty())
        continue;
      found.objects.intersectWithComplement(seen);
      changed = true;
    }
  }
  return found;
}

} // namespace cleave
