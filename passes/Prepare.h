// Prepare.h - from linked modules to IR in which data flow can be seen.
#ifndef CLEAVE_PASSES_PREPARE_H
#define CLEAVE_PASSES_PREPARE_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <vector>

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace cleave {

/// The attribute of functions that could be called from elsewhere before the program was one module: "external", or
/// "inline" for those that every file may have a copy of.
inline constexpr const char *originalLinkage = "cleave-linkage";

/// Links `modules` into the first one, and notes each function's linkage. Errors: two definitions of one symbol.
llvm::Expected<std::unique_ptr<llvm::Module>> linkModules(std::vector<std::unique_ptr<llvm::Module>> modules);

/// Internalises, promotes memory, inlines what is small, keeps functions whole that may become tasks, and brings loops
/// into simplified form. Beyond this point the module is analysed, not optimised, until it is cut.
void prepareModule(llvm::Module &module);

/// Moves what the frontend says of variables (docs/facts.md) from the calls that carry it to the variables' memory.
void settleVariableTypes(llvm::Module &module);

/// The functions that could be worth a task: there is a loop or recursion in them or below them. Answers are kept, so an
/// object of this class must not outlive a change of the program.
class HeavyFunctions {
public:
  bool contains(const llvm::Function &function);

private:
  enum class State { Light, Heavy, Active };
  llvm::DenseMap<const llvm::Function *, State> states;
};

/// Lifts what prepareModule() put on functions to keep them whole.
void releaseFunctions(llvm::Module &module);

} // namespace cleave

#endif
