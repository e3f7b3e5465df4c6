// Dispatch.h - calls through pointers whose targets are all known become calls of a function that names them.
#ifndef CLEAVE_PASSES_DISPATCH_H
#define CLEAVE_PASSES_DISPATCH_H

#include <string>

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace cleave {

/// Notes on each virtual call which table and which slot it goes through, and drops the tests that said so. Early: the
/// tests stand where the front end put them.
void markVirtualCalls(llvm::Module &module);

/// Replaces the calls that can be resolved by calls of dispatchers.
void makeDispatchers(llvm::Module &module);

bool isDispatcher(const llvm::Function &function);

/// What a person calls the function: `Shape::area`, and for a dispatcher without facts "what a pointer leads to".
std::string spokenName(const llvm::Function &function);

/// Makes dispatchers the indirect calls that they were, with their targets beside them (`!cleave.targets`).
void releaseDispatchers(llvm::Module &module);

} // namespace cleave

#endif
