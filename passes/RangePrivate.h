// RangePrivate.h - memory that lives for one iteration of a range loop.
#ifndef CLEAVE_PASSES_RANGEPRIVATE_H
#define CLEAVE_PASSES_RANGEPRIVATE_H

#include "passes/Ownership.h"
#include "llvm/ADT/SmallVector.h"

namespace llvm {
class AllocaInst;
}

namespace cleave {

struct LoopContext;

/// Variables that begin anew in each iteration, and heap memory that no pointer outside of the iteration leads to.
struct IterationMemory {
  ObjectSet objects;
  llvm::SmallVector<llvm::AllocaInst *, 4> locals;

  bool has(const ObjectSet &set) const { return !set.empty() && objects.contains(set); }
};

IterationMemory findIterationMemory(const LoopContext &context, const FunctionMemory &memory);

} // namespace cleave

#endif
