// Compile.h - one frontend job of clang's driver, run in this process.
#ifndef CLEAVE_FRONTEND_COMPILE_H
#define CLEAVE_FRONTEND_COMPILE_H

#include "llvm/ADT/ArrayRef.h"
#include <memory>
#include <string>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace clang {
class DiagnosticsEngine;
}

namespace cleave {

/// What the code generator must know and a module does not say.
struct TargetDescription {
  std::string triple;
  std::string cpu;
  std::string features; ///< "+avx2,-fma"
  std::string abi;
  bool isPositionIndependent = false;
};

struct CompiledInput {
  bool succeeded = false;
  /// Null if the job was one of clang's own (-E, -S, -fsyntax-only, ...), which wrote its own output, or failed.
  std::unique_ptr<llvm::Module> module;
  std::string output;             ///< where clang's driver would have the object
  unsigned optimisationLevel = 1; ///< 1 to 3
  bool asText = false;            ///< -S -emit-llvm: assembly language, not bitcode
  TargetDescription target;
};

/// `arguments` is the command after "clang -cc1". Diagnostics are clang's, on stderr.
CompiledInput compileInput(llvm::ArrayRef<const char *> arguments, const char *clangPath,
                           clang::DiagnosticsEngine &driverDiagnostics, llvm::LLVMContext &context);

} // namespace cleave

#endif
