// Instructions.h - which x86-64 instructions a task may hold.
#ifndef CLEAVE_LINKER_INSTRUCTIONS_H
#define CLEAVE_LINKER_INSTRUCTIONS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace cleave {

/// Decodes machine code and refuses what leaves user mode or depends on anything but registers and memory.
class InstructionCheck {
public:
  static llvm::Expected<std::unique_ptr<InstructionCheck>> create();
  ~InstructionCheck();
  /// `code` is that of the function `where` and lies at `address`. Error: it holds a forbidden instruction, or bytes
  /// that are none.
  llvm::Error check(llvm::ArrayRef<uint8_t> code, uint64_t address, llvm::StringRef where) const;

private:
  struct Machine;
  explicit InstructionCheck(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine;
};

} // namespace cleave

#endif
