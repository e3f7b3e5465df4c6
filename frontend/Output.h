// Output.h - files that are either written whole or not touched.
#ifndef CLEAVE_FRONTEND_OUTPUT_H
#define CLEAVE_FRONTEND_OUTPUT_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace llvm {
class raw_ostream;
}

namespace cleave {

/// Errors where `path` cannot become an output, without touching it: so that nobody waits for a compilation first.
llvm::Error checkOutput(llvm::StringRef path);

/// Has `write` fill `path` ("-" is stdout). On any error, a full disk included, what was at `path` stays.
llvm::Error writeOutput(llvm::StringRef path, llvm::function_ref<void(llvm::raw_ostream &)> write);

} // namespace cleave

#endif
