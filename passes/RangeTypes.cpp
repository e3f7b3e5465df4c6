// RangeTypes.cpp - following a pointer back to a variable, and the types forward again.
//
//     double x = rows[i][j];            %rows: alloca, !cleave.type vector<vector<double>>
//
//     %begin = load ptr, %rows          at 0 of a vector: leads to its elements, vector<double>
//     %row   = gep %begin, 24 * i       the size of an element, times anything: an element still
//     %data  = load ptr, %row           at 0 of a vector: leads to double
//     %cell  = gep %data, 8 * j         a double
//
// The places of all values on the way, round loops too, are the greatest fixed point of these rules: a phi is assumed to
// be what its first known operand is, until another one disagrees. Each value falls at most three times (from open to a
// place, to the same object at no certain offset, to not known).
//
// What it rests on: an object is what its declaration says it is, for as long as it lives. A program cannot, without
// being undefined, keep something else in a vector's three words. Where an object may not be there (in std::optional) the
// type says so, and whoever walks it at run time looks at the flag.
#include "passes/RangeTypes.h"
#include "passes/Facts.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Metadata.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace cleave {

namespace {
/// The innermost part of an object that holds a certain byte and is not only a frame for other parts.
struct Part {
  const MDNode *type = nullptr;
  uint64_t offset = 0;       ///< of the byte in the part
  bool isElement = false;    ///< of an array in the object
  explicit operator bool() const { return type; }
};
} // namespace

static bool isPlainKind(StringRef kind) { return kind == "pod" || kind == "trivial"; }

/// Bytes and nothing else, all over?
static bool isPlain(const MDNode *type) {
  StringRef kind = typeKind(type);
  if (isPlainKind(kind))
    return true;
  const MDNode *element = kind == "array" ? nodeOperand(type, 2) : nullptr;
  return element && isPlain(element);
}

/// One step inwards, to the part that holds byte `offset`; empty where there is none.
static Part stepInto(const MDNode *type, uint64_t offset) {
  StringRef kind = typeKind(type);
  if (kind == "record") {
    for (unsigned k = 4; k + 1 < type->getNumOperands(); k += 2) {
      const MDNode *field = nodeOperand(type, k + 1);
      uint64_t begin = integerOperand(type, k);
      if (field && offset >= begin && offset - begin < typeSize(field))
        return {field, offset - begin, false};
    }
  } else if (kind == "array") {
    const MDNode *element = nodeOperand(type, 2);
    uint64_t size = element ? typeSize(element) : 0;
    if (size && offset < typeSize(type))
      return {element, offset % size, true};
  } else if (kind == "optional") {
    const MDNode *held = nodeOperand(type, 4);
    if (held && offset < typeSize(held))
      return {held, offset, false};
  }
  return {};
}

static Part innermost(const MDNode *type, uint64_t offset) {
  Part part{type, offset, false};
  while (Part inner = stepInto(part.type, part.offset))
    part = inner;
  return part;
}

/// An object that a pointer leads to. One that stands alone must be all that its type says: a reference to a base class
/// may lead to something larger.
TypedPlace TypedPlaces::target(const MDNode *type, bool isElement) const {
  if (!type || !typeSize(type) || (!isElement && isBaseClass(module, type)))
    return {};
  return {type, 0, isElement};
}

/// Where the pointer leads that lies at `place`.
TypedPlace TypedPlaces::follow(const TypedPlace &place) const {
  if (!place || !place.offset)
    return {};
  Part part = innermost(place.type, *place.offset);
  StringRef kind = typeKind(part.type);
  bool isFirst = part.offset == 0;
  if ((kind == "vector" && (isFirst || part.offset == 8)) || ((kind == "string" || kind == "span") && isFirst) ||
      (kind == "string_view" && part.offset == 8))
    return target(nodeOperand(part.type, 1), true);
  if ((kind == "unique" || kind == "reference") && isFirst)
    return target(nodeOperand(part.type, 1), false);
  return {};
}

bool TypedPlaces::isBeginOfVector(const TypedPlace &place) {
  Part part = place && place.offset ? innermost(place.type, *place.offset) : Part{};
  return part && typeKind(part.type) == "vector" && part.offset == 0;
}

Content TypedPlaces::contentAt(const TypedPlace &place, uint64_t size) const {
  if (!place)
    return Content::Other;
  if (isPlain(place.type))
    return Content::Plain;
  if (!place.offset || !size)
    return Content::Other;
  Part part = innermost(place.type, *place.offset);
  StringRef kind = typeKind(part.type);
  if (isPlainKind(kind))
    return part.offset + size <= typeSize(part.type) ? Content::Plain : Content::Other;
  if (size == 8 && ((kind == "string" && part.offset == 8) || (kind == "span" && part.offset == 8) ||
                    (kind == "string_view" && part.offset == 0)))
    return Content::Count;
  if (kind == "optional" && size == 1 && part.offset == integerOperand(part.type, 3))
    return Content::Count;
  return size == 8 && follow(place) ? Content::Pointer : Content::Other;
}

const MDNode *TypedPlaces::elementOf(const MDNode *type) {
  if (typeKind(type) == "array")
    return isPlain(type) ? nullptr : nodeOperand(type, 2);
  Part field = typeKind(type) == "record" ? stepInto(type, 0) : Part{};
  return field && typeSize(field.type) == typeSize(type) && typeKind(field.type) == "array" ? elementOf(field.type) : nullptr;
}

/// Both, or not known.
static TypedPlace meet(const TypedPlace &one, const TypedPlace &other) {
  if (!one || one.type != other.type)
    return {};
  TypedPlace result = one;
  if (one.offset != other.offset)
    result.offset = std::nullopt;
  result.isElement = one.isElement && other.isElement;
  return result;
}

