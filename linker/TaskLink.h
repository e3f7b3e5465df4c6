// TaskLink.h - one task's object file to its binary.
#ifndef CLEAVE_LINKER_TASKLINK_H
#define CLEAVE_LINKER_TASKLINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <set>
#include <string>
#include <vector>

namespace cleave {

struct TaskImage {
  std::vector<char> elf;          ///< verified, then stripped of symbols and section headers
  std::set<std::string> features; ///< CPU features that library code in it was compiled for
};

class InstructionCheck;

/// `runtimeDirectory` holds libcleave_task.a and libcleave_task_base.a. Errors: LinkFailure; a broken rule of
/// Verifier.h.
llvm::Expected<TaskImage> linkTask(llvm::ArrayRef<char> object, const InstructionCheck &instructions,
                                   const std::string &runtimeDirectory, bool verbose);

} // namespace cleave

#endif
