// GlobalInputs.h - globals that functions only read become parameters of theirs.
#ifndef CLEAVE_PASSES_GLOBALINPUTS_H
#define CLEAVE_PASSES_GLOBALINPUTS_H

#include "passes/Candidates.h"

namespace cleave {

/// Gives functions that nothing but a read of globals keeps from being tasks a parameter for each of these globals.
/// True: the program has changed, and all that was known about it must be found out anew.
bool passGlobals(llvm::Module &module, const llvm::MapVector<const llvm::Function *, Candidate> &candidates,
                 const Effects &effects);

} // namespace cleave

#endif
