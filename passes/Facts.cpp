// Facts.cpp - see Facts.h. Facts come from metadata that a person may have written by hand in a test: anything that
// does not fit is treated as absent, so that bad facts cost a cut and never a wrong one.
#include "passes/Facts.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Metadata.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace cleave {

static StringRef stringOperand(const MDNode *node, unsigned index) {
  if (index >= node->getNumOperands())
    return {};
  auto *text = dyn_cast_or_null<MDString>(node->getOperand(index).get());
  return text ? text->getString() : StringRef();
}

uint64_t integerOperand(const MDNode *node, unsigned index) {
  if (index >= node->getNumOperands())
    return 0;
  auto *value = mdconst::dyn_extract_or_null<ConstantInt>(node->getOperand(index));
  return value ? value->getSExtValue() : 0;
}

const MDNode *nodeOperand(const MDNode *node, unsigned index) {
  return index < node->getNumOperands() ? dyn_cast_or_null<MDNode>(node->getOperand(index).get()) : nullptr;
}

static std::optional<Passing> parsePassing(StringRef text) {
  return StringSwitch<std::optional<Passing>>(text)
      .Case("void", Passing::Void)
      .Case("direct", Passing::Direct)
      .Case("indirect", Passing::Indirect)
      .Case("byval", Passing::ByVal)
      .Case("rvalue", Passing::RValue)
      .Case("borrowed", Passing::Borrowed)
      .Case("reference", Passing::Reference)
      .Case("pointer", Passing::Pointer)
      .Default(std::nullopt);
}

static std::optional<PassedValue> readPassed(const MDNode *node) {
  if (!node || node->getNumOperands() < 6)
    return std::nullopt;
  auto passing = parsePassing(stringOperand(node, 2));
  PassedValue value;
  value.typeNode = nodeOperand(node, 5);
  if (!passing || !value.typeNode)
    return std::nullopt;
  value.name = stringOperand(node, 0);
  value.type = stringOperand(node, 1);
  value.passing = *passing;
  value.firstArgument = static_cast<int>(static_cast<int64_t>(integerOperand(node, 3)));
  value.argumentCount = integerOperand(node, 4);
  value.runsDestructor = stringOperand(node, 6) == "destroyed";
  return value;
}

/// Do results and parameters cover the IR arguments exactly once?
static bool tilesArguments(const FunctionFacts &facts, const Function &function) {
  SmallVector<unsigned, 8> covered(function.arg_size(), 0);
  auto cover = [&](const PassedValue &value) {
    for (unsigned k = 0; k < value.argumentCount; ++k) {
      unsigned index = value.firstArgument + k;
      if (value.firstArgument < 0 || index >= covered.size())
        return false;
      ++covered[index];
    }
    return true;
  };
  if (facts.result.passing == Passing::Indirect && !cover(facts.result))
    return false;
  for (const PassedValue &parameter : facts.parameters)
    if (!cover(parameter))
      return false;
  return all_of(covered, [](unsigned count) { return count == 1; });
}

bool isOfLibrary(const Function &function) { return !function.hasMetadata("cleave.function"); }

std::optional<FunctionFacts> readFacts(const Function &function) {
  const MDNode *node = function.getMetadata("cleave.function");
  if (!node || node->getNumOperands() < 4 || function.isVarArg())
    return std::nullopt;
  FunctionFacts facts;
  facts.name = stringOperand(node, 0);
  facts.file = stringOperand(node, 1);
  facts.line = integerOperand(node, 2);
  auto result = readPassed(nodeOperand(node, 3));
  if (!result)
    return std::nullopt;
  facts.result = *result;
  for (unsigned k = 4; k < node->getNumOperands(); ++k) {
    auto parameter = readPassed(nodeOperand(node, k));
    if (!parameter)
      return std::nullopt;
    facts.parameters.push_back(*parameter);
  }
  if (!tilesArguments(facts, function))
    return std::nullopt;
  return facts;
}

