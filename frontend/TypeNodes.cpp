// TypeNodes.cpp - the language's own types as nodes: scalars, arrays, records.
//
// The question that a node answers is "what does a value of this type consist of?", exactly enough to copy it into
// another address space and back:
//
//   struct Hit { int id; double score; std::vector<Node> path; };
//   !{!"record", !"Hit", i64 40, i64 8, i64 0, !int, i64 8, !double, i64 16, !{!"vector", !Node}}
//
// Three rules carry the correctness of everything behind it:
//
//  - A type is `pod` only if every byte of it belongs to a member. Names of data objects come from bytes, and padding
//    holds whatever was there before: one hole, and equal values would have different names. So a record's members are
//    laid out as byte ranges and must tile it; `long double` is ten bytes in a box of sixteen.
//  - Whatever is not recognised is `no`, with a sentence that names the member at fault, at any depth ("member 'next' of
//    'Cell' (member 'head' of 'Queue') is a raw pointer (int *)"): it goes to a person, in a remark.
//  - A type may contain itself (through a vector, say). While a node is being built, whoever asks for it again gets a
//    placeholder, which the finished, then distinct, node replaces.
//
// Nodes are made when asked for: building all types of a translation unit with a few library headers in it took
// longer than its code generation. Rejected: describing types from LLVM's struct types, which know neither bit-fields
// nor what is padding nor which pointer is owned.
#include "frontend/TypeNodesImpl.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/RecordLayout.h"
#include "clang/Sema/Sema.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"

using namespace clang;
using llvm::StringRef;
using llvm::Twine;

