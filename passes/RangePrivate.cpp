// RangePrivate.cpp - see RangePrivate.h. First whatever looks private is taken for it; then goes what somebody outside of it
// holds a pointer to, until nothing changes.
#include "passes/RangePrivate.h"
#include "passes/PrivateMemory.h"
#include "passes/RangeIntervals.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IntrinsicInst.h"

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

IterationMemory findIterationMemory(const LoopContext &context, const FunctionMemory &memory) {
  const Loop &loop = context.loop;
  IterationMemory found;
  for (Instruction &instruction : loop.getHeader()->getParent()->getEntryBlock()) {
    auto *local = dyn_cast<AllocaInst>(&instruction);
    if (!local || !local->isStaticAlloca())
      continue;
    const Instruction *begins = nullptr;
    for (const User *user : local->users())
      if (auto *inner = dyn_cast<Instruction>(user); inner && loop.contains(inner) && beginsAnew(*inner, *local) &&
                                                      (!begins || context.dominators.dominates(inner, begins)))
        begins = inner;
    if (!begins || !all_of(local->users(), [&](const User *user) {
          auto *inner = dyn_cast<Instruction>(user);
          // Where an exception leaves the loop, the variable's life ends outside of it.
          if (inner && !loop.contains(inner) && inner->isLifetimeStartOrEnd() && !beginsAnew(*inner, *local))
            return true;
          // So does what it owns: whoever comes there comes from the iteration that began the variable and was left in its
          // middle, and such an iteration is always done in place.
          bool isInPlace = inner && !loop.contains(inner) && begins->getParent() != loop.getHeader();
          return inner && (inner == begins || ((loop.contains(inner) || isInPlace) && context.dominators.dominates(begins, inner)));
        }))
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
