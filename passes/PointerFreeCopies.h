// PointerFreeCopies.h - copies of memory that moves no pointers, found while the types can still be seen.
#ifndef CLEAVE_PASSES_POINTERFREECOPIES_H
#define CLEAVE_PASSES_POINTERFREECOPIES_H

namespace llvm {
class MDNode;
class Module;
} // namespace llvm

namespace cleave {

/// The mark of such a copy, and the name of the type in its tag.
inline constexpr const char *pointerFree = "cleave.nopointers";

/// Marks memcpy and memmove whose source holds no pointers with `!cleave.nopointers`: from tbaa.struct, from the types in the
/// mangled name of the enclosing function (`__copy_m<double, double>`), and from the members that are copied. Must run
/// before inlining.
void markPointerFreeCopies(llvm::Module &module);

/// Is `access` the type tag of an access that moves a number, or of a marked copy that became a load and a store?
bool isPointerFreeTag(const llvm::MDNode *access);

} // namespace cleave

#endif
