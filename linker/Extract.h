// Extract.h - one module for each task kind, holding only what the task reaches.
#ifndef CLEAVE_LINKER_EXTRACT_H
#define CLEAVE_LINKER_EXTRACT_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <string>
#include <vector>

namespace llvm {
class Module;
} // namespace llvm

namespace cleave {

/// A task kind on its way to a binary. The module is kept as bitcode: each kind is then optimised in a context, and
/// on a thread, of its own.
struct TaskUnit {
  std::string name; ///< as in the source
  std::string file;
  unsigned line = 0;
  unsigned id = 0; ///< cleave_kind::id
  llvm::json::Value signature = nullptr;
  llvm::SmallVector<char, 0> bitcode;
};

/// Takes the kinds listed in `!cleave.tasks` out of `program` and erases their call functions and the list. The
/// units come in the order of their ids. Errors: an entry or a kind that is not laid out as docs/architecture.md and
/// image.h say, two kinds with one id.
llvm::Expected<std::vector<TaskUnit>> extractTasks(llvm::Module &program);

} // namespace cleave

#endif
