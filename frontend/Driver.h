// Driver.h - clang's command line in, modules with facts and the root's link line out.
#ifndef CLEAVE_FRONTEND_DRIVER_H
#define CLEAVE_FRONTEND_DRIVER_H

#include "frontend/Options.h"
#include <memory>
#include <optional>

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
} // namespace llvm

namespace cleave {

/// Where remarks go as a file: clang's options of that name.
struct RemarkRecordFile {
  std::string path;   ///< -foptimization-record-file=, or the output's with .opt.yaml behind it
  std::string format; ///< -fsave-optimization-record=: "yaml" or "bitstream"
  std::string passes; ///< -foptimization-record-passes=: a regular expression, empty for all
};

struct CompiledProgram {
  /// Set if there is nothing further to do: -c, -E, --version, or an error that has been reported.
  std::optional<int> exitStatus;

  std::vector<std::unique_ptr<llvm::Module>> modules; ///< at least one if exitStatus is not set
  std::unique_ptr<llvm::TargetMachine> target;
  std::vector<std::string> linkArguments; ///< what clang would give to ld, marker in place of the modules
  std::string output;                     ///< "a.out" by default; empty if the user named none and the product is text
  unsigned optimisationLevel = 1;         ///< the highest that an input was compiled with, 1 to 3
  bool isVerbose = false;
  bool keepDebugInfo = false; ///< -g on this command line
  std::optional<RemarkRecordFile> remarkRecord;
};

/// Runs all of the command line that comes before the middle end. `linkMarker` takes the modules' place in
/// linkArguments. Diagnostics go to stderr as they arise.
CompiledProgram compileProgram(const CommandLine &line, const char *linkMarker, llvm::LLVMContext &context);

/// How text on stderr is to look, as clang decides it.
struct DiagnosticStyle {
  bool inColour;
  bool showsSource;      ///< the line with a caret below it
  bool showsLineNumbers; ///< in front of that
  unsigned tabStop;
};
DiagnosticStyle diagnosticStyle(const CommandLine &line);

} // namespace cleave

#endif
