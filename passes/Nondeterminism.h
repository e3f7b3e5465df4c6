// Nondeterminism.h - calls whose answers are not functions of their arguments: random numbers, the environment, the
// locale, clocks.
#ifndef CLEAVE_PASSES_NONDETERMINISM_H
#define CLEAVE_PASSES_NONDETERMINISM_H

#include "passes/Models.h"

namespace llvm {
class Module;
}

namespace cleave {

/// False: `call` is no such thing. `name` is the demangled name of `symbol`, without parameters.
bool modelNondeterminism(const llvm::CallBase &call, llvm::StringRef symbol, llvm::StringRef name, CallModel &model);

/// It tells letters from digits, or reads a number: by the locale, of which a program that never sets one has "C".
bool goesByLocale(llvm::StringRef symbol);

/// Says of a std::random_device that its token is the library's own, which every machine has a source for. Before
/// constructors are inlined: afterwards nobody knows whose the token is.
void markDefaultSources(llvm::Module &module);

/// Says of each call that reads the environment or goes by the locale that nothing in the program can change it, if that
/// is so. Once all of the program is there and what nobody uses is gone.
void markFixedSurroundings(llvm::Module &module);

/// Says of each call that reads a clock that its order beside other readings does not matter (-fcleave-relaxed-clocks).
void relaxClocks(llvm::Module &module);

} // namespace cleave

#endif
