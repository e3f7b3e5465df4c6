// Program.h - what the linker makes of a cut program, and what the bundle writer packs.
#ifndef CLEAVE_LINKER_PROGRAM_H
#define CLEAVE_LINKER_PROGRAM_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <string>
#include <vector>

namespace cleave {

/// One task kind, linked: a static ELF that contains only what it reaches.
struct TaskBinary {
  std::string name; ///< as in the source: "count(const Block &)"
  std::string file;
  unsigned line = 0;
  std::vector<char> elf;
  llvm::json::Value signature = nullptr; ///< {"parameters":[{"type":...,"passing":...}],"result":{"type":...}}
};

struct LinkedProgram {
  std::vector<char> root;        ///< the program's own static ELF
  std::vector<TaskBinary> tasks; ///< in the order of cleave_kind::id
  llvm::json::Value partition = nullptr;
  std::string target;                        ///< "x86_64-linux-gnu"
  std::vector<std::string> requiredFeatures; ///< CPU features beyond x86-64 that the binaries use, e.g. "fma"
};

/// Writes the bundle as one file, atomically: on any error the file that was at `path` stays whole.
/// Same content, same bytes (docs/bundle.md).
llvm::Error writeBundle(const std::string &path, const LinkedProgram &program);

/// Likewise, an executable that carries the bundle and runs itself: a copy of the embedded node, which is at `nodePath`.
llvm::Error writeExecutable(const std::string &path, const LinkedProgram &program, const std::string &nodePath);

} // namespace cleave

#endif