/// The place `constant` bytes and any multiple of each of `scales` further on.
static TypedPlace moved(TypedPlace place, int64_t constant, ArrayRef<uint64_t> scales) {
  auto fits = [&](uint64_t size) { return all_of(scales, [&](uint64_t scale) { return scale % size == 0; }); };
  auto size = static_cast<int64_t>(typeSize(place.type));
  if (place.isElement && fits(size)) {
    if (place.offset)
      place.offset = ((static_cast<int64_t>(*place.offset) + constant) % size + size) % size;
    return place;
  }
  if (isPlain(place.type)) // bytes among bytes
    return {place.type, std::nullopt, place.isElement};
  if (!place.offset)
    return {};
  int64_t start = static_cast<int64_t>(*place.offset) + constant;
  if (place.isElement)
    start = (start % size + size) % size;
  if (start < 0 || start >= size)
    return {};
  place.offset = start;
  if (scales.empty())
    return place;
  // A step within one object: along an array in it.
  Part part{place.type, *place.offset, false};
  while (Part inner = stepInto(part.type, part.offset)) {
    part = inner;
    if (part.isElement && fits(typeSize(part.type)))
      return {part.type, part.offset, true};
  }
  return isPlain(part.type) ? TypedPlace{part.type, std::nullopt, part.isElement} : TypedPlace{};
}

/// What is said of a value, not computed.
TypedPlace TypedPlaces::source(Value *value) const {
  auto object = [](const MDNode *type) {
    return type && typeSize(type) ? TypedPlace{type, 0, false} : TypedPlace{};
  };
  if (auto *variable = dyn_cast<AllocaInst>(value))
    return variable->isArrayAllocation() ? TypedPlace{} : object(variable->getMetadata("cleave.type"));
  if (auto *global = dyn_cast<GlobalVariable>(value)) {
    const MDNode *fact = global->getMetadata("cleave.global");
    return fact ? object(nodeOperand(fact, 2)) : TypedPlace{};
  }
  auto *argument = dyn_cast<Argument>(value);
  auto facts = argument ? readFacts(*argument->getParent()) : std::nullopt;
  if (!facts)
    return {};
  if (argument->hasStructRetAttr())
    return object(facts->result.typeNode);
  const PassedValue *parameter = facts->parameterOfArgument(argument->getArgNo());
  if (!parameter)
    return {};
  switch (parameter->passing) {
  case Passing::Indirect:
  case Passing::ByVal:
    return object(parameter->typeNode);
  case Passing::RValue:
  case Passing::Borrowed:
  case Passing::Reference:
    return target(parameter->typeNode, false);
  default:
    return {};
  }
}

TypedPlaces::Entry TypedPlaces::evaluate(Value *value) const {
  auto at = [&](Value *operand) { return entries.find(operand)->second; };
  auto all = [&](auto &&operands) {
    Entry result;
    for (Value *operand : operands) {
      Entry one = at(operand);
      if (one.state == State::Known)
        result = {State::Known, result.state == State::Open ? one.place : meet(result.place, one.place)};
    }
    return result;
  };
  if (auto *phi = dyn_cast<PHINode>(value))
    return all(phi->incoming_values());
  if (auto *select = dyn_cast<SelectInst>(value))
    return all(ArrayRef<Value *>{select->getTrueValue(), select->getFalseValue()});
  if (auto *load = dyn_cast<LoadInst>(value)) {
    Entry from = at(load->getPointerOperand());
    return from.state == State::Open ? from : Entry{State::Known, follow(from.place)};
  }
  if (auto *gep = dyn_cast<GEPOperator>(value)) {
    Entry from = at(gep->getPointerOperand());
    if (from.state == State::Open || !from.place)
      return from;
    const DataLayout &layout = module.getDataLayout();
    unsigned bits = layout.getIndexTypeSizeInBits(gep->getType());
    SmallMapVector<Value *, APInt, 4> variable;
    APInt constant(bits, 0);
    if (!gep->collectOffset(layout, bits, variable, constant))
      return {State::Known, {}};
    SmallVector<uint64_t, 4> scales;
    for (auto &[index, scale] : variable)
      scales.push_back(scale.abs().getZExtValue());
    return {State::Known, moved(from.place, constant.getSExtValue(), scales)};
  }
  if (isa<ConstantPointerNull>(value) || isa<UndefValue>(value)) // leads nowhere, so it contradicts nothing
    return {};
  return {State::Known, source(value)};
}

TypedPlace TypedPlaces::of(Value *pointer) {
  if (auto known = entries.find(pointer); known != entries.end())
    return known->second.place;
  SmallVector<Value *, 16> order;
  SmallVector<Value *, 16> work{pointer};
  while (!work.empty()) {
    Value *value = work.pop_back_val();
    if (!entries.try_emplace(value).second)
      continue;
    order.push_back(value);
    if (auto *phi = dyn_cast<PHINode>(value))
      append_range(work, phi->incoming_values());
    else if (auto *select = dyn_cast<SelectInst>(value))
      work.append({select->getTrueValue(), select->getFalseValue()});
    else if (auto *load = dyn_cast<LoadInst>(value))
      work.push_back(load->getPointerOperand());
    else if (auto *gep = dyn_cast<GEPOperator>(value))
      work.push_back(gep->getPointerOperand());
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (Value *value : reverse(order)) {
      Entry entry = evaluate(value);
      Entry &known = entries[value];
      if (entry.state == State::Open)
        continue;
      // Downwards only, so that it ends: what a value was is met with what it seems to be now.
      TypedPlace place = known.state == State::Open ? entry.place : meet(known.place, entry.place);
      if (known.state == State::Known && place == known.place)
        continue;
      known = {State::Known, place};
      changed = true;
    }
  }
  return entries[pointer].place;
}

} // namespace cleave
