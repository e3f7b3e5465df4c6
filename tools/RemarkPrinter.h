// RemarkPrinter.h - what the middle end has to say, in the form and colours of clang's own diagnostics.
#ifndef CLEAVE_TOOLS_REMARKPRINTER_H
#define CLEAVE_TOOLS_REMARKPRINTER_H

#include "passes/Pipeline.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace cleave {

/// "main.cpp:7:12: remark: text [-Rcleave]" and its notes, each on a line of its own with the same place.
void printRemark(llvm::raw_ostream &out, const Remark &remark, bool inColour);

/// "cleave++: error: text".
void printError(llvm::raw_ostream &out, llvm::StringRef message, bool inColour);

} // namespace cleave

#endif
