// RangeScatter.h - iterations that write here and there, and never where another one does.
#ifndef CLEAVE_PASSES_RANGESCATTER_H
#define CLEAVE_PASSES_RANGESCATTER_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace llvm {
class Instruction;
class SCEV;
} // namespace llvm

namespace cleave {

struct LoopContext;

/// An access to memory that an element owns: `table[row][column]`. Both in bytes, the row from the table's beginning, the
/// column from that of the row's own memory. Of a table in one piece all is the column.
struct ScatteredAccess {
  const llvm::SCEV *row = nullptr, *column = nullptr;
  uint64_t size = 0; ///< bytes
  bool isWrite = false;
  const llvm::Instruction *where = nullptr;
};

/// Do no two iterations of the loop meet in a byte that one of them writes? `rowBytes` is an element's size in the table, 0
/// if that is in one piece.
/// False: they do, or nobody knows.
bool areApart(const LoopContext &context, llvm::ArrayRef<ScatteredAccess> accesses, uint64_t rowBytes);

} // namespace cleave

#endif
