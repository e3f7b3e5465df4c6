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

/// Variables that begin anew in each iteration, and heap memory that an iteration allocates.
struct IterationMemory {
  ObjectSet objects; ///< to which no pointer outside of the iteration leads
  ObjectSet made;    ///< these, and those that memory outside may hold a pointer to
  llvm::SmallVector<llvm::AllocaInst *, 4> locals;
};

IterationMemory findIterationMemory(const LoopContext &context, const FunctionMemory &memory);

} // namespace cleave

#endif
