// TypeNodesImpl.h - shared by TypeNodes.cpp (the language's types) and LibraryTypes.cpp (libstdc++'s).
#ifndef CLEAVE_FRONTEND_TYPENODESIMPL_H
#define CLEAVE_FRONTEND_TYPENODESIMPL_H

#include "frontend/TypeNodes.h"
#include "clang/AST/TemplateBase.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/LLVMContext.h"

namespace cleave {

/// Operands of a node under construction.
struct TypeNodes::Operands {
  llvm::LLVMContext &context;
  llvm::SmallVector<llvm::Metadata *, 8> list;

  Operands &text(llvm::StringRef value) {
    list.push_back(llvm::MDString::get(context, value));
    return *this;
  }
  Operands &number(uint64_t value) {
    list.push_back(llvm::ConstantAsMetadata::get(llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), value)));
    return *this;
  }
  Operands &node(llvm::Metadata *value) {
    list.push_back(value);
    return *this;
  }
};

/// A run of bytes of a record: a base, a member, a pointer to a virtual table, or neighbouring bit-fields.
struct TypeNodes::Part {
  uint64_t offset;
  uint64_t size;
  llvm::MDNode *node;
  Shape shape;
};

/// Is `record` (may be null) declared in namespace std or one of the library's internal ones?
bool isInLibrary(const clang::CXXRecordDecl *record);

/// May the record walk look into this class of the library's?
bool isWalkableLibraryClass(const clang::CXXRecordDecl *record);

/// Calls `visit` with the types in a template argument, through packs.
void forEachTypeIn(const clang::TemplateArgument &argument, llvm::function_ref<void(clang::QualType)> visit);

/// What a reference member is in memory.
inline constexpr uint64_t referenceBytes = 8;

/// Bytes of an x87 long double that hold its value.
inline constexpr uint64_t extendedDoubleBytes = 10;

} // namespace cleave

#endif
