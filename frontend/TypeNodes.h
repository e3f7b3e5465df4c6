// TypeNodes.h - describes C++ types as the metadata nodes of docs/facts.md, lazily, one node per canonical type.
#ifndef CLEAVE_FRONTEND_TYPENODES_H
#define CLEAVE_FRONTEND_TYPENODES_H

#include "clang/AST/PrettyPrinter.h"
#include "clang/AST/Type.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Metadata.h"
#include "llvm/IR/TrackingMDRef.h"
#include <memory>
#include <string>
#include <vector>

namespace clang {
class ASTContext;
class ClassTemplateSpecializationDecl;
class CXXRecordDecl;
class Sema;
} // namespace clang

namespace cleave {

class TypeNodes {
public:
  TypeNodes(clang::Sema &sema, llvm::LLVMContext &context);
  ~TypeNodes();

  /// The node of `type`, which must not be a reference (pass what it refers to).
  llvm::MDNode *node(clang::QualType type);

  llvm::MDNode *voidNode();
  llvm::MDNode *obstacleNode(const llvm::Twine &reason);

  /// Would destroying a value of `type` run a destructor that the user wrote, in the class itself or further in?
  bool runsUserDestructor(clang::QualType type);

  /// As people write it; for a canonical type without library-internal defaults.
  std::string nameOf(clang::QualType type) const;
  const clang::PrintingPolicy &policy() const { return printing; }

private:
  /// What a type is to the type that contains it.
  enum class Shape { Pod, Trivial, Owner, No };
  struct Entry {
    Shape shape = Shape::No;
    llvm::TrackingMDNodeRef node;
    std::string path;  ///< Shape::No: the member at fault, "next" or "items[].next"; empty if the type itself is
    std::string fault; ///< Shape::No: a predicate, "is a pointer"
    bool building = true;
    llvm::TempMDTuple placeholder; ///< handed out where the type contains itself
  };
  struct Part;
  struct Operands;

  /// The build functions either finish `into` or leave it building with a fault.
  Entry &entry(clang::QualType type);
  void build(Entry &into, clang::QualType type);
  void buildBuiltin(Entry &into, const clang::BuiltinType *type, clang::QualType whole);
  void buildArray(Entry &into, uint64_t count, clang::QualType element, clang::QualType whole);
  void buildRecord(Entry &into, clang::QualType type);
  const clang::CXXRecordDecl *completed(clang::QualType type);
  void buildFields(Entry &into, const clang::CXXRecordDecl *record, clang::QualType type);
  bool addPart(Entry &into, llvm::StringRef name, clang::QualType type, uint64_t offset, std::vector<Part> &parts);
  bool collectParts(Entry &into, const clang::CXXRecordDecl *record, std::vector<Part> &parts);
  /// LibraryTypes.cpp; false if `record` is not one of those that have a node of their own.
  bool buildLibrary(Entry &into, const clang::ClassTemplateSpecializationDecl *record, clang::QualType type);
  void buildView(Entry &into, const clang::ClassTemplateSpecializationDecl *record, clang::QualType type);
  void buildUnique(Entry &into, const clang::ClassTemplateSpecializationDecl *record);
  void buildOptional(Entry &into, const clang::ClassTemplateSpecializationDecl *record, clang::QualType type);
  void finishHolder(Entry &into, Entry &element, Operands operands);
  void finish(Entry &into, Shape shape, Operands operands);
  void finishPod(Entry &into, clang::QualType type, llvm::StringRef name = "");
  void finishObstacle(Entry &into, clang::QualType type);
  void fail(Entry &into, const llvm::Twine &fault, const llvm::Twine &path = "");
  void failInside(Entry &into, llvm::StringRef step, const Entry &inner);

  clang::Sema &sema;
  clang::ASTContext &ast;
  llvm::LLVMContext &context;
  clang::PrintingPolicy printing;
  llvm::DenseMap<const clang::Type *, std::unique_ptr<Entry>> entries;
  llvm::DenseMap<const clang::CXXRecordDecl *, bool> userDestructors;
};

} // namespace cleave

#endif
