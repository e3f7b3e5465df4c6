// Linker.h - from the cut module to static ELFs: extraction, optimisation, code generation, lld, verification.
#ifndef CLEAVE_LINKER_LINKER_H
#define CLEAVE_LINKER_LINKER_H

#include "linker/Program.h"
#include <memory>

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace cleave {

struct LinkOptions {
  unsigned optLevel = 2;        ///< 0 to 3
  std::string runtimeDirectory; ///< holds libcleave_task.a, libcleave_root.a
  /// lld's command line for the root, as clang's driver would give it to ld for a static link (crt files, -L, -l,
  /// user objects and archives in order); `moduleMarker` stands where the compiled program's object belongs. Empty:
  /// only the tasks are linked.
  std::vector<std::string> rootArguments;
  static constexpr const char *moduleMarker = "<cleave-module>";
  bool verbose = false; ///< print the link lines on stderr
  bool keepDebugInfo = false;
  bool showTimes = false; ///< say on stderr, at the end, how long each stage took
};

/// Consumes `module`. Errors: undefined symbols and the like (lld's own words), a task binary that breaks a rule of
/// the verifier (linker/Verifier.h).
llvm::Expected<LinkedProgram> linkProgram(std::unique_ptr<llvm::Module> module, llvm::json::Value partition,
                                          llvm::TargetMachine &target, const LinkOptions &options);

} // namespace cleave

#endif
