// TaskLibrary.h - the library code that a task may be linked with, made from the system's archives.
#ifndef CLEAVE_LINKER_TASKLIBRARY_H
#define CLEAVE_LINKER_TASKLIBRARY_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace cleave {

struct TaskLibrarySources {
  std::vector<std::string> own;  ///< object files that come before all others
  std::string math;              ///< glibc's libm.a
  std::string libc;              ///< glibc's libc.a: what libm needs of it, and string functions
  std::string llvmLibc;          ///< LLVM's libc: memory, strings, number parsing
  std::vector<std::string> rest; ///< libstdc++.a, libgcc.a: whole, in this order of preference
};

/// Writes the archive. Errors: an archive that cannot be read, a function chosen at start-up without a variant that
/// can be named.
llvm::Error writeTaskLibrary(const TaskLibrarySources &sources, const std::string &output);

/// Next to each CPU variant lies a symbol "cleave_cpu:fma,avx2:__sin". Where it is in a linked image, the image needs
/// these features.
constexpr llvm::StringLiteral cpuMarker = "cleave_cpu:";
inline llvm::SmallVector<llvm::StringRef, 2> featuresOfMarker(llvm::StringRef symbol) {
  llvm::SmallVector<llvm::StringRef, 2> features;
  if (symbol.consume_front(cpuMarker))
    symbol.split(':').first.split(features, ',');
  return features;
}

} // namespace cleave

#endif
