// RangeLowering.h - makes a range loop's task, and has the loop ask for ranges.
#ifndef CLEAVE_PASSES_RANGELOWERING_H
#define CLEAVE_PASSES_RANGELOWERING_H

#include "passes/ProgramAbi.h"
#include "passes/RangeLoops.h"
#include "llvm/IR/ValueHandle.h"
#include "llvm/Transforms/Utils/ValueMapper.h"

namespace cleave {

/// The task kind of the loop: a function that does a range of its iterations, made from the original loop. `local` becomes
/// a copy of it for the program's own process, if it may be done there.
llvm::GlobalVariable *rangeKind(const RangeLoop &range, ProgramAbi &abi, LocalWork &local);

/// Parameters that are the same for all ranges.
uint32_t rangeSharedMask(const RangeLoop &range);

/// A value of a loop, and the same in its second copy.
using CopiedValues = std::vector<std::pair<llvm::WeakTrackingVH, llvm::WeakTrackingVH>>;

/// Gives the cut clone of the loop's function a second copy of the loop, as it was written, for when it is not split: without
/// a question at all if it is short. Comes before any lowering in that function; mergeCopies() after all of it: what is used
/// behind the loop comes from either copy.
CopiedValues keepWholeLoop(const RangeLoop &range, double iterationNs, llvm::ValueToValueMapTy &map, ProgramAbi &abi);
void mergeCopies(const CopiedValues &values);

/// Rewrites the loop in the cut clone of its function; `map` leads from the original's values to the clone's.
void lowerRangeLoop(const RangeLoop &range, llvm::GlobalVariable *site, double iterationNs,
                    llvm::ValueToValueMapTy &map, ProgramAbi &abi);

} // namespace cleave

#endif
