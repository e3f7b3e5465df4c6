// CostModel.h - what a call costs, as far as the code alone tells.
#ifndef CLEAVE_PARTITIONER_COSTMODEL_H
#define CLEAVE_PARTITIONER_COSTMODEL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include <memory>
#include <optional>

namespace llvm {
class BasicBlock;
class Function;
class TargetMachine;
class TargetTransformInfo;
} // namespace llvm

namespace cleave {

/// Cost of one call of a function: `baseNs` for what always runs, `perElementNs` for one round of its loops whose trip
/// counts are only known when it runs. Recursive functions and their like are `isOpen`: no bound is known.
struct FunctionCost {
  double baseNs = 0;
  double perElementNs = 0;
  bool isOpen = false;
};

/// Of a module that stays as it is while it is asked about.
class CostModel {
public:
  /// `target` may be null: then a machine without features is assumed.
  explicit CostModel(llvm::TargetMachine *target);
  ~CostModel();
  const FunctionCost &cost(const llvm::Function &function);
  /// One iteration of the loop that consists of `blocks`, header first; loops inside of it count as above.
  FunctionCost iterationCost(llvm::ArrayRef<llvm::BasicBlock *> blocks);
  /// At most as many iterations has that loop, where the code alone tells.
  std::optional<unsigned> mostIterations(llvm::ArrayRef<llvm::BasicBlock *> blocks);
  /// Whether that loop only copies memory that lies in a row, as memmove does. (To fill it may be to touch it first, and then the
  /// system's part of the work is worth sharing.)
  bool onlyCopies(llvm::ArrayRef<llvm::BasicBlock *> blocks);

private:
  struct Analyses;
  Analyses &analysesOf(llvm::Function &function);
  FunctionCost blockCosts(llvm::Function &function, llvm::ArrayRef<llvm::BasicBlock *> blocks,
                          const llvm::BasicBlock *iterationOf);
  llvm::TargetMachine *target;
  llvm::DenseMap<const llvm::Function *, FunctionCost> costs;
  llvm::DenseMap<const llvm::Function *, std::unique_ptr<Analyses>> analyses; ///< a function may have many loops
};

} // namespace cleave

#endif
