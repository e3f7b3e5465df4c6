// Options.h - cleave++'s own options, told apart from clang's.
#ifndef CLEAVE_FRONTEND_OPTIONS_H
#define CLEAVE_FRONTEND_OPTIONS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
}

namespace cleave {

/// Where the pipeline stops, and what it gives there.
enum class Product {
  Bundle,    ///< the default
  Facts,     ///< -cleave-emit=facts: the linked module as the frontend made it
  Cut,       ///< -cleave-emit=cut: the program after cutting
  Partition, ///< -cleave-emit=partition: the task graph as JSON
  Analysis,  ///< -cleave-print=NAME
};

struct CommandLine {
  Product product = Product::Bundle;
  std::string analysis;    ///< Product::Analysis
  bool splitting = true;   ///< -fno-cleave
  bool relaxedClocks = false; ///< -fcleave-relaxed-clocks
  bool showTaken = false;  ///< -Rcleave
  bool showMissed = false; ///< -Rcleave-missed
  bool showTimes = false;  ///< -cleave-times
  std::string sarifPath;   ///< -cleave-sarif=FILE
  bool wantsHelp = false;
  std::vector<const char *> clangArguments;        ///< everything else, program name first
  std::shared_ptr<llvm::BumpPtrAllocator> storage; ///< of arguments that came from response files
};

/// Expands response files (@file). Errors: one that cannot be read; an option that is spelt like ours and is not.
llvm::Expected<CommandLine> parseCommandLine(llvm::ArrayRef<const char *> arguments);

void printHelp(llvm::raw_ostream &out);

} // namespace cleave

#endif
