// RootLink.h - the root program: what of it must stay visible, and its link.
#ifndef CLEAVE_LINKER_ROOTLINK_H
#define CLEAVE_LINKER_ROOTLINK_H

#include "linker/Linker.h"
#include "llvm/ADT/ArrayRef.h"

namespace cleave {

/// Makes internal what no native input of the link (user objects, archives, the C library) refers to, so that the
/// optimiser sees the program whole. Errors: an input that cannot be read.
llvm::Error internaliseRoot(llvm::Module &root, const LinkOptions &options);

/// Links the root's object with the native inputs and the root runtime. Errors: LinkFailure.
llvm::Expected<std::vector<char>> linkRoot(llvm::ArrayRef<char> object, const LinkOptions &options);

} // namespace cleave

#endif