namespace cleave {

TypeNodes::TypeNodes(Sema &sema, llvm::Module &module)
    : sema(sema), ast(sema.getASTContext()), module(module), context(module.getContext()),
      mangler(ast.createMangleContext()), printing(ast.getPrintingPolicy()) {
  printing.SuppressTagKeyword = true;
  printing.SuppressUnwrittenScope = true;
  printing.Bool = true;
}

TypeNodes::~TypeNodes() = default;

std::string TypeNodes::nameOf(QualType type) const { return type.getAsString(printing); }

llvm::MDNode *TypeNodes::voidNode() { return llvm::MDNode::get(context, llvm::MDString::get(context, "void")); }

llvm::MDNode *TypeNodes::obstacleNode(const Twine &reason) {
  return llvm::MDNode::get(context, {llvm::MDString::get(context, "no"), llvm::MDString::get(context, reason.str())});
}

llvm::MDNode *TypeNodes::node(QualType type) {
  if (type->isVoidType())
    return voidNode();
  if (ast.getBaseElementType(type).isVolatileQualified())
    return obstacleNode("'" + nameOf(type) + "' is volatile");
  return entry(type).node;
}

llvm::MDNode *TypeNodes::targetNode(QualType type) {
  if (ast.getBaseElementType(type).isVolatileQualified())
    return node(type);
  return target(type).node;
}

TypeNodes::Entry &TypeNodes::entry(QualType type) {
  QualType canonical = type.getCanonicalType().getUnqualifiedType();
  std::unique_ptr<Entry> &slot = entries[canonical.getTypePtr()];
  if (!slot) {
    slot = std::make_unique<Entry>();
    Entry &fresh = *slot; // `slot` itself moves when the map grows
    build(fresh, canonical);
    if (fresh.building)
      finishObstacle(fresh, canonical);
    return fresh;
  }
  if (slot->building && !slot->placeholder) {
    slot->placeholder = llvm::MDTuple::getTemporary(context, {});
    slot->node.reset(slot->placeholder.get());
    slot->shape = Shape::Owner;
  }
  return *slot;
}

void TypeNodes::finish(Entry &into, Shape shape, Operands operands) {
  into.shape = shape;
  into.building = false;
  llvm::MDNode *node = into.placeholder ? llvm::MDTuple::getDistinct(context, operands.list)
                                        : llvm::MDTuple::get(context, operands.list);
  into.node.reset(node);
  if (into.placeholder) {
    into.placeholder->replaceAllUsesWith(node);
    into.placeholder.reset();
  }
}

void TypeNodes::finishPod(Entry &into, QualType type, StringRef name) {
  Operands operands{context, {}};
  operands.text("pod").number(ast.getTypeSizeInChars(type).getQuantity());
  operands.number(ast.getTypeAlignInChars(type).getQuantity());
  if (!name.empty())
    operands.text(name);
  finish(into, Shape::Pod, std::move(operands));
}

void TypeNodes::finishObstacle(Entry &into, QualType type) {
  std::string subject = into.trail.empty() ? "'" + nameOf(type) + "'" : into.trail.front();
  if (into.trail.size() > 1)
    subject += " (" + llvm::join(llvm::drop_begin(into.trail), ", ") + ")";
  Operands operands{context, {}};
  operands.text("no").text(subject + " " + into.fault);
  finish(into, Shape::No, std::move(operands));
}

void TypeNodes::fail(Entry &into, const Twine &fault) {
  into.fault = fault.str();
  into.trail.clear();
}

void TypeNodes::failInside(Entry &into, const Twine &step, QualType type, const Entry &inner) {
  into.fault = inner.fault;
  // The member's name does not show its type, which the predicate speaks of.
  if (inner.trail.empty() && !StringRef(inner.fault).ends_with(")"))
    into.fault += " (" + nameOf(type.getCanonicalType()) + ")";
  into.trail = inner.trail;
  into.trail.push_back(step.str());
}

void TypeNodes::build(Entry &into, QualType type) {
  const Type *bare = type.getTypePtr();
  if (const auto *builtin = dyn_cast<BuiltinType>(bare))
    return buildBuiltin(into, builtin, type);
  if (const auto *complex = dyn_cast<ComplexType>(bare))
    return buildArray(into, 2, complex->getElementType(), type);
  if (const auto *array = dyn_cast<ConstantArrayType>(bare))
    return buildArray(into, array->getZExtSize(), array->getElementType(), type);
  if (bare->isRecordType())
    return buildRecord(into, type);
  if (bare->isEnumeralType())
    return bare->isIncompleteType() ? fail(into, "is of an incomplete type") : finishPod(into, type);
  if (const auto *vector = dyn_cast<clang::VectorType>(bare)) {
    // Three floats live in a box for four: that hole would break the rule about bytes.
    bool full = ast.getTypeSize(vector->getElementType()) * vector->getNumElements() == ast.getTypeSize(type);
    return full ? finishPod(into, type) : fail(into, "is a vector with unused lanes");
  }
  if (bare->isFunctionPointerType())
    return fail(into, "is a function pointer");
  if (bare->isPointerType())
    return fail(into, "is a raw pointer");
  if (bare->isReferenceType())
    return buildReference(into, type.getNonReferenceType());
  if (bare->isMemberPointerType())
    return fail(into, "is a pointer to member");
  if (bare->isAtomicType())
    return fail(into, "is atomic");
  if (bare->isArrayType())
    return fail(into, "is an array of unknown length");
  fail(into, "is of a type that cannot travel");
}

void TypeNodes::buildBuiltin(Entry &into, const BuiltinType *type, QualType whole) {
  bool isScalar = type->isInteger() || type->isFloatingPoint();
  if (type->isNullPtrType())
    return fail(into, "is a null pointer");
  if (!isScalar || type->isSizelessType())
    return fail(into, "is of a type that cannot travel");
  bool isExtended = type->isFloatingPoint() && &ast.getFloatTypeSemantics(whole) == &llvm::APFloat::x87DoubleExtended();
  if (!isExtended)
    return finishPod(into, whole);
  Operands value{context, {}};
  value.text("pod").number(extendedDoubleBytes).number(2);
  Operands box{context, {}};
  box.text("trivial").text(nameOf(whole));
  box.number(ast.getTypeSizeInChars(whole).getQuantity()).number(ast.getTypeAlignInChars(whole).getQuantity());
  box.number(0).node(llvm::MDNode::get(context, value.list));
  finish(into, Shape::Trivial, std::move(box));
}

void TypeNodes::buildArray(Entry &into, uint64_t count, QualType element, QualType whole) {
  if (element.isVolatileQualified())
    return fail(into, "is volatile");
  const Entry &inner = entry(element);
  if (inner.shape == Shape::No)
    return failInside(into, "an element of '" + nameOf(whole) + "'", element, inner);
  if (inner.shape == Shape::Pod)
    return finishPod(into, whole);
  Operands operands{context, {}};
  operands.text("array").number(count).node(inner.node);
  finish(into, inner.shape, std::move(operands));
}

/// The definition of the class `type`, instantiated if the source got by without it; null if there is none.
const CXXRecordDecl *TypeNodes::completed(QualType type) {
  const CXXRecordDecl *declaration = type->getAsCXXRecordDecl();
  if (!declaration || !sema.isCompleteType(declaration->getLocation(), type))
    return nullptr;
  const CXXRecordDecl *record = declaration->getDefinition();
  return record && !record->isInvalidDecl() && !record->isDependentType() ? record : nullptr;
}

void TypeNodes::buildRecord(Entry &into, QualType type) {
  const CXXRecordDecl *record = completed(type);
  if (!record)
    return fail(into, "is of an incomplete type");
  if (const auto *instance = dyn_cast<ClassTemplateSpecializationDecl>(record))
    if (buildLibrary(into, instance, type))
      return;
  if (isInLibrary(record) && !isWalkableLibraryClass(record))
    return fail(into, "is of a library type that cannot travel");
  if (record->isUnion())
    return fail(into, "is a union");
  if (record->getNumVBases())
    return fail(into, "has virtual bases");
  if (llvm::any_of(record->methods(), [](const CXXMethodDecl *method) {
        return method->getOverloadedOperator() == OO_Amp && method->getNumParams() == 0;
      }))
    return fail(into, "has an address-of operator of its own");
  buildFields(into, record, type);
}

/// Adds the member or base `type` at `offset`; false with the fault in `into` if it cannot travel.
bool TypeNodes::addPart(Entry &into, StringRef step, QualType type, uint64_t offset, std::vector<Part> &parts) {
  if (const CXXRecordDecl *record = completed(type); record && record->isEmpty())
    return true;
  if (ast.getBaseElementType(type).isVolatileQualified()) {
    Entry inner;
    inner.fault = "is volatile";
    return failInside(into, step, type, inner), false;
  }
  Entry &inner = entry(type);
  if (inner.shape == Shape::No)
    return failInside(into, step, type, inner), false;
  uint64_t size = type->isReferenceType() ? referenceBytes : ast.getTypeSizeInChars(type).getQuantity();
  if (size)
    parts.push_back({offset, size, inner.node, inner.shape});
  return true;
}

bool TypeNodes::collectParts(Entry &into, const CXXRecordDecl *record, std::vector<Part> &parts) {
  if (record->isDynamicClass())
    return collectDynamic(into, record, record, CharUnits::Zero(), parts);
  const ASTRecordLayout &layout = ast.getASTRecordLayout(record);
  for (const CXXBaseSpecifier &base : record->bases()) {
    uint64_t offset = layout.getBaseClassOffset(base.getType()->getAsCXXRecordDecl()).getQuantity();
    std::string step = "base '" + nameOf(base.getType()) + "' of '" + nameOf(ast.getCanonicalTagType(record)) + "'";
    if (!addPart(into, step, base.getType(), offset, parts))
      return false;
  }
  return collectFields(into, record, 0, parts);
}

/// The members of `record` itself, which lies at byte `base` of the whole.
bool TypeNodes::collectFields(Entry &into, const CXXRecordDecl *record, uint64_t base, std::vector<Part> &parts) {
  const ASTRecordLayout &layout = ast.getASTRecordLayout(record);
  std::string owner = "'" + nameOf(ast.getCanonicalTagType(record)) + "'";
  std::vector<std::string> captures(layout.getFieldCount());
  std::vector<bool> isThis(layout.getFieldCount());
  if (record->isLambda())
    for (const auto &[index, capture] : llvm::enumerate(record->captures())) {
      captures[index] = capture.capturesThis() ? "this" : capture.getCapturedVar()->getNameAsString();
      isThis[index] = capture.getCaptureKind() == LCK_This;
    }
  for (const FieldDecl *field : record->fields()) {
    uint64_t bits = base * 8 + layout.getFieldOffset(field->getFieldIndex());
    if (field->isBitField()) {
      uint64_t end = llvm::divideCeil(bits + field->getBitWidthValue(), 8);
      if (!field->isUnnamedBitField())
        parts.push_back({bits / 8, end - bits / 8, nullptr, Shape::Pod});
      continue;
    }
    std::string name = record->isLambda() ? captures[field->getFieldIndex()] : field->getNameAsString();
    std::string step = (record->isLambda() ? "capture '" : "member '") + name + "' of " + owner;
    if (isInLibrary(record) && StringRef(name).starts_with("_"))
      step = "an element of " + owner; // what tuple calls its elements is nobody's business
    // A captured `this` is a reference that the language spells as a pointer.
    QualType type = isThis[field->getFieldIndex()] ? ast.getLValueReferenceType(field->getType()->getPointeeType())
                                                   : field->getType();
    if (!addPart(into, step, type, bits / 8, parts))
      return false;
  }
  return true;
}

void TypeNodes::buildFields(Entry &into, const CXXRecordDecl *record, QualType type) {
  std::vector<Part> parts;
  if (!collectParts(into, record, parts))
    return;
  llvm::sort(parts, [](const Part &a, const Part &b) { return a.offset < b.offset; });

  // Bit-fields share bytes: neighbours become one run.
  std::vector<Part> runs;
  for (const Part &part : parts) {
    bool joins =
        !runs.empty() && !part.node && !runs.back().node && part.offset <= runs.back().offset + runs.back().size;
    if (joins)
      runs.back().size = std::max(runs.back().size, part.offset + part.size - runs.back().offset);
    else
      runs.push_back(part);
  }

  uint64_t end = 0, covered = 0;
  for (const Part &run : runs) {
    // A bit-field in the tail of another member's byte, or bases that overlap: nothing that we can take apart.
    if (run.offset < end)
      return fail(into, "has members that share bytes");
    end = run.shape == Shape::Pod ? run.offset + run.size : run.offset + 1;
    covered += run.size;
  }
  uint64_t size = ast.getTypeSizeInChars(type).getQuantity();
  bool allPods = llvm::all_of(runs, [](const Part &run) { return run.shape == Shape::Pod; });
  if (allPods && covered == size)
    return finishPod(into, type, nameOf(type));

  bool isPlain = record->hasTrivialDestructor() && !record->hasNonTrivialCopyConstructor() &&
                 llvm::all_of(runs, [](const Part &run) { return run.shape != Shape::Owner; });
  Operands operands{context, {}};
  operands.text(isPlain ? "trivial" : "record").text(nameOf(type));
  operands.number(size).number(ast.getTypeAlignInChars(type).getQuantity());
  for (const Part &run : runs) {
    Operands bytes{context, {}};
    bytes.text("pod").number(run.size).number(1);
    operands.number(run.offset).node(run.node ? run.node : llvm::MDNode::get(context, bytes.list));
  }
  finish(into, isPlain ? Shape::Trivial : Shape::Owner, std::move(operands));
}

bool TypeNodes::runsUserDestructor(QualType type) {
  const CXXRecordDecl *record = completed(ast.getBaseElementType(type.getCanonicalType()));
  if (!record)
    return false;
  auto [slot, isNew] = userDestructors.try_emplace(record, false);
  if (!isNew)
    return slot->second; // false while in progress: a type that contains itself adds nothing
  bool runs = false;
  if (isInLibrary(record)) {
    // What a library class destroys are its elements, and those are among its template arguments. What a std::function
    // destroys does not show.
    runs = record->getIdentifier() && record->getName() == "function";
    if (const auto *instance = dyn_cast<ClassTemplateSpecializationDecl>(record))
      for (const TemplateArgument &argument : instance->getTemplateArgs().asArray())
        forEachTypeIn(argument, [&](QualType inner) { runs = runs || runsUserDestructor(inner); });
  } else {
    const CXXDestructorDecl *destructor = record->getDestructor();
    // Whatever derives from it may have one.
    bool isOpen = destructor && destructor->isVirtual() && !record->isEffectivelyFinal();
    runs = isOpen || (destructor && destructor->isUserProvided());
    for (const CXXBaseSpecifier &base : record->bases())
      runs = runs || runsUserDestructor(base.getType());
    for (const FieldDecl *field : record->fields())
      runs = runs || runsUserDestructor(field->getType());
  }
  return userDestructors[record] = runs;
}

} // namespace cleave
