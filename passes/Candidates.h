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

/// Why something stays where it is: a stable identifier (docs/reasons.md lists all), a sentence, and what to change.
struct Refusal {
  std::string reason; ///< "global-write"; empty: no refusal
  std::string message;
  std::vector<RemarkNote> notes;
  explicit operator bool() const { return !reason.empty(); }
};

/// A function with facts: its own verdict, independent of where it is called.
struct Candidate {
  const llvm::Function *function = nullptr;
  FunctionFacts facts;
  Refusal refusal;
  bool mayThrow = false; ///< or abort: the call may not come back, and then nothing behind it has happened
  bool mayAbort = false;
  uint64_t kindFlags = 0; ///< CLEAVE_KIND_...: what makes its result another one each time
  bool usesUpArguments = false; ///< it changes a parameter that it takes by value: moves out of it, for one
  bool isGuard = false; ///< it throws or aborts because of what it was given: what follows may rely on its coming back

  bool readsClock() const;
};

/// All functions with facts that are heavy enough to be kept whole, in module order.
llvm::MapVector<const llvm::Function *, Candidate> findCandidates(const llvm::Module &module, const Effects &effects);

/// Does nothing in the program write the variable after it was initialised? (All uses are loads.)
bool isNeverWritten(const llvm::GlobalVariable &global);

/// What a function's own line can lift: its parameters and its result.
RemarkNote noteAtDefinition(const FunctionFacts &facts, std::string cure);

/// What is asked of the program as a whole.
struct ProgramTraits {
  bool readsErrno = false;         ///< code of its own (not a library header's) looks at errno
  bool catchesWantOfSpace = false; ///< Exceptions.h
};
ProgramTraits traitsOf(const llvm::Module &module);

} // namespace cleave

#endif
