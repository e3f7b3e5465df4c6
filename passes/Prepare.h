// Prepare.h - from linked modules to IR in which data flow can be seen.
#ifndef CLEAVE_PASSES_PREPARE_H
#define CLEAVE_PASSES_PREPARE_H

#include "llvm/Support/Error.h"
#include <memory>
#include <vector>

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace cleave {

/// Links `modules` into the first one. Errors: two definitions of one symbol.
llvm::Expected<std::unique_ptr<llvm::Module>> linkModules(std::vector<std::unique_ptr<llvm::Module>> modules);

/// Internalises, promotes memory, inlines what is small, keeps functions whole that may become tasks, and brings loops
/// into simplified form. Beyond this point the module is analysed, not optimised, until it is cut.
void prepareModule(llvm::Module &module);

/// Could `function` be worth a task: is there a loop or recursion in it or below it?
bool isHeavy(const llvm::Function &function);

/// Lifts what prepareModule() put on functions to keep them whole.
void releaseFunctions(llvm::Module &module);

} // namespace cleave

#endif
