// PrivateMemory.h - memory that each iteration of a loop makes for itself.
#ifndef CLEAVE_PASSES_PRIVATEMEMORY_H
#define CLEAVE_PASSES_PRIVATEMEMORY_H

#include "passes/Candidates.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"

namespace llvm {
class AllocaInst;
class CallBase;
class DominatorTree;
class Instruction;
class Loop;
} // namespace llvm

namespace cleave {

/// What an iteration builds for `call`: slots and heap memory whose content no other iteration, and nobody outside of
/// the loop, can see.
class PrivateMemory {
public:
  PrivateMemory(const llvm::Loop &loop, const llvm::CallBase &call, const Candidate &callee, const Effects &effects,
                const llvm::DominatorTree &dominators);

  const ObjectSet &objects() const { return all; }
  const llvm::SmallSetVector<const llvm::AllocaInst *, 8> &slots() const { return allSlots; }
  bool isSlot(const llvm::Value *value) const;

private:
  void findSlots(const Candidate &callee);
  bool outlivesIteration(const llvm::AllocaInst &slot, const llvm::Instruction &start) const;
  bool isFilledByFields(const llvm::AllocaInst &slot) const;
  bool isFreshInEachIteration(const llvm::AllocaInst &slot, bool isArgument) const;
  void dropExposed();

  const llvm::Loop &loop;
  const llvm::CallBase &call;
  const Effects &effects;
  const llvm::DominatorTree &dominators;
  const FunctionMemory &memory;
  /// Instructions of the loop that touch memory.
  llvm::SmallVector<const llvm::Instruction *, 64> accesses;
  ObjectSet all;
  llvm::SmallSetVector<const llvm::AllocaInst *, 8> allSlots;
};

/// Does `instruction` write over all of `slot`, with what does not come from there?
bool overwrites(const llvm::Instruction &instruction, const llvm::AllocaInst &slot);

/// The bytes of `slot` that are no padding. Empty: nobody knows how many there are, or too many to count.
llvm::BitVector contentOf(const llvm::AllocaInst &slot);

/// Does a store, or a copy of a known length, write a known part of `slot`? Takes that out of `missing`.
bool fillsPart(const llvm::Instruction &instruction, const llvm::AllocaInst &slot, llvm::BitVector &missing);

} // namespace cleave

#endif
