// Facts.h - reads the frontend's facts (docs/facts.md) from a function's metadata.
#ifndef CLEAVE_PASSES_FACTS_H
#define CLEAVE_PASSES_FACTS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class Constant;
class Function;
class GlobalVariable;
class MDNode;
class Module;
} // namespace llvm

namespace cleave {

enum class Passing { Void, Direct, Indirect, ByVal, RValue, Borrowed, Reference, Pointer };

/// A parameter or result: one object of the source, zero or more arguments of the IR.
struct PassedValue {
  llvm::StringRef name;
  llvm::StringRef type; ///< as written
  Passing passing = Passing::Void;
  int firstArgument = -1;
  unsigned argumentCount = 0;
  const llvm::MDNode *typeNode = nullptr;
  bool runsDestructor = false; ///< by value, and destroying it runs a destructor that somebody wrote
};

struct FunctionFacts {
  llvm::StringRef name; ///< "count(const Block &)"
  llvm::StringRef file;
  unsigned line = 0;
  PassedValue result;
  llvm::SmallVector<PassedValue, 6> parameters;

  /// The parameter that IR argument `index` belongs to; null for sret.
  const PassedValue *parameterOfArgument(unsigned index) const;
  /// "count": the name without parameter list and qualification, for remarks.
  llvm::StringRef shortName() const;
};

/// Nothing where the frontend left no facts, or where they do not fit the IR signature.
std::optional<FunctionFacts> readFacts(const llvm::Function &function);

/// A function of a header of the system's, of which the frontend says nothing: what is in it is in nobody's source.
bool isOfLibrary(const llvm::Function &function);

/// The first operand of a type node: "pod", "vector", ...
llvm::StringRef typeKind(const llvm::MDNode *type);

/// Integer operand `index` of a node; 0 where there is none.
uint64_t integerOperand(const llvm::MDNode *node, unsigned index);

/// Operand `index` of a node if it is a node itself, else null.
const llvm::MDNode *nodeOperand(const llvm::MDNode *node, unsigned index);

/// Size and alignment in bytes of an object of the type, as libstdc++ and the x86-64 ABI lay it out.
uint64_t typeSize(const llvm::MDNode *type);
uint64_t typeAlign(const llvm::MDNode *type);

/// A class that an object behind a base (`polymorphic`) may belong to.
struct DynamicClass {
  llvm::StringRef name;
  llvm::GlobalVariable *table = nullptr;  ///< of the class; a declaration: somebody else's
  const llvm::MDNode *type = nullptr;     ///< a record, or `no`
  uint64_t offset = 0;                    ///< of the base in it
  llvm::Constant *addressPoint = nullptr; ///< what the base's pointer to its virtual table is then; null for `no`
};

/// Those of which the program makes objects, in the order of `!cleave.classes`.
std::vector<DynamicClass> dynamicClasses(const llvm::Module &module, const llvm::MDNode *polymorphic);

/// A target that a std::function (`function`) may hold.
struct HeldFunctor {
  llvm::Function *manager = nullptr, *invoker = nullptr;
  bool isInPlace = false;
  const llvm::MDNode *type = nullptr;
};
std::vector<HeldFunctor> heldFunctors(const llvm::Module &module, const llvm::MDNode *function);

/// The address that a `vptr` node stands for; null if the table is gone.
llvm::Constant *addressPoint(const llvm::MDNode *vptr);

/// Empty if values of this type can travel; else the reason. Borrowed views are allowed in parameters only.
std::string whyNotPortable(const llvm::Module &module, const llvm::MDNode *type, bool isParameter);

/// How many pointers one after the other lead from an object of the type to the last byte that belongs to it: 0 for an
/// int, 1 for a std::string, 2 for a vector of them; `anySteps`: no limit (trees, lists, whatever is behind a base
/// class).
constexpr unsigned anySteps = ~0u;
unsigned pointerSteps(const llvm::Module &module, const llvm::MDNode *type);

/// Does the type hold a span, string_view or reference somewhere?
bool holdsView(const llvm::Module &module, const llvm::MDNode *type);

/// Does it hold references? They may lead to one object, and be compared.
bool holdsReference(const llvm::Module &module, const llvm::MDNode *type);

/// Is the record type `type` a base class of some class in the program?
bool isBaseClass(const llvm::Module &module, const llvm::MDNode *type);

/// Calls `visit` with the types directly inside `type` (fields, elements, what it may refer to or turn out to be).
void forEachInnerType(const llvm::Module &module, const llvm::MDNode *type,
                      llvm::function_ref<void(const llvm::MDNode *)> visit);

} // namespace cleave

#endif