const PassedValue *FunctionFacts::parameterOfArgument(unsigned index) const {
  for (const PassedValue &parameter : parameters)
    if (parameter.firstArgument >= 0 && index >= static_cast<unsigned>(parameter.firstArgument) &&
        index < parameter.firstArgument + parameter.argumentCount)
      return &parameter;
  return nullptr;
}

StringRef FunctionFacts::shortName() const {
  // "ns::Grid<int>::step(const Row &) const" -> "step"; "main::(lambda)::operator()(int)" -> "(lambda)".
  StringRef text = name;
  if (size_t call = text.find("operator()"); call != StringRef::npos)
    return text.take_front(call).ends_with("(lambda)::") ? "(lambda)" : "operator()";
  unsigned depth = 0;
  size_t end = text.size(), begin = 0;
  for (size_t k = 0; k < text.size(); ++k) {
    if (text[k] == '<')
      ++depth;
    else if (text[k] == '>' && depth)
      --depth;
    else if (text[k] == '(' && !depth) {
      end = k;
      break;
    } else if (text[k] == ':' && !depth)
      begin = k + 1;
  }
  return text.slice(begin, end);
}

StringRef typeKind(const MDNode *type) { return stringOperand(type, 0); }

namespace {
struct LibraryLayout {
  const char *kind;
  uint64_t size;
};
} // namespace

/// Objects of libstdc++ whose size does not depend on the element type.
static const LibraryLayout libraryLayouts[] = {
    {"vector", 24},     {"string", 32},    {"span", 16},     {"string_view", 16}, {"slice", 16},
    {"rbtree", 48},     {"hashtable", 56}, {"deque", 80},    {"list", 24},        {"forward_list", 8},
    {"bit_vector", 40}, {"unique", 8},     {"reference", 8}, {"vptr", 8},         {"function", 32}};

uint64_t typeSize(const MDNode *type) {
  StringRef kind = typeKind(type);
  if (kind == "pod" || kind == "optional" || kind == "variant")
    return integerOperand(type, 1);
  if (kind == "record" || kind == "trivial" || kind == "polymorphic")
    return integerOperand(type, 2);
  if (kind == "array")
    return integerOperand(type, 1) * typeSize(nodeOperand(type, 2));
  for (const LibraryLayout &layout : libraryLayouts)
    if (kind == layout.kind)
      return layout.size;
  return 0;
}

uint64_t typeAlign(const MDNode *type) {
  StringRef kind = typeKind(type);
  if (kind == "pod" || kind == "optional" || kind == "variant")
    return integerOperand(type, 2);
  if (kind == "record" || kind == "trivial" || kind == "polymorphic")
    return integerOperand(type, 3);
  if (kind == "array")
    return typeAlign(nodeOperand(type, 2));
  return 8;
}

/// First operand that may be a field of the record-like kinds (name, size, align come before).
static constexpr unsigned firstField = 4;

static Constant *constantOperand(const MDNode *node, unsigned index) {
  if (index >= node->getNumOperands())
    return nullptr;
  auto *value = dyn_cast_or_null<ConstantAsMetadata>(node->getOperand(index).get());
  return value ? value->getValue() : nullptr;
}

Constant *addressPoint(const MDNode *vptr) {
  Constant *table = constantOperand(vptr, 1);
  if (!table)
    return nullptr;
  LLVMContext &context = table->getContext();
  return ConstantExpr::getInBoundsGetElementPtr(Type::getInt8Ty(context), table,
                                                ConstantInt::get(Type::getInt64Ty(context), integerOperand(vptr, 2)));
}

/// The address point of the base that lies `offset` bytes into a record.
static Constant *addressPointAt(const MDNode *record, uint64_t offset) {
  for (unsigned k = firstField; k + 1 < record->getNumOperands(); k += 2)
    if (const MDNode *field = nodeOperand(record, k + 1);
        field && typeKind(field) == "vptr" && integerOperand(record, k) == offset)
      return addressPoint(field);
  return nullptr;
}

