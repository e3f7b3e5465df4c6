// Executable.h - the embedded node with a bundle in it, as one ELF.
#ifndef CLEAVE_LINKER_EXECUTABLE_H
#define CLEAVE_LINKER_EXECUTABLE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace cleave {

/// `node` is a static 64-bit little-endian ELF with section headers and notes. Errors: it is not.
llvm::Expected<std::string> embedBundle(llvm::StringRef node, llvm::StringRef bundle);

} // namespace cleave

#endif
