// Kind.cpp - a task kind as data.
//
// The passes describe a kind twice: as a constant that the run time walks (cleave_kind, image.h) and, where the
// function came from the program's own sources, as facts on that function (docs/facts.md). The constant is the one
// that decides: it is what travels. The facts only lend their spelling to people: the manifest says
// "const Block &", not "record of 24 bytes".
//
// The linker trusts neither. A constant that is laid out differently from image.h would become a task that reads
// its own descriptors wrongly, so its shape is checked here, once, and the error names the kind.
#include "linker/Kind.h"
#include "cleave/image.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Metadata.h"

using namespace llvm;

namespace cleave {

static Error malformed(const Twine &what) { return createStringError("malformed cut program: " + what); }

template <class T> static T *valueOperand(const MDNode &node, unsigned index) {
  if (index >= node.getNumOperands())
    return nullptr;
  auto *value = dyn_cast_or_null<ValueAsMetadata>(node.getOperand(index).get());
  return value ? dyn_cast<T>(value->getValue()) : nullptr;
}

static std::optional<StringRef> stringOperand(const MDNode &node, unsigned index) {
  if (index >= node.getNumOperands())
    return std::nullopt;
  if (auto *text = dyn_cast_or_null<MDString>(node.getOperand(index).get()))
    return text->getString();
  return std::nullopt;
}

Expected<TaskEntry> readTaskEntry(const MDNode &node) {
  TaskEntry entry;
  entry.call = valueOperand<Function>(node, 0);
  entry.kind = valueOperand<GlobalVariable>(node, 1);
  auto name = stringOperand(node, 2), file = stringOperand(node, 3);
  auto *line = valueOperand<ConstantInt>(node, 4);
  if (node.getNumOperands() != 5 || !entry.call || !entry.kind || !name || !file || !line)
    return malformed("an entry of !cleave.tasks is not {call, kind, name, file, line}");
  entry.name = *name;
  entry.file = *file;
  entry.line = line->getZExtValue();
  if (entry.call->isDeclaration())
    return malformed("task '" + entry.name + "' has no body");
  FunctionType *type = entry.call->getFunctionType();
  if (!type->getReturnType()->isVoidTy() || type->getNumParams() != 2 || !type->getParamType(0)->isPointerTy() ||
      !type->getParamType(1)->isPointerTy())
    return malformed("task '" + entry.name + "' is not a void (ptr arguments, ptr result)");
  return entry;
}

static const Constant *field(const ConstantStruct &kind, KindField index) {
  return kind.getOperand(static_cast<unsigned>(index));
}

static uint64_t integer(const Constant *value) { return cast<ConstantInt>(value)->getZExtValue(); }

Expected<const ConstantStruct *> kindInitializer(const GlobalVariable &kind) {
  auto *init = kind.hasInitializer() ? dyn_cast<ConstantStruct>(kind.getInitializer()) : nullptr;
  auto isRight = [&] {
    if (!init || init->getNumOperands() != static_cast<unsigned>(KindField::Count))
      return false;
    for (KindField pointer : {KindField::Name, KindField::File, KindField::Params, KindField::Result, KindField::Symbols})
      if (!field(*init, pointer)->getType()->isPointerTy())
        return false;
    for (KindField number : {KindField::Line, KindField::Id, KindField::ParamCount, KindField::SymbolCount})
      if (!isa<ConstantInt>(field(*init, number)) || !field(*init, number)->getType()->isIntegerTy(32))
        return false;
    auto *flags = dyn_cast<ConstantInt>(field(*init, KindField::Flags));
    return flags && flags->getType()->isIntegerTy(64) && integer(field(*init, KindField::ParamCount)) <= 32;
  };
  if (!isRight())
    return malformed("'" + kind.getName() + "' is not a constant laid out as cleave_kind");
  return init;
}

unsigned kindId(const ConstantStruct &kind) { return integer(field(kind, KindField::Id)); }

Constant *anonymousKind(const ConstantStruct &kind) {
  SmallVector<Constant *, 8> fields;
  for (const Use &operand : kind.operands())
    fields.push_back(cast<Constant>(operand.get()));
  for (KindField text : {KindField::Name, KindField::File, KindField::Line, KindField::Id}) {
    Constant *&slot = fields[static_cast<unsigned>(text)];
    slot = Constant::getNullValue(slot->getType());
  }
  return ConstantStruct::get(kind.getType(), fields);
}

// A descriptor (cleave_type) behind a pointer, or null where there is none to read.
static const Constant *initializerBehind(const Constant *pointer) {
  auto *variable = dyn_cast<GlobalVariable>(pointer->stripPointerCasts());
  return variable && variable->hasInitializer() ? variable->getInitializer() : nullptr;
}

static uint64_t typeField(const Constant &type, unsigned index) {
  auto *number = dyn_cast_or_null<ConstantInt>(type.getAggregateElement(index));
  return number ? number->getZExtValue() : 0;
}

static StringRef kindWord(uint64_t kind) {
  static constexpr StringLiteral words[] = {
      "pod",  "record",     "array", "vector", "string",       "optional",   "span",       "string_view",
      "tree", "hash table", "deque", "list",   "forward_list", "bit_vector", "unique_ptr", "trivial",
      "variant", "reference", "virtual table", "object of a family", "std::function"};
  return kind < std::size(words) ? StringRef(words[kind]) : "unknown";
}

// Depth is bounded because descriptors of recursive types refer to each other.
static std::string describeType(const Constant *pointer, unsigned depth = 0) {
  const Constant *type = initializerBehind(pointer);
  if (!type)
    return isa<ConstantPointerNull>(pointer) ? "void" : "unknown";
  uint64_t kind = typeField(*type, 0);
  std::string text = kindWord(kind).str();
  const Constant *element = type->getAggregateElement(5u);
  if (element && initializerBehind(element))
    return depth < 4 ? text + " of " + describeType(element, depth + 1) : text;
  return text + " " + utostr(typeField(*type, 2));
}

static uint64_t typeBytes(const Constant *pointer) {
  const Constant *type = initializerBehind(pointer);
  return type ? typeField(*type, 2) : 0;
}

// Facts hang on the function that the task is made of: `call` itself or, before inlining, its one callee with facts.
static const MDNode *factsOf(const Function &call) {
  if (const MDNode *facts = call.getMetadata("cleave.function"))
    return facts;
  const MDNode *found = nullptr;
  for (const Instruction &instruction : instructions(call)) {
    auto *site = dyn_cast<CallBase>(&instruction);
    const Function *callee = site ? site->getCalledFunction() : nullptr;
    const MDNode *facts = callee ? callee->getMetadata("cleave.function") : nullptr;
    if (!facts)
      continue;
    if (found && found != facts)
      return nullptr;
    found = facts;
  }
  return found;
}

static const MDNode *factsItem(const MDNode *facts, unsigned index) {
  return facts && index < facts->getNumOperands() ? dyn_cast_or_null<MDNode>(facts->getOperand(index)) : nullptr;
}

static json::Object describeParameter(const Constant &param, const MDNode *fact) {
  const Constant *type = param.getAggregateElement(0u);
  json::Object out{{"type", describeType(type)},
                   {"passing", typeField(param, 1) == CLEAVE_PARAM_BORROWED ? "borrowed" : "value"},
                   {"bytes", static_cast<int64_t>(typeBytes(type))}};
  if (!fact)
    return out;
  if (auto name = stringOperand(*fact, 0); name && !name->empty())
    out["name"] = name->str();
  if (auto spelling = stringOperand(*fact, 1))
    out["type"] = spelling->str();
  return out;
}

json::Value kindSignature(const ConstantStruct &kind, const Function &call) {
  const MDNode *facts = factsOf(call);
  uint64_t count = integer(field(kind, KindField::ParamCount));
  // Facts list name, file, line, result, parameters. Where the passes split or dropped one, the two lists no longer
  // correspond and the structure speaks for itself.
  constexpr unsigned resultIndex = 3;
  if (facts && facts->getNumOperands() != resultIndex + 1 + count)
    facts = nullptr;
  json::Array parameters;
  const Constant *list = initializerBehind(field(kind, KindField::Params));
  for (unsigned i = 0; i < count; ++i)
    if (const Constant *param = list ? list->getAggregateElement(i) : nullptr)
      parameters.push_back(describeParameter(*param, factsItem(facts, resultIndex + 1 + i)));
  const Constant *type = field(kind, KindField::Result);
  json::Object result{{"type", describeType(type)}, {"bytes", static_cast<int64_t>(typeBytes(type))}};
  if (const MDNode *fact = factsItem(facts, resultIndex))
    if (auto spelling = stringOperand(*fact, 1))
      result["type"] = spelling->str();
  json::Object signature{{"parameters", std::move(parameters)}, {"result", std::move(result)}};
  json::Array outside;
  for (auto [flag, what] : {std::pair{CLEAVE_KIND_DRAWS, "random numbers"}, {CLEAVE_KIND_READS_ENVIRONMENT, "the environment"},
                            {CLEAVE_KIND_READS_CLOCK, "a clock"}})
    if (integer(field(kind, KindField::Flags)) & flag)
      outside.push_back(what);
  if (!outside.empty())
    signature["outside"] = std::move(outside);
  if (integer(field(kind, KindField::Flags)) & CLEAVE_KIND_LOCAL)
    signature["local"] = true;
  return signature;
}

} // namespace cleave
