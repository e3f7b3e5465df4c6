// RemarkPrinter.h - what the middle end has to say, in the form and colours of clang's own diagnostics.
#ifndef CLEAVE_TOOLS_REMARKPRINTER_H
#define CLEAVE_TOOLS_REMARKPRINTER_H

#include "frontend/Driver.h"
#include "passes/Pipeline.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

namespace cleave {

class RemarkPrinter {
public:
  /// Source lines are shown of files that are still what `partition` says was compiled.
  RemarkPrinter(llvm::raw_ostream &out, DiagnosticStyle style, const llvm::json::Value &partition);

  /// "main.cpp:7:12: remark: text [-Rcleave]" and its notes, each with a place; below each, the line of the source.
  void print(const Remark &remark);

private:
  void printHead(const SourcePlace &place, llvm::StringRef what, llvm::raw_ostream::Colors colour);
  void printSource(const SourcePlace &place);
  /// Empty: it is not to be had.
  llvm::StringRef lineAt(const SourcePlace &place);

  llvm::raw_ostream &out;
  DiagnosticStyle style;
  llvm::StringMap<std::string> digests;                       ///< of the sources, by name
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> files; ///< null: it cannot be shown
  SourcePlace shown;                                          ///< what was shown last
};

/// "cleave++: error: text".
void printError(llvm::raw_ostream &out, llvm::StringRef message, bool inColour);

} // namespace cleave

#endif
