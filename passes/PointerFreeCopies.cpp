// PointerFreeCopies.cpp - see PointerFreeCopies.h. Three witnesses: the types that tbaa.struct lists, the parameters of the function that
// copies, and the members of the class that are copied.
#include "passes/PointerFreeCopies.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace cleave {

static bool isPointerFreeName(StringRef type) {
  while (type.consume_back("const") || type.consume_back("*") || type.consume_back("&") || type.consume_back(" "))
    ;
  static const StringRef scalars[] = {"bool", "char", "signed char", "unsigned char", "short", "unsigned short", "int",
                                      "unsigned int", "long", "unsigned long", "long long", "unsigned long long",
                                      "float", "double", "long double", "wchar_t", "char8_t", "char16_t", "char32_t",
                                      "unsigned __int128", "__int128"};
  return is_contained(scalars, type);
}

/// `double* std::__copy_move<...>::__copy_m<double const, double>(double const*, double const*, double*)`: all
/// parameters that are pointers point to scalars, so whatever the function copies through them holds no pointers.
static bool takesPointersToScalarsOnly(const Function &function) {
  ItaniumPartialDemangler demangler;
  std::string mangled = function.getName().str(); // the demangler points into it
  if (demangler.partialDemangle(mangled.c_str()) || !demangler.isFunction())
    return false;
  char *text = demangler.getFunctionParameters(nullptr, nullptr);
  std::string list = text ? text : "";
  free(text);
  StringRef rest = list;
  if (!rest.consume_front("(") || !rest.consume_back(")") || rest.contains('<') || rest.contains("(*)"))
    return false;
  SmallVector<StringRef, 6> parameters;
  rest.split(parameters, ", ");
  bool anyPointer = false;
  for (StringRef parameter : parameters) {
    if (!parameter.ends_with("*") && !parameter.ends_with("&"))
      continue;
    if (parameter.ends_with("**") || parameter.ends_with("*&") || !isPointerFreeName(parameter))
      return false;
    anyPointer = true;
  }
  // A member function has a hidden pointer to an object that may hold anything.
  return anyPointer && parameters.size() == function.arg_size();
}

/// tbaa.struct: (offset, size, tag)*. A field may hold a pointer unless its tag names a scalar type.
bool isPointerFreeTag(const MDNode *access) {
  if (!access || access->getNumOperands() < 2)
    return false;
  auto *type = dyn_cast_or_null<MDNode>(access->getOperand(1).get());
  auto *name = type && type->getNumOperands() ? dyn_cast_or_null<MDString>(type->getOperand(0).get()) : nullptr;
  if (!name)
    return false;
  StringRef text = name->getString();
  // "p1 int", "any pointer", "vtable pointer", "omnipotent char" may all be pointers in disguise.
  static const StringRef scalars[] = {"int", "long", "short", "bool", "double", "float", "long long", "wchar_t", "__int128",
                                      "char16_t", "char32_t", "char8_t", "long double"};
  return is_contained(scalars, text) || text.starts_with("_ZTS") || text == pointerFree;
}

static bool isPointerFreeStruct(const MDNode *fields) {
  if (!fields || fields->getNumOperands() % 3)
    return false;
  for (unsigned k = 2; k < fields->getNumOperands(); k += 3)
    if (!isPointerFreeTag(dyn_cast_or_null<MDNode>(fields->getOperand(k).get())))
      return false;
  return fields->getNumOperands() > 0;
}

/// A member that clang gives this type is a number, or some. An array of bytes may be memory for anything; a union has
/// the type of one of its members.
static bool isNumbers(const Type *type) {
  if (type->isIntegerTy() || type->isFloatingPointTy())
    return true;
  if (auto *array = dyn_cast<ArrayType>(type))
    return !array->getElementType()->isIntegerTy(8) && isNumbers(array->getElementType());
  auto *structure = dyn_cast<StructType>(type);
  return structure && (!structure->hasName() || !structure->getName().starts_with("union.")) &&
         all_of(structure->elements(), isNumbers);
}

/// What an implicit copy constructor does with members that follow each other: one copy from the first one's place on.
static bool copiesNumbers(const MemTransferInst &transfer, const DataLayout &layout) {
  auto *place = dyn_cast<GEPOperator>(transfer.getRawDest());
  auto *type = place ? dyn_cast<StructType>(place->getSourceElementType()) : nullptr;
  auto *size = dyn_cast<ConstantInt>(transfer.getLength());
  if (!type || !size || place->getNumIndices() != 2 || (type->hasName() && type->getName().starts_with("union.")))
    return false;
  auto *first = dyn_cast<ConstantInt>(place->idx_begin()[0]), *member = dyn_cast<ConstantInt>(place->idx_begin()[1]);
  if (!first || !first->isZero() || !member)
    return false;
  const StructLayout *places = layout.getStructLayout(type);
  uint64_t begin = places->getElementOffset(member->getZExtValue()), end = begin + size->getZExtValue();
  if (end > places->getSizeInBytes())
    return false;
  for (unsigned k = member->getZExtValue(); k < type->getNumElements() && places->getElementOffset(k) < end; ++k)
    if (!isNumbers(type->getElementType(k)))
      return false;
  return true;
}

void markPointerFreeCopies(Module &module) {
  LLVMContext &context = module.getContext();
  MDNode *mark = MDNode::get(context, {});
  // A copy that becomes a load and a store hands on its type tag. This one says nothing of what it aliases with: a tree of
  // types of its own is compared with no other.
  auto text = [&](const char *name) { return MDString::get(context, name); };
  Metadata *zero = ConstantAsMetadata::get(ConstantInt::get(Type::getInt64Ty(context), 0));
  MDNode *type = MDNode::get(context, {text(pointerFree), MDNode::get(context, {text("cleave")}), zero});
  MDNode *tag = MDNode::get(context, {type, type, zero});
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    bool byName = takesPointersToScalarsOnly(function);
    for (Instruction &instruction : instructions(function)) {
      auto *transfer = dyn_cast<MemTransferInst>(&instruction);
      MDNode *fields = transfer ? transfer->getMetadata(LLVMContext::MD_tbaa_struct) : nullptr;
      if (!transfer || !(byName || isPointerFreeStruct(fields) || copiesNumbers(*transfer, module.getDataLayout())))
        continue;
      transfer->setMetadata(pointerFree, mark);
      bool hasTag = transfer->getMetadata(LLVMContext::MD_tbaa) || (fields && fields->getNumOperands() == 3);
      if (!hasTag)
        transfer->setMetadata(LLVMContext::MD_tbaa, tag);
    }
  }
}

} // namespace cleave
