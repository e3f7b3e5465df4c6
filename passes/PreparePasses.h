// PreparePasses.h - what prepareModule() needs of passes and LLVM does not have.
#ifndef CLEAVE_PASSES_PREPAREPASSES_H
#define CLEAVE_PASSES_PREPAREPASSES_H

#include "llvm/IR/PassManager.h"

namespace cleave {

/// `a != b` of library iterators arrives as `!(a == b)`. Scalar evolution counts a loop only if its exit is a
/// comparison, so a branch on the negation becomes the branch the other way round. (InstCombine would do it, and with
/// it much that hides where indices stay.)
struct StraightenBranches : llvm::PassInfoMixin<StraightenBranches> {
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &managers);
};

/// A `break` leaves a flag and a value in its loop that matter on the way out only: what is known of them at each place takes their
/// place there. (CorrelatedValuePropagation does that too; but it also makes quotients narrower before their signs are known, and then
/// sequential loops come out worse than they would have.)
struct SettleKnownValues : llvm::PassInfoMixin<SettleKnownValues> {
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &managers);
};

/// std::string(const char *) throws if it is given null, so whatever makes a string of a literal would seem to be a
/// guard (EffectKind::Guards) if the constructor is not inlined. Where all calls of a function pass an address, the
/// test goes.
struct InferNonNullArguments : llvm::PassInfoMixin<InferNonNullArguments> {
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &managers);
};

/// `if (isPrime(i)) primes.push_back(i);` passes the address of `i`, so that `i` would have to be memory, and the loop one that
/// nobody can count, because of a function that only looks at it. A variable that is LENT, to functions that read it and do not
/// keep its address, is a value: each such call is given a copy. Needs what PostOrderFunctionAttrs finds out about parameters.
struct PromoteLentVariables : llvm::PassInfoMixin<PromoteLentVariables> {
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &managers);
};

/// GlobalOpt takes variables apart, makes bools of numbers and leaves out stores that only it knows to be useless. But
/// prepared code shares its variables with the program as it was written (PlainVersion.cpp): what is written somewhere
/// keeps its form, as if somebody outside knew it. What is not written may become a constant; both sides find that
/// true.
struct OptimiseSharedGlobals : llvm::PassInfoMixin<OptimiseSharedGlobals> {
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &managers);
};

} // namespace cleave

#endif
