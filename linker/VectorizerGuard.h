// VectorizerGuard.h - loops that LLVM's vectoriser gets wrong are kept from it.
#ifndef CLEAVE_LINKER_VECTORIZERGUARD_H
#define CLEAVE_LINKER_VECTORIZERGUARD_H

#include "llvm/IR/PassManager.h"

namespace cleave {

/// To run right before the loop vectoriser.
///
/// LLVM 22 takes a conditional store of the same value to the same address for one store for all lanes together, if any of
/// them is on. Where the address comes from a division in the same block, which may not be done unless the block is entered,
/// it stores to what the first lane computed, and that lane may be off: `if (x[i] > limit) text[n % size] = 'a';` writes
/// anywhere (clang++-22 -O2 as well; test/issues/conditional-division.cpp). A loop with a conditional division of values
/// from before the loop is left as it is.
class VectorizerGuardPass : public llvm::PassInfoMixin<VectorizerGuardPass> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace cleave

#endif
