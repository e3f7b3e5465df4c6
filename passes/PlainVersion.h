// PlainVersion.h - the program as it was written, kept beside the one that is prepared and cut.
#ifndef CLEAVE_PASSES_PLAINVERSION_H
#define CLEAVE_PASSES_PLAINVERSION_H

#include "llvm/IR/ValueHandle.h"
#include <memory>
#include <utility>
#include <vector>

namespace llvm {
class GlobalValue;
class Module;
} // namespace llvm

namespace cleave {

/// Takes out of `module` what the frontend says to us and not to LLVM (docs/facts.md): what is left is what clang++ would
/// have optimised.
void dropFacts(llvm::Module &module);

/// A copy of the linked program, made before preparation, and which of its functions and variables is which of the
/// program's. An object of this class outlives neither module.
class PlainVersion {
public:
  explicit PlainVersion(const llvm::Module &linked);

  /// Nothing was cut: the program is the copy.
  std::unique_ptr<llvm::Module> take() { return std::move(plain); }

  /// The copy, with all of `cut` in it that starting the program split, and its tasks, need. What is left in `cut` is of no
  /// use to anybody. `!cleave.originals` then lists {prepared, original} for what the tasks have their own version of.
  std::unique_ptr<llvm::Module> join(llvm::Module &cut);

private:
  std::unique_ptr<llvm::Module> plain;
  std::vector<std::pair<llvm::WeakVH, llvm::GlobalValue *>> originals; ///< by the linked program's; null: deleted
};

} // namespace cleave

#endif
