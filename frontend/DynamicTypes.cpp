// DynamicTypes.cpp - references, and objects whose class shows only while the program runs.
//
//     struct Shape { virtual double area() const = 0; };
//     struct Circle : Shape { double radius; };              vector<unique_ptr<Shape>> is a vector of what?
//
// Behind a pointer or reference to a class with virtual functions may stand any class that derives from it, in any of the
// program's files. So the node of such a target is only the base's name, `!{!"polymorphic", !"Shape", ...}`, and each
// file lists its classes (`!cleave.classes`): the passes, which see all of them, join the two. A class that is final, or
// an object that lies in place (a member, an element of a vector), is what its type says: an ordinary record.
//
// A record of such a class has its pointers to virtual tables among its members, as `!{!"vptr", ptr @_ZTV6Circle, i64 16}`:
// which table, and where in it. They depend on the whole object's class, so a base with virtual functions is not one
// member with a node of its own: it is taken apart.
//
// A class whose table is not in the module when the passes look has no objects: constructors are what refers to tables.
#include "frontend/TypeNodesImpl.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/RecordLayout.h"
#include "clang/AST/VTableBuilder.h"
#include "llvm/IR/Module.h"
#include <functional>

using namespace clang;
using llvm::StringRef;

namespace cleave {

static constexpr uint64_t pointerBytes = 8;

/// A reference is what it refers to, borrowed. The passes see to it that nobody writes through it, and that nobody asks
/// where it leads.
void TypeNodes::buildReference(Entry &into, QualType referred) {
  if (referred->isFunctionType())
    return fail(into, "is a reference to a function");
  if (ast.getBaseElementType(referred).isVolatileQualified())
    return fail(into, "refers to a volatile object");
  Entry &inner = target(referred);
  if (inner.shape == Shape::No) {
    into.fault = (inner.trail.empty() ? "refers to what " : "") + inner.fault;
    into.trail = inner.trail;
    return;
  }
  Operands operands{context, {}};
  operands.text("reference").node(inner.node);
  finish(into, Shape::Owner, std::move(operands));
}

TypeNodes::Entry &TypeNodes::target(QualType type) {
  const CXXRecordDecl *record = type->isArrayType() ? nullptr : completed(type);
  if (!record || !record->isDynamicClass() || record->isEffectivelyFinal() || isInLibrary(record))
    return entry(type);
  std::unique_ptr<Entry> &slot = families[record];
  if (!slot) {
    slot = std::make_unique<Entry>();
    Operands operands{context, {}};
    operands.text("polymorphic").text(nameOf(ast.getCanonicalTagType(record)));
    operands.number(ast.getTypeSizeInChars(type).getQuantity()).number(ast.getTypeAlignInChars(type).getQuantity());
    finish(*slot, Shape::Owner, std::move(operands));
  }
  return *slot;
}

/// The pointer to a virtual table that an object of class `whole` has where its base `base` lies, at `at`.
llvm::MDNode *TypeNodes::virtualTable(const CXXRecordDecl *whole, const CXXRecordDecl *base, CharUnits at) {
  auto &tables = cast<ItaniumVTableContext>(*ast.getVTableContext());
  const VTableLayout &layout = tables.getVTableLayout(whole);
  VTableLayout::AddressPointLocation point = layout.getAddressPoint(BaseSubobject(base, at));
  uint64_t offset = (layout.getVTableOffset(point.VTableIndex) + point.AddressPointIndex) * pointerBytes;
  Operands operands{context, {}};
  operands.text("vptr").node(tableOf(whole)).number(offset);
  return llvm::MDNode::get(context, operands.list);
}

/// The virtual table of `record`; null if this file makes no object of the class and no other can.
llvm::Metadata *TypeNodes::tableOf(const CXXRecordDecl *record) {
  std::string name;
  llvm::raw_string_ostream out(name);
  cast<ItaniumMangleContext>(*mangler).mangleCXXVTable(record, out);
  llvm::GlobalVariable *table = module.getNamedGlobal(name);
  if (!table && record->isExternallyVisible())
    table = new llvm::GlobalVariable(module, llvm::PointerType::get(context, 0), /*isConstant=*/true,
                                     llvm::GlobalValue::ExternalLinkage, nullptr, name);
  return table ? llvm::ValueAsMetadata::get(table) : nullptr;
}

/// The parts of `record`, which lies at `at` in an object of class `whole`, down through bases with virtual functions.
bool TypeNodes::collectDynamic(Entry &into, const CXXRecordDecl *whole, const CXXRecordDecl *record, CharUnits at,
                               std::vector<Part> &parts) {
  const ASTRecordLayout &layout = ast.getASTRecordLayout(record);
  if (layout.hasOwnVFPtr())
    parts.push_back({uint64_t(at.getQuantity()), pointerBytes, virtualTable(whole, record, at), Shape::Owner});
  for (const CXXBaseSpecifier &base : record->bases()) {
    const CXXRecordDecl *itsRecord = completed(base.getType());
    if (!itsRecord)
      return fail(into, "has a base of an incomplete type"), false;
    CharUnits place = at + layout.getBaseClassOffset(itsRecord);
    std::string step = "base '" + nameOf(base.getType()) + "' of '" + nameOf(ast.getCanonicalTagType(record)) + "'";
    if (isInLibrary(itsRecord) && itsRecord->isDynamicClass()) {
      Entry &inner = entry(base.getType());
      return failInside(into, step, base.getType(), inner), false;
    }
    if (itsRecord->isDynamicClass() ? !collectDynamic(into, whole, itsRecord, place, parts)
                                    : !addPart(into, step, base.getType(), place.getQuantity(), parts))
      return false;
  }
  return collectFields(into, record, at.getQuantity(), parts);
}

llvm::MDNode *TypeNodes::classNode(const CXXRecordDecl *record) {
  record = completed(ast.getCanonicalTagType(record));
  if (!record || !record->isDynamicClass() || isInLibrary(record))
    return nullptr;
  QualType type = ast.getCanonicalTagType(record);
  std::string typeId;
  llvm::raw_string_ostream out(typeId);
  if (record->isExternallyVisible())
    cast<ItaniumMangleContext>(*mangler).mangleCXXRTTIName(type, out);
  Operands operands{context, {}};
  operands.text(nameOf(type)).text(typeId);
  operands.node(record->isAbstract() ? nullptr : tableOf(record));
  operands.node(record->isAbstract() ? voidNode() : node(type)).node(targetNode(type));
  std::function<void(const CXXRecordDecl *, CharUnits)> listBases = [&](const CXXRecordDecl *derived, CharUnits at) {
    const ASTRecordLayout &layout = ast.getASTRecordLayout(derived);
    for (const CXXBaseSpecifier &base : derived->bases()) {
      const CXXRecordDecl *itsRecord = completed(base.getType());
      if (!itsRecord || !itsRecord->isDynamicClass() || base.isVirtual())
        continue; // a class with virtual bases is `no` as a whole
      CharUnits place = at + layout.getBaseClassOffset(itsRecord);
      operands.text(nameOf(ast.getCanonicalTagType(itsRecord))).number(place.getQuantity());
      listBases(itsRecord, place);
    }
  };
  listBases(record, CharUnits::Zero());
  // A class with virtual bases is still derived from them; where they lie does not matter any more.
  for (const CXXBaseSpecifier &base : record->vbases())
    operands.text(nameOf(base.getType().getCanonicalType())).number(0);
  return llvm::MDNode::get(context, operands.list);
}

} // namespace cleave
