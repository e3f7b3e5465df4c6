// RangeGathering.h - arrays in which a loop gathers: histograms.
#ifndef CLEAVE_PASSES_RANGEGATHERING_H
#define CLEAVE_PASSES_RANGEGATHERING_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace llvm {
class Instruction;
}

namespace cleave {

/// How the elements of a block change in a loop.
struct Gathering {
  unsigned kind = 0;         ///< CLEAVE_GATHER_... (program.h)
  unsigned elementBytes = 0; ///< 1, 2, 4 or 8
  llvm::SmallVector<llvm::Instruction *, 4> operations;
};

/// Is all that the loop does with a block, which is `accesses`, `element = element op value`, with one operation on elements
/// of one width? Nobody sees an element on the way then, so it does not matter in which order, or from where, it gathers.
std::optional<Gathering> findGathering(llvm::ArrayRef<llvm::Instruction *> accesses);

} // namespace cleave

#endif