std::vector<DynamicClass> dynamicClasses(const Module &module, const MDNode *polymorphic) {
  std::vector<DynamicClass> result;
  StringRef base = stringOperand(polymorphic, 1);
  const NamedMDNode *list = module.getNamedMetadata("cleave.classes");
  if (!list)
    return result;
  // !{name, type id, virtual table, node, node behind a reference, base, offset, base, offset, ...}
  constexpr unsigned firstBase = 5;
  for (const MDNode *node : list->operands()) {
    auto *table = dyn_cast_or_null<GlobalVariable>(constantOperand(node, 2));
    if (!table || node->getNumOperands() < firstBase)
      continue;
    auto add = [&](uint64_t offset) {
      DynamicClass found{stringOperand(node, 0), table, nodeOperand(node, 3), offset, nullptr};
      if (found.type && typeKind(found.type) == "record")
        found.addressPoint = addressPointAt(found.type, offset);
      // One class of several files is one class.
      if (none_of(result, [&](const DynamicClass &known) { return known.table == table && known.offset == offset; }))
        result.push_back(found);
    };
    if (stringOperand(node, 0) == base)
      add(0);
    for (unsigned k = firstBase; k + 1 < node->getNumOperands(); k += 2)
      if (stringOperand(node, k) == base)
        add(integerOperand(node, k + 1));
  }
  return result;
}

std::vector<HeldFunctor> heldFunctors(const Module &module, const MDNode *function) {
  std::vector<HeldFunctor> result;
  const NamedMDNode *list = module.getNamedMetadata("cleave.functors");
  if (!list)
    return result;
  for (const MDNode *node : list->operands()) {
    if (stringOperand(node, 0) != stringOperand(function, 1))
      continue;
    HeldFunctor held{dyn_cast_or_null<Function>(constantOperand(node, 1)),
                     dyn_cast_or_null<Function>(constantOperand(node, 2)), integerOperand(node, 3) != 0,
                     nodeOperand(node, 4)};
    if (held.manager && held.invoker && held.type &&
        none_of(result, [&](const HeldFunctor &known) { return known.invoker == held.invoker; }))
      result.push_back(held);
  }
  return result;
}

void forEachInnerType(const Module &module, const MDNode *type, function_ref<void(const MDNode *)> visit) {
  StringRef kind = typeKind(type);
  if (kind == "record" || kind == "trivial") {
    for (unsigned k = firstField; k + 1 < type->getNumOperands(); k += 2)
      if (const MDNode *inner = nodeOperand(type, k + 1))
        visit(inner);
    return;
  }
  if (kind == "polymorphic") {
    for (const DynamicClass &found : dynamicClasses(module, type))
      if (found.type)
        visit(found.type);
    return;
  }
  if (kind == "function") {
    for (const HeldFunctor &held : heldFunctors(module, type))
      visit(held.type);
    return;
  }
  for (const MDOperand &operand : type->operands())
    if (auto *inner = dyn_cast_or_null<MDNode>(operand.get()))
      visit(inner);
}

/// What an object behind a base may be: everything that the program makes, and nothing that we do not see.
static std::string findObstacleInFamily(const Module &module, const MDNode *type) {
  std::string base = ("'" + stringOperand(type, 1) + "'").str();
  std::vector<DynamicClass> classes = dynamicClasses(module, type);
  if (classes.empty())
    return "the program makes no object of a class that is or derives from " + base;
  for (const DynamicClass &found : classes)
    if (found.table->isDeclarationForLinker())
      return ("a " + base + " may be a '" + found.name + "', which is defined outside of this program").str();
    else if (found.type && typeKind(found.type) != "no" && !found.addressPoint)
      return ("a " + base + " may be a '" + found.name + "', whose layout is not known").str();
  return {};
}

