// RangeMemoryAnalysis.h - the analysis behind analyseRangeMemory(), for the files that it is written in: RangeMemory.cpp
// traces accesses back to blocks and measures them, RangeOwned.cpp says what local workers alone may do.
#ifndef CLEAVE_PASSES_RANGEMEMORYANALYSIS_H
#define CLEAVE_PASSES_RANGEMEMORYANALYSIS_H

#include "passes/RangeGathering.h"
#include "passes/RangeIntervals.h"
#include "passes/RangeMemory.h"
#include "passes/RangePrivate.h"
#include "passes/RangeTypes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/Instructions.h"

namespace cleave {

/// Of one loop.
class MemoryAnalysis {
public:
  MemoryAnalysis(LoopContext &context, Refusal &refusal)
      : context(context), loop(context.loop), evolution(context.evolution), refusal(refusal), finder(context),
        function(*loop.getHeader()->getParent()), objects(context.effects.ownership().memory(function)),
        places(*function.getParent()), own(findIterationMemory(context, objects)) {}

  std::optional<RangeMemory> run();

private:
  /// One access, as far as it is known.
  struct Part {
    Interval interval; ///< empty: unknown
    llvm::Instruction *where;
    unsigned operand;
    bool isWrite;
    const llvm::SCEV *offset = nullptr, *size = nullptr;
    uint64_t bytes = 0;        ///< of the access; 0: unknown
    llvm::LoadInst *first = nullptr; ///< reads the pointer from the block that leads there; null: the access is in the block
    bool isWhole = false;      ///< a call changes an element with all that it owns
  };
  /// A way from a pointer of the loop back to a base.
  struct Way {
    llvm::Value *base;
    llvm::LoadInst *first;
    bool operator==(const Way &) const = default;
  };
  /// What is known of a base while accesses are collected.
  struct Block {
    llvm::Value *base = nullptr;
    ObjectSet objects;
    llvm::SmallVector<Part, 4> parts;
    bool isWritten = false;
    const llvm::Instruction *writer = nullptr;
    bool isSpread = false; ///< an iteration's interval is long, and the next one begins a few bytes later
    /// Another block of the same base holds what the loop only reads.
    bool isTwin = false;
    bool isPivot = false; ///< that other block, if it is the same bytes for all iterations
    llvm::Instruction *followed = nullptr;  ///< it follows a pointer that lies in the block, which travels by type
    const llvm::MDNode *element = nullptr; ///< then
    llvm::Value *owner = nullptr;
    uint64_t bytes = 0;
    std::optional<Gathering> gathering;
  };
  /// An access that leads back to no base: only to what the iteration has made, to what its elements own, or to what is
  /// borrowed. Which one is known when all blocks are.
  struct Untraced {
    ObjectSet objects;
    llvm::Instruction *where;
    bool isWrite;
  };
  struct Access {
    llvm::Instruction *where;
    unsigned operand; ///< of `where`: the pointer
    const llvm::SCEV *size;
    bool isWrite;
  };

  // Accesses, blocks and their parts (RangeMemory.cpp).
  bool refuse(const char *reason, const llvm::Twine &message, const llvm::Instruction *where, const char *cure);
  bool borrowFollowed(const ObjectSet &set, const llvm::Instruction *where);
  std::string nameOf(const ObjectSet &set) const;
  bool isPrivate(const ObjectSet &set) const { return !set.empty() && own.made.contains(set); }
  bool collect(llvm::Instruction &instruction);
  bool addAccess(Access access);
  bool addCall(llvm::CallBase &call);
  bool basesOf(llvm::Value *pointer, llvm::SmallVectorImpl<Way> &ways);
  bool followsOnly(const llvm::LoadInst &load) const;
  bool refuseToFollow(const ObjectSet &set, const llvm::Instruction *where);
  bool settleTyped(Block &block);
  bool settleFollowed();
  bool roundToElements(Block &block, Part &part, const llvm::MDNode *whole);
  bool isSameVector(llvm::Value *left, llvm::Value *right);
  unsigned blockOf(llvm::Value *base);
  bool checkPointerUses(llvm::Instruction &instruction);
  bool addBounds(RangeMemory &result);
  bool isolateWritten(RangeMemory &result);
  bool measure(Block &block, RangeBlock &result);
  bool separateMembers(unsigned number);
  bool separatePivot(unsigned number);
  bool isScattered(const Block &block);
  void separate(unsigned number, llvm::SmallVector<Part, 4> written, llvm::SmallVector<Part, 4> read);
  bool measurePivot(const Block &block, RangeBlock &result);
  /// Do all accesses belong to the iteration's own part?
  bool isLinear(llvm::ArrayRef<Part> parts) const {
    return llvm::all_of(parts, [&](const Part &part) {
      auto *low = llvm::dyn_cast_or_null<llvm::SCEVAddRecExpr>(part.interval.low);
      return low && low->getLoop() == &loop;
    });
  }
  llvm::Value *root(llvm::Value *pointer) const;
  static bool isConstantData(const llvm::Value *base);
  llvm::Value *expand(const llvm::SCEV *value);

  // What local workers alone may do (RangeOwned.cpp).
  bool borrow(const ObjectSet &set, const char *reason, const llvm::Twine &message, const llvm::Instruction *where, const char *cure);
  bool addOwnedWrites(llvm::CallBase &call, AccessSets &sets, llvm::SmallVectorImpl<unsigned> &changed);
  bool unfollow(Block &block);
  bool settleUntraced();
  bool isOwner(const Block &block) const { return block.element && block.isWritten; }
  bool isElementPlace(llvm::Value *pointer);
  bool handsOnElements(llvm::Instruction &instruction);
  bool checkGiven();

  LoopContext &context;
  llvm::Loop &loop;
  llvm::ScalarEvolution &evolution;
  Refusal &refusal;
  IntervalFinder finder;
  llvm::Function &function;
  const FunctionMemory &objects;
  TypedPlaces places;
  const IterationMemory own; ///< of one iteration
  ObjectSet readByCalls;
  ObjectSet borrowed; ///< what is read where it is
  std::optional<Refusal> onlyHere;
  bool isFinal = false; ///< what the loop changes cannot be put back
  llvm::MapVector<llvm::Value *, unsigned> numbers;
  std::vector<Block> blocks;
  std::vector<Untraced> untraced;
  /// What nobody but this iteration leads to, if all that comes from outside comes by elements of its own.
  ObjectSet given;
};


/// The cure of a loop that follows pointers.
inline constexpr const char *copyValues = "copy what it needs into a vector of values before the loop";

} // namespace cleave

#endif
