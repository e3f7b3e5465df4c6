// Sandbox.h - makes a generator that writes harmless, whatever data it runs on.
#ifndef CLEAVE_PASSES_SANDBOX_H
#define CLEAVE_PASSES_SANDBOX_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

namespace llvm {
class AllocaInst;
class BasicBlock;
class CallBase;
class Function;
class Instruction;
class Module;
} // namespace llvm

namespace cleave {

class Sandbox {
public:
  explicit Sandbox(llvm::Module &module) : module(module) {}

  /// What keeps `call` from being contained: an instruction in it, or in what it calls. Null: nothing does.
  const llvm::Instruction *obstacleOf(const llvm::CallBase &call);

  /// Contains `generator`, the loop with header `header`. `slots` live for one iteration; `push` is left alone.
  void contain(llvm::Function &generator, llvm::BasicBlock &header, llvm::ArrayRef<llvm::AllocaInst *> slots,
               const llvm::CallBase &push);

  /// Does `call` free memory and nothing else? Contained code frees nothing.
  static bool isDeallocation(const llvm::CallBase &call);

private:
  class Rewriter;
  const llvm::Instruction *obstacleIn(const llvm::Function &function);
  llvm::Function *contained(llvm::Function &function);

  llvm::Module &module;
  llvm::DenseMap<const llvm::Function *, const llvm::Instruction *> obstacles;
  llvm::DenseMap<const llvm::Function *, llvm::Function *> copies;
};

} // namespace cleave

#endif
