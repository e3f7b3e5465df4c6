// LibraryTypes.cpp - which of libstdc++'s classes own what they reach, and what of them a codec must know.
//
// A vector is three pointers, and no walk over its members can tell that it owns what they point to. So the containers
// are recognised by name, in namespace std only, with std::allocator only, and only if the object has the size that
// the codecs are written for and its comparator or hash is an empty class. (The size alone would not do: the state of a
// small comparator hides in the padding before a tree's header.)
//
// Everything else of namespace std is `no` unless it is on the list of classes that are plain members all the way
// down. The list is one of what is allowed, because a member walk is no proof here: a std::atomic<int>, a
// std::thread::id and a std::counting_semaphore all consist of one harmless integer.
#include "frontend/TypeNodesImpl.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RecordLayout.h"
#include "llvm/ADT/STLExtras.h"

using namespace clang;
using llvm::StringRef;

namespace cleave {

namespace {
struct Container {
  const char *name;
  const char *kind;
  uint64_t sizeBytes;
  unsigned firstPolicy;       ///< comparator, hash and the like: template arguments up to the allocator's
  unsigned allocatorArgument; ///< std::allocator<T> stands there, and T is the element
};
} // namespace

static const Container containers[] = {
    {"vector", "vector", 24, 1, 1},
    {"basic_string", "string", 32, 1, 2},
    {"deque", "deque", 80, 1, 1},
    {"list", "list", 24, 1, 1},
    {"forward_list", "forward_list", 8, 1, 1},
    {"map", "rbtree", 48, 2, 3},
    {"multimap", "rbtree", 48, 2, 3},
    {"set", "rbtree", 48, 1, 2},
    {"multiset", "rbtree", 48, 1, 2},
    {"unordered_map", "hashtable", 56, 2, 4},
    {"unordered_multimap", "hashtable", 56, 2, 4},
    {"unordered_set", "hashtable", 56, 1, 3},
    {"unordered_multiset", "hashtable", 56, 1, 3},
};
static constexpr uint64_t bitVectorBytes = 40;
static constexpr uint64_t viewBytes = 16, functionBytes = 32;

/// Classes of namespace std that are what their members are.
static const StringRef walkable[] = {"pair",
                                     "tuple",
                                     "array",
                                     "complex",
                                     "bitset",
                                     "monostate",
                                     "stack",
                                     "queue",
                                     "priority_queue",
                                     "strong_ordering",
                                     "weak_ordering",
                                     "partial_ordering",
                                     "mersenne_twister_engine",
                                     "linear_congruential_engine",
                                     "subtract_with_carry_engine",
                                     "discard_block_engine",
                                     "independent_bits_engine",
                                     "shuffle_order_engine"};

bool isInLibrary(const CXXRecordDecl *record) {
  if (!record)
    return false;
  for (const DeclContext *context = record->getDeclContext(); context; context = context->getParent())
    // std::exception is declared inside of an extern "C++".
    if (const auto *scope = dyn_cast<NamespaceDecl>(context);
        scope && scope->getParent()->getRedeclContext()->isTranslationUnit())
      return scope->getName() == "std" || scope->getName().starts_with("__gnu_");
  return false;
}

bool isWalkableLibraryClass(const CXXRecordDecl *record) {
  if (record->isEmpty())
    return true;
  // A part of something else (pair's base, a distribution's parameters): its whole was judged already.
  if (const auto *outer = dyn_cast<CXXRecordDecl>(record->getDeclContext()))
    return isWalkableLibraryClass(outer);
  StringRef name = record->getName();
  if (const auto *scope = dyn_cast<NamespaceDecl>(record->getDeclContext()); scope && scope->getName() == "chrono")
    return !name.contains("zone") && !name.contains("info");
  static const StringRef innards[] = {"_Tuple_impl", "_Head_base", "__pair_base", "_Base_bitset"};
  return llvm::is_contained(walkable, name) || llvm::is_contained(innards, name) || name.ends_with("_distribution");
}

void forEachTypeIn(const TemplateArgument &argument, llvm::function_ref<void(QualType)> visit) {
  if (argument.getKind() == TemplateArgument::Type)
    visit(argument.getAsType());
  else if (argument.getKind() == TemplateArgument::Pack)
    for (const TemplateArgument &inner : argument.pack_elements())
      forEachTypeIn(inner, visit);
}

static QualType typeArgument(const ClassTemplateSpecializationDecl *record, unsigned index) {
  const TemplateArgumentList &arguments = record->getTemplateArgs();
  if (index >= arguments.size() || arguments[index].getKind() != TemplateArgument::Type)
    return {};
  return arguments[index].getAsType();
}

/// The specialisation of std::`name` that `type` is, or null.
static const ClassTemplateSpecializationDecl *asLibraryClass(QualType type, StringRef name) {
  if (type.isNull())
    return nullptr;
  const auto *record = dyn_cast_or_null<ClassTemplateSpecializationDecl>(type->getAsCXXRecordDecl());
  return record && record->isInStdNamespace() && record->getName() == name ? record : nullptr;
}

/// Does the hash table keep each element's hash code beside it? Its layout trait says so.
static std::optional<bool> cachesHashCodes(const ClassTemplateSpecializationDecl *record) {
  for (const FieldDecl *field : record->fields()) {
    const auto *table = asLibraryClass(field->getType(), "_Hashtable");
    if (!table || table->getTemplateArgs().size() == 0)
      continue;
    QualType last = typeArgument(table, table->getTemplateArgs().size() - 1);
    const auto *traits =
        last.isNull() ? nullptr : dyn_cast_or_null<ClassTemplateSpecializationDecl>(last->getAsCXXRecordDecl());
    if (traits && traits->getTemplateArgs().size() &&
        traits->getTemplateArgs()[0].getKind() == TemplateArgument::Integral)
      return traits->getTemplateArgs()[0].getAsIntegral().getBoolValue();
  }
  return std::nullopt;
}

bool TypeNodes::buildLibrary(Entry &into, const ClassTemplateSpecializationDecl *record, QualType type) {
  if (!record->isInStdNamespace())
    return false;
  StringRef name = record->getName();
  if (name == "span" || name == "basic_string_view" || name == "initializer_list")
    return buildView(into, record, type), true;
  if (name == "variant")
    return buildVariant(into, record, type), true;
  if (name == "function")
    return buildFunction(into, record, type), true;
  if (name == "unique_ptr")
    return buildUnique(into, record), true;
  if (name == "optional")
    return buildOptional(into, record, type), true;

  const auto *container = llvm::find_if(containers, [&](const Container &known) { return name == known.name; });
  if (container == std::end(containers))
    return false;
  const auto *allocator = asLibraryClass(typeArgument(record, container->allocatorArgument), "allocator");
  if (!allocator)
    return fail(into, "has an allocator other than std::allocator"), true;
  QualType element = typeArgument(allocator, 0);
  bool isBits = name == "vector" && element->isBooleanType();
  uint64_t expected = isBits ? bitVectorBytes : container->sizeBytes;
  if (static_cast<uint64_t>(ast.getTypeSizeInChars(type).getQuantity()) != expected)
    return fail(into, "has a layout that this version does not know"), true;
  for (unsigned k = container->firstPolicy; k < container->allocatorArgument; ++k) {
    QualType policy = typeArgument(record, k);
    const CXXRecordDecl *stateless = policy.isNull() ? nullptr : completed(policy);
    if (!stateless || !stateless->isEmpty())
      return fail(into, "carries state beside its elements, a '" + nameOf(policy) + "'"), true;
  }

  Operands operands{context, {}};
  if (isBits)
    return finish(into, Shape::Owner, std::move(operands.text("bit_vector"))), true;
  Entry &inner = entry(element);
  operands.text(container->kind).node(inner.node);
  if (StringRef(container->kind) == "hashtable") {
    std::optional<bool> cached = cachesHashCodes(record);
    if (!cached)
      return fail(into, "is a hash table of an unknown layout"), true;
    operands.number(*cached);
  }
  return finishHolder(into, inner, std::move(operands)), true;
}

/// A holder keeps its own node around an element that cannot travel: readers find the reason inside.
void TypeNodes::finishHolder(Entry &into, Entry &element, Operands operands) {
  if (element.shape == Shape::No) {
    into.fault = element.fault;
    into.trail = element.trail;
  }
  finish(into, element.shape == Shape::No ? Shape::No : Shape::Owner, std::move(operands));
}

void TypeNodes::buildView(Entry &into, const ClassTemplateSpecializationDecl *record, QualType type) {
  QualType element = typeArgument(record, 0);
  bool isText = record->getName() == "basic_string_view", isSpan = record->getName() == "span";
  if (isSpan && !element.isConstQualified())
    return fail(into, "is a span through which elements can be written");
  Operands operands{context, {}};
  if (isSpan && record->getTemplateArgs()[1].getAsIntegral().getZExtValue() != std::numeric_limits<uint64_t>::max()) {
    // A span of fixed extent is a reference to an array.
    llvm::APInt extent(64, record->getTemplateArgs()[1].getAsIntegral().getZExtValue());
    if (extent.isZero())
      return fail(into, "is an empty span");
    return buildReference(into, ast.getConstantArrayType(element, extent, nullptr, ArraySizeModifier::Normal, 0));
  }
  if (static_cast<uint64_t>(ast.getTypeSizeInChars(type).getQuantity()) != viewBytes)
    return fail(into, "has a layout that this version does not know");
  Entry &inner = entry(element);
  operands.text(isText ? "string_view" : "span").node(inner.node); // an initializer_list is laid out like a span
  finishHolder(into, inner, std::move(operands));
}

void TypeNodes::buildUnique(Entry &into, const ClassTemplateSpecializationDecl *record) {
  QualType owned = typeArgument(record, 0);
  const auto *deleter = asLibraryClass(typeArgument(record, 1), "default_delete");
  if (!deleter || deleter->isExplicitSpecialization())
    return fail(into, "has a deleter of its own");
  if (owned->isArrayType())
    return fail(into, "owns an array whose length it does not know");
  Entry &inner = target(owned);
  Operands operands{context, {}};
  operands.text("unique").node(inner.node);
  finishHolder(into, inner, std::move(operands));
}

/// Byte offset of the member `name` of `record` or of one of its bases.
static std::optional<uint64_t> findMember(const ASTContext &ast, const CXXRecordDecl *record, StringRef name) {
  const ASTRecordLayout &layout = ast.getASTRecordLayout(record);
  for (const FieldDecl *field : record->fields()) {
    uint64_t offset = layout.getFieldOffset(field->getFieldIndex()) / 8;
    if (field->getName() == name)
      return offset;
    if (const CXXRecordDecl *inner = field->getType()->getAsCXXRecordDecl(); inner && inner->hasDefinition())
      if (auto within = findMember(ast, inner->getDefinition(), name); within && field->getName() == "_M_payload")
        return offset + *within;
  }
  for (const CXXBaseSpecifier &base : record->bases()) {
    const CXXRecordDecl *baseRecord = base.getType()->getAsCXXRecordDecl();
    if (!baseRecord || !baseRecord->hasDefinition())
      continue;
    if (auto within = findMember(ast, baseRecord->getDefinition(), name))
      return layout.getBaseClassOffset(baseRecord).getQuantity() + *within;
  }
  return std::nullopt;
}

void TypeNodes::buildOptional(Entry &into, const ClassTemplateSpecializationDecl *record, QualType type) {
  QualType element = typeArgument(record, 0);
  std::optional<uint64_t> flag = findMember(ast, record, "_M_engaged");
  std::optional<uint64_t> value = findMember(ast, record, "_M_value");
  if (!flag || !value || *value != 0)
    return fail(into, "is an optional of an unknown layout");
  Entry &inner = entry(element);
  Operands operands{context, {}};
  operands.text("optional").number(ast.getTypeSizeInChars(type).getQuantity());
  operands.number(ast.getTypeAlignInChars(type).getQuantity()).number(*flag).node(inner.node);
  finishHolder(into, inner, std::move(operands));
}

/// What it may hold is known when the whole program is: Facts.cpp lists what this file puts into one (!cleave.functors).
void TypeNodes::buildFunction(Entry &into, const ClassTemplateSpecializationDecl *record, QualType type) {
  if (static_cast<uint64_t>(ast.getTypeSizeInChars(type).getQuantity()) != functionBytes)
    return fail(into, "has a layout that this version does not know");
  Operands operands{context, {}};
  operands.text("function").text(nameOf(typeArgument(record, 0).getCanonicalType()));
  finish(into, Shape::Owner, std::move(operands));
}

/// !{!"variant", size, align, offset of the index, its size, alternatives...}
void TypeNodes::buildVariant(Entry &into, const ClassTemplateSpecializationDecl *record, QualType type) {
  std::optional<uint64_t> index = findMember(ast, record, "_M_index"), storage = findMember(ast, record, "_M_u");
  if (!index || !storage || *storage != 0)
    return fail(into, "is a variant of an unknown layout");
  std::vector<QualType> alternatives;
  for (const TemplateArgument &argument : record->getTemplateArgs().asArray())
    forEachTypeIn(argument, [&](QualType alternative) { alternatives.push_back(alternative); });
  uint64_t indexBytes = alternatives.size() < 255 ? 1 : 2;
  Operands operands{context, {}};
  operands.text("variant").number(ast.getTypeSizeInChars(type).getQuantity());
  operands.number(ast.getTypeAlignInChars(type).getQuantity()).number(*index).number(indexBytes);
  for (QualType alternative : alternatives) {
    Entry &inner = entry(alternative);
    if (inner.shape == Shape::No)
      return failInside(into, "an alternative of '" + nameOf(type) + "'", alternative, inner);
    operands.node(inner.node);
  }
  finish(into, Shape::Owner, std::move(operands));
}

} // namespace cleave
