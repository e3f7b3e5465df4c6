// Optimise.h - the full optimisation pipeline over one piece of the program, and its machine code.
#ifndef CLEAVE_LINKER_OPTIMISE_H
#define CLEAVE_LINKER_OPTIMISE_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace cleave {

/// The function that chooses between the program as written, `main`, and the program cut (passes/PlainVersion.cpp). Where
/// there is one, it is what the finished program starts with.
inline constexpr const char *splitChoice = "cleave.main";

using ObjectBytes = llvm::SmallVector<char, 0>;

/// A machine like `target` for a statically linked, position-dependent program at `optLevel` (0 to 3; 0 is as 1). One for each
/// thread: a TargetMachine is not to be shared.
std::unique_ptr<llvm::TargetMachine> createStaticMachine(const llvm::TargetMachine &target, unsigned optLevel);

/// Runs clang's own pipeline of that level over `module` and returns its object file.
llvm::Expected<ObjectBytes> compileModule(llvm::Module &module, llvm::TargetMachine &machine, unsigned optLevel);

} // namespace cleave

#endif
