// Ownership.h - who may reach which memory: points-to sets of one function, with summaries of the functions it calls.
#ifndef CLEAVE_PASSES_OWNERSHIP_H
#define CLEAVE_PASSES_OWNERSHIP_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SparseBitVector.h"
#include "llvm/ADT/StringRef.h"
#include <array>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class CallBase;
class CallGraph;
class Function;
class GlobalVariable;
class Instruction;
class Module;
class Value;
class raw_ostream;
} // namespace llvm

namespace cleave {

using ObjectSet = llvm::SparseBitVector<>;
using ObjectId = unsigned;

/// A piece of memory as one function sees it.
struct MemoryObject {
  enum class Kind {
    Unknown,  ///< all memory that escaped or that nobody described; always object 0
    Constant, ///< read-only data; always object 1
    Parameter, ///< what argument `argument` reaches by `level` loads; the last level stands for all deeper ones
    Global,
    Local, ///< an alloca
    Fresh  ///< heap memory allocated here or in a callee
  };
  Kind kind;
  const llvm::Value *value = nullptr; ///< alloca, global, or the call that allocates
  unsigned argument = 0, level = 0;
};

/// What a caller must know of a function's pointers. Objects are numbered as in FunctionMemory: 0 unknown,
/// 1 constant, then parameters; then `globals`, then `freshCount` allocations that outlive the call.
struct OwnershipSummary {
  std::vector<const llvm::GlobalVariable *> globals;
  unsigned freshCount = 0;
  std::vector<ObjectSet> contents;
  ObjectSet returned;
  bool operator==(const OwnershipSummary &) const = default;
};

class Ownership;

/// The memory graph of one function: objects, what each may hold pointers to, and what each value may point to.
class FunctionMemory {
public:
  static constexpr ObjectId unknownObject = 0, constantObject = 1;
  /// Levels of indirection told apart below a parameter.
  static constexpr unsigned levels = 4;

  const llvm::Function &function() const { return fn; }
  const MemoryObject &object(ObjectId id) const { return objects[id]; }
  unsigned objectCount() const { return objects.size(); }
  const ObjectSet &pointsTo(const llvm::Value *value) const;
  /// `from` and all that can be reached by loads from it.
  /// All that `from` leads to; what `notThrough` holds is not looked at.
  ObjectSet reach(ObjectSet from, ObjectId notThrough = ~0u) const;
  /// What object `id` may hold pointers to.
  const ObjectSet &pointersIn(ObjectId id) const { return contents[id]; }
  ObjectSet loadFrom(const ObjectSet &from) const;
  /// May an access to one of `a` and an access to one of `b` touch the same byte?
  bool mayOverlap(const ObjectSet &a, const ObjectSet &b) const;
  /// `set`, with all that escaped if it holds unknown memory, and without constants.
  ObjectSet widened(const ObjectSet &set) const;
  /// The objects of `call`'s callee, seen from here: a set for each object of its summary.
  std::vector<ObjectSet> instantiate(const llvm::CallBase &call, const OwnershipSummary &summary) const;
  /// What argument `number` of `call` reaches by 0, 1, ... loads; the last one by any number.
  std::array<ObjectSet, levels> levelsOf(const llvm::CallBase &call, unsigned number) const;
  /// What mayOverlap() compares.
  struct Extent {
    ObjectSet objects;      ///< widened
    ObjectSet aliases;      ///< of the parameters' objects among them
    bool isUnknown = false; ///< has unknown memory
    bool isOutside = false; ///< has unknown memory or globals
  };
  Extent extentOf(const ObjectSet &set) const;
  static bool mayOverlap(const Extent &a, const Extent &b);
  /// The first object of `a` that overlaps with `b`, for remarks.
  ObjectId firstOverlap(const ObjectSet &a, const ObjectSet &b) const;
  /// "'total'", "global 'hits'", "memory allocated at a.cpp:12".
  std::string describe(ObjectId id) const;
  void print(llvm::raw_ostream &out) const;

  static ObjectId parameterObject(unsigned argument, unsigned level) { return 2 + argument * levels + level; }

private:
  friend class Ownership;
  friend class MemoryBuilder;
  explicit FunctionMemory(const llvm::Function &function) : fn(function) {}

  const llvm::Function &fn;
  std::vector<MemoryObject> objects;
  std::vector<ObjectSet> contents;
  std::vector<ObjectSet> stored; ///< the part of `contents` that this function put there
  llvm::DenseMap<const llvm::Value *, ObjectSet> sets;
  llvm::DenseMap<std::pair<const llvm::Value *, unsigned>, ObjectId> ids; ///< (alloca, global or call, index)
  ObjectSet returned;
  /// For each parameter's object the others that some call makes the same piece of memory (symmetric); `unknownObject`
  /// stands for unknown memory and globals.
  std::vector<ObjectSet> aliases;
};

/// The whole program's ownership, bottom-up for summaries and top-down for what arguments may share.
class Ownership {
public:
  Ownership(llvm::Module &module, llvm::CallGraph &graph);
  ~Ownership();
  const FunctionMemory &memory(const llvm::Function &function) const;
  /// Null for functions without a body.
  const OwnershipSummary *summary(const llvm::Function *function) const;
  void print(llvm::raw_ostream &out) const;

private:
  void analyseBottomUp(llvm::CallGraph &graph);
  void propagateAliases();
  bool passAliases(const llvm::CallBase &call, const FunctionMemory &memory, const FunctionMemory::Extent &outside,
                   std::vector<ObjectSet> &aliases) const;

  llvm::Module &module;
  llvm::DenseMap<const llvm::Function *, std::unique_ptr<FunctionMemory>> memories;
  llvm::DenseMap<const llvm::Function *, OwnershipSummary> summaries;
};

} // namespace cleave

#endif
