// Candidates.h - which functions could run as tasks, and why the others cannot.
#ifndef CLEAVE_PASSES_CANDIDATES_H
#define CLEAVE_PASSES_CANDIDATES_H

#include "passes/Effects.h"
#include "passes/Facts.h"
#include "passes/Pipeline.h"
#include "llvm/ADT/MapVector.h"

namespace llvm {
class Function;
class GlobalVariable;
class Module;
} // namespace llvm

namespace cleave {

/// Why something stays where it is: a stable identifier, a sentence, and notes (places and cures).
struct Refusal {
  std::string reason; ///< "global-write"; empty: no refusal
  std::string message;
  std::vector<std::string> notes;
  explicit operator bool() const { return !reason.empty(); }
};

/// A function with facts: its own verdict, independent of where it is called.
struct Candidate {
  const llvm::Function *function = nullptr;
  FunctionFacts facts;
  Refusal refusal;
  bool mayThrow = false;
};

/// All functions with facts that are heavy enough to be kept whole, in module order.
llvm::MapVector<const llvm::Function *, Candidate> findCandidates(const llvm::Module &module, const Effects &effects);

/// Does nothing in the program write the variable after it was initialised? (All uses are loads.)
bool isNeverWritten(const llvm::GlobalVariable &global);

/// Does code of the program's own (not a library header's) look at errno?
bool readsErrno(const llvm::Module &module);

/// "a.cpp:12", from the instruction's debug location (the innermost inlined one); empty if there is none.
std::string placeOf(const llvm::Instruction *instruction);

/// The outermost location: where in `instruction`'s own function the person wrote it. False: unknown.
bool locate(const llvm::Instruction *instruction, std::string &file, unsigned &line, unsigned &column);

} // namespace cleave

#endif
