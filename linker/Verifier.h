// Verifier.h - proves that a linked task can do nothing but compute (design, section 1, "a task is a value").
#ifndef CLEAVE_LINKER_VERIFIER_H
#define CLEAVE_LINKER_VERIFIER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace cleave {

class InstructionCheck;

/// Checks a task binary as lld wrote it, symbols and section headers included. The error says which rule is broken
/// and where.
llvm::Error verifyTaskImage(llvm::ArrayRef<char> image, const InstructionCheck &instructions);

} // namespace cleave

#endif
