// Inputs.h - what stands on a link line: our objects and archives, and native ones.
#ifndef CLEAVE_FRONTEND_INPUTS_H
#define CLEAVE_FRONTEND_INPUTS_H

#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace cleave {

struct LinkInputs {
  std::vector<std::unique_ptr<llvm::Module>> modules; ///< in the order of the line, then archive members
  std::vector<std::string> arguments; ///< the line for the root's link, `marker` in place of the modules
};

/// Sorts the arguments of a link `line`. `compiled` are the modules of this very command, by the name of the object
/// that the line has for them. `marker` is put where the first module stood (before the libraries if there was none).
/// Errors: a file that cannot be read, bitcode of another version.
llvm::Expected<LinkInputs> sortLinkLine(const std::vector<std::string> &line,
                                        std::vector<std::pair<std::string, std::unique_ptr<llvm::Module>>> compiled,
                                        const std::string &marker, llvm::LLVMContext &context);

} // namespace cleave

#endif
