// Pipeline.h - the middle end as one call: modules with facts in, the cut program out.
#ifndef CLEAVE_PASSES_PIPELINE_H
#define CLEAVE_PASSES_PIPELINE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class Module;
class TargetMachine;
class raw_ostream;
} // namespace llvm

namespace cleave {

/// A place in the source. Line 0: unknown.
struct SourcePlace {
  std::string file; ///< as the compiler was given it; a system header's as it is included
  unsigned line = 0;
  unsigned column = 0;
  explicit operator bool() const { return line != 0; }
};

/// A sentence beside a remark. Without a place of its own it stands at the remark's.
struct RemarkNote {
  RemarkNote(std::string text, SourcePlace place = {}) : text(std::move(text)), place(std::move(place)) {}
  RemarkNote(const char *text) : text(text) {}
  std::string text;
  SourcePlace place;
};

/// A located sentence for the person who wrote the program.
struct Remark {
  enum class Kind { Taken, Missed };
  Kind kind;
  SourcePlace place;
  std::string reason;  ///< stable identifier, e.g. "global-write"; empty for Taken
  std::string message; ///< "call to 'count' in this loop runs as a task (about 1.2 ms each)"
  std::vector<RemarkNote> notes; ///< what to change, at the line where it blocks
  std::string function;          ///< symbol of the function that it stands in
};

struct CutOptions {
  bool splitting = true;  ///< false: link the modules and leave the program as it is
  bool relaxedClocks = false; ///< calls that read a clock may run at the same time as others that do
  bool showTimes = false; ///< say on stderr, at the end, how long each stage took
};

/// The program after cutting. `module` carries `!cleave.tasks` (docs/architecture.md) and is verified.
struct CutProgram {
  std::unique_ptr<llvm::Module> module;
  llvm::json::Value partition = nullptr; ///< task graph and every decision (docs/partition.md)
  std::vector<Remark> remarks;           ///< sorted by file, line, column
};

/// Links `modules` (at least one, same context and triple), infers, cuts. Errors: duplicate symbols, no `main`.
llvm::Expected<CutProgram> cutProgram(std::vector<std::unique_ptr<llvm::Module>> modules, const CutOptions &options,
                                      llvm::TargetMachine *target);

/// Prints one analysis of `module` for tests and the curious. Names: listed by analysisNames(). Unknown: an error.
llvm::Error printAnalysis(llvm::Module &module, const std::string &analysis, const CutOptions &options, llvm::raw_ostream &out);
std::vector<std::string> analysisNames();

} // namespace cleave

#endif