static std::string findObstacle(const Module &module, const MDNode *type, bool isParameter,
                                SmallPtrSetImpl<const MDNode *> &seen) {
  if (!seen.insert(type).second)
    return {};
  StringRef kind = typeKind(type);
  if (kind == "no") {
    StringRef reason = stringOperand(type, 1);
    return reason.empty() ? "its type cannot travel" : reason.str();
  }
  static const StringRef known[] = {"void",      "pod",  "record",       "trivial",    "array",  "vector",
                                    "string",    "span", "string_view",  "optional",   "rbtree", "hashtable",
                                    "deque",     "list", "forward_list", "bit_vector", "unique", "variant",
                                    "reference", "vptr", "polymorphic",  "function"};
  if (!is_contained(known, kind))
    return ("the frontend described it as '" + kind + "', which this version does not know").str();
  if (!isParameter && (kind == "span" || kind == "string_view" || kind == "reference"))
    return ("a " + kind + " borrows memory that stays with the task").str();
  std::string reason;
  if (kind == "vptr" && !addressPoint(type))
    return "the program makes no object of its class";
  if (kind == "polymorphic")
    reason = findObstacleInFamily(module, type);
  forEachInnerType(module, type, [&](const MDNode *inner) {
    if (!reason.empty())
      return;
    reason = findObstacle(module, inner, isParameter, seen);
    if (!reason.empty() && kind == "polymorphic")
      reason = ("an object of a class that derives from '" + stringOperand(type, 1) + "' cannot: ").str() + reason;
    else if (!reason.empty() && kind == "function")
      reason = ("a std::function<" + stringOperand(type, 1) + "> of this program cannot: ").str() + reason;
  });
  return reason;
}

std::string whyNotPortable(const Module &module, const MDNode *type, bool isParameter) {
  SmallPtrSet<const MDNode *, 8> seen;
  return findObstacle(module, type, isParameter, seen);
}

static bool findKind(const Module &module, const MDNode *type, ArrayRef<StringRef> kinds,
                     SmallPtrSetImpl<const MDNode *> &seen) {
  if (!seen.insert(type).second)
    return false;
  if (is_contained(kinds, typeKind(type)))
    return true;
  bool found = false;
  forEachInnerType(module, type, [&](const MDNode *inner) { found = found || findKind(module, inner, kinds, seen); });
  return found;
}

static unsigned countSteps(const Module &module, const MDNode *type, SmallPtrSetImpl<const MDNode *> &outer) {
  StringRef kind = typeKind(type);
  unsigned own = 0;
  if (kind == "vector" || kind == "string" || kind == "span" || kind == "string_view" || kind == "bit_vector")
    own = 1;
  else if (kind == "deque")
    own = 2; // its map, and the blocks
  else if (!is_contained({"pod", "trivial", "vptr", "record", "array", "optional", "variant"}, kind))
    return anySteps;
  if (!outer.insert(type).second)
    return anySteps; // a type that holds itself
  unsigned inner = 0;
  forEachInnerType(module, type, [&](const MDNode *part) { inner = std::max(inner, countSteps(module, part, outer)); });
  outer.erase(type);
  return inner == anySteps ? anySteps : own + inner;
}

unsigned pointerSteps(const Module &module, const MDNode *type) {
  SmallPtrSet<const MDNode *, 8> outer;
  return countSteps(module, type, outer);
}

bool holdsView(const Module &module, const MDNode *type) {
  SmallPtrSet<const MDNode *, 8> seen;
  return findKind(module, type, {"span", "string_view", "reference"}, seen);
}

bool holdsReference(const Module &module, const MDNode *type) {
  SmallPtrSet<const MDNode *, 8> seen;
  return findKind(module, type, {"reference"}, seen);
}

bool isBaseClass(const Module &module, const MDNode *type) {
  StringRef kind = typeKind(type);
  if (kind != "record" && kind != "trivial" && kind != "pod")
    return false;
  const NamedMDNode *bases = module.getNamedMetadata("cleave.bases");
  if (!bases)
    return false;
  StringRef name = stringOperand(type, kind == "pod" ? 3 : 1);
  auto matches = [&](const MDNode *node) { return stringOperand(node, 0) == name; };
  for (const MDNode *node : bases->operands())
    if (matches(node) || any_of(node->operands(), [&](const MDOperand &operand) {
          auto *inner = dyn_cast_or_null<MDNode>(operand.get());
          return inner && matches(inner);
        }))
      return true;
  return false;
}

} // namespace cleave
