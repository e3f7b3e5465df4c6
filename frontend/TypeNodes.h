// TypeNodes.h - describes C++ types as the metadata nodes of docs/facts.md, lazily, one node per canonical type.
#ifndef CLEAVE_FRONTEND_TYPENODES_H
#define CLEAVE_FRONTEND_TYPENODES_H

#include "clang/AST/PrettyPrinter.h"
#include "clang/AST/Type.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Metadata.h"
#include "llvm/IR/TrackingMDRef.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <string>
#include <vector>

namespace clang {
class ASTContext;
class CharUnits;
class ClassTemplateSpecializationDecl;
class CXXRecordDecl;
class MangleContext;
class Sema;
} // namespace clang

namespace llvm {
class Module;
}

namespace cleave {

class TypeNodes {
public:
  /// Nodes refer to virtual tables, so they belong to `module`.
  TypeNodes(clang::Sema &sema, llvm::Module &module);
  ~TypeNodes();

  /// The node of `type`, which must not be a reference (pass what it refers to).
  llvm::MDNode *node(clang::QualType type);

  /// The node of what a reference or pointer to `type` leads to: maybe an object of a derived class.
  llvm::MDNode *targetNode(clang::QualType type);

  /// DynamicTypes.cpp: !{name, type id, virtual table, node, node behind a reference, base, offset, base, offset, ...}
  /// for a class with virtual functions, null for any other.
  llvm::MDNode *classNode(const clang::CXXRecordDecl *record);

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
    std::string fault; ///< Shape::No: a predicate, "is a raw pointer"
    /// Shape::No: the way to the culprit from the inside out, "member 'next' of 'Node'"; empty if the type itself is it.
    std::vector<std::string> trail;
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
  void buildVariant(Entry &into, const clang::ClassTemplateSpecializationDecl *record, clang::QualType type);
  void buildFunction(Entry &into, const clang::ClassTemplateSpecializationDecl *record, clang::QualType type);
  void buildReference(Entry &into, clang::QualType target);
  Entry &target(clang::QualType type);
  bool collectDynamic(Entry &into, const clang::CXXRecordDecl *whole, const clang::CXXRecordDecl *record,
                      clang::CharUnits at, std::vector<Part> &parts);
  llvm::MDNode *virtualTable(const clang::CXXRecordDecl *whole, const clang::CXXRecordDecl *base, clang::CharUnits at);
  llvm::Metadata *tableOf(const clang::CXXRecordDecl *record);
  bool collectFields(Entry &into, const clang::CXXRecordDecl *record, uint64_t base, std::vector<Part> &parts);
  void finishHolder(Entry &into, Entry &element, Operands operands);
  void finish(Entry &into, Shape shape, Operands operands);
  void finishPod(Entry &into, clang::QualType type, llvm::StringRef name = "");
  void finishObstacle(Entry &into, clang::QualType type);
  void fail(Entry &into, const llvm::Twine &fault);
  /// A part of type `type` cannot travel, so the whole cannot; `step` is "member 'next' of 'Node'".
  void failInside(Entry &into, const llvm::Twine &step, clang::QualType type, const Entry &inner);

  clang::Sema &sema;
  clang::ASTContext &ast;
  llvm::Module &module;
  llvm::LLVMContext &context;
  std::unique_ptr<clang::MangleContext> mangler;
  clang::PrintingPolicy printing;
  llvm::DenseMap<const clang::Type *, std::unique_ptr<Entry>> entries;
  llvm::DenseMap<const clang::CXXRecordDecl *, std::unique_ptr<Entry>> families; ///< what a base may turn out to be
  llvm::DenseMap<const clang::CXXRecordDecl *, bool> userDestructors;
};

} // namespace cleave

#endif
