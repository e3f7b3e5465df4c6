// Places.h - where things are in the source, as the person who wrote it knows them.
#ifndef CLEAVE_PASSES_PLACES_H
#define CLEAVE_PASSES_PLACES_H

#include "passes/Pipeline.h"
#include "llvm/ADT/StringRef.h"

namespace llvm {
class Instruction;
} // namespace llvm

namespace cleave {

/// Was it written in a header of the system's, wherever it was inlined since?
bool isOfLibrary(const llvm::Instruction &instruction);

/// Did a person write this, or was it inlined into what a person wrote? Else it is in a header of the system's.
bool isUsers(const llvm::Instruction &instruction);

/// The innermost place of `instruction` outside of library headers: its own line, or that of the call through which the
/// library's code was inlined. Without any (a library function of its own): the library's line, by the name under which
/// the header is included, as in `bits/stl_algo.h`. Line 0: unknown.
SourcePlace placeOf(const llvm::Instruction *instruction);

/// The outermost place: where in `instruction`'s own function the person wrote it; for a function of the library's,
/// where it is called, as far up as the calls lead.
SourcePlace outerPlaceOf(const llvm::Instruction &instruction);

/// The note of a refusal: at the line that blocks, what to change there.
RemarkNote blockedAt(const llvm::Instruction *instruction, llvm::StringRef cure);

/// A note that stands where `instruction` is.
RemarkNote noteAt(const llvm::Instruction *instruction, std::string text);

} // namespace cleave

#endif
