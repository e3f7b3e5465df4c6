// ProgramAbi.h - writes the constants and calls of rt/include/cleave/program.h into a module.
#ifndef CLEAVE_PASSES_PROGRAMABI_H
#define CLEAVE_PASSES_PROGRAMABI_H

#include "passes/Candidates.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/IRBuilder.h"

namespace cleave {

/// Static cost of one call, as a cleave_site carries it.
struct SiteCost {
  double baseNs = -1;   ///< negative: unknown
  double perByteNs = 0; ///< of input
};

/// What a worker in the program's own process calls, if it may.
struct LocalWork {
  llvm::Function *call = nullptr; ///< of the type of cleave_task_call; null: it may not
  uint64_t flags = 0;             ///< CLEAVE_SITE_...
  llvm::Function *split = nullptr; ///< of a staged loop: by the callee's cut version
};

class ProgramAbi {
public:
  explicit ProgramAbi(llvm::Module &module);

  /// The task kind of `candidate`'s function: its cleave_kind constant, its cleave_task_call thunk and its entry in
  /// `!cleave.tasks`, made at the first request.
  llvm::GlobalVariable *kind(const Candidate &candidate);
  /// A task kind that is no function of the source: `call` has the type of cleave_task_call. Parameters are type nodes
  /// (docs/facts.md) and whether the task may write to its copy.
  struct KindParameter {
    const llvm::MDNode *type;
    bool isOwned;
  };
  llvm::GlobalVariable *kind(llvm::StringRef name, llvm::StringRef file, unsigned line,
                             llvm::ArrayRef<KindParameter> parameters, const llvm::MDNode *result, llvm::Function *call,
                             uint64_t flags = 0);
  llvm::GlobalVariable *site(llvm::GlobalVariable *kind, const llvm::Instruction &where, uint32_t sharedMask, SiteCost cost,
                             LocalWork local);
  /// A cleave_function.
  llvm::GlobalVariable *cutFunction();
  /// `if (skips) { --skips; } else {}` at the builder's place, of a site, or of a cut function at the depth that the
  /// thread has there: the ends of both branches, which meet again where the builder was.
  std::pair<llvm::Instruction *, llvm::Instruction *> ifSkips(llvm::IRBuilderBase &builder, llvm::GlobalVariable *site);
  std::pair<llvm::Instruction *, llvm::Instruction *> ifSkipsAtDepth(llvm::IRBuilderBase &builder,
                                                                     llvm::GlobalVariable *cutFunction);
  /// The function that a worker in the program's own process calls to make a call of `candidate`.
  llvm::Function *localCall(const Candidate &candidate);

  /// The type under which parameter or result `value` lies in memory when its IR values are spilled there.
  llvm::Type *memoryType(const PassedValue &value, const llvm::Function &function) const;
  /// Address of parameter `value`'s object for a call with `arguments`: the pointer itself, or `slot` after spilling.
  llvm::Value *addressOf(llvm::IRBuilderBase &builder, const PassedValue &value, llvm::ArrayRef<llvm::Value *> arguments,
                         llvm::Value *slot);
  /// Does the parameter travel by address already?
  static bool isByAddress(const PassedValue &value);
  /// The `args[]` of program.h for a call of `candidate` with `arguments`: an array of pointers whose room, as that of
  /// spilled values, is made by `entry`. A parameter that is not in `mask` is null.
  llvm::Value *argumentList(llvm::IRBuilderBase &builder, llvm::IRBuilderBase &entry, const Candidate &candidate,
                            llvm::ArrayRef<llvm::Value *> arguments, uint32_t mask = ~0u);
  /// How a register's value lies in memory: odd integers (i1) as whole bytes, everything else as itself.
  static llvm::Type *storedType(llvm::Type *type);
  /// Leaves a value in `slot`, and reads one back from there.
  static void storeValue(llvm::IRBuilderBase &builder, llvm::Value *value, llvm::Value *slot);
  static llvm::Value *loadValue(llvm::IRBuilderBase &builder, llvm::Type *type, llvm::Value *slot);

  llvm::FunctionCallee frameEnter, frameLeave, spawn, join, loopBegin, loopPush, loopNext, loopEnd;
  llvm::FunctionCallee rangeBegin, rangeNext, rangeEnd, giveUp, checked, rethrow;
  llvm::GlobalVariable *isSplitting;
  llvm::StructType *frame; ///< cleave_frame

private:
  llvm::Constant *typeConstant(const llvm::MDNode *type);
  llvm::SmallVector<llvm::Constant *, 8> ownSymbols(const llvm::MDNode *type);
  void collectSymbols(const llvm::MDNode *type, llvm::SetVector<llvm::Constant *> &symbols,
                      llvm::SmallPtrSetImpl<const llvm::MDNode *> &seen);
  llvm::Constant *table(llvm::ArrayRef<llvm::Constant *> entries, const llvm::Twine &name);
  llvm::Function *callThunk(const Candidate &candidate, const llvm::Twine &name);
  llvm::Constant *text(llvm::StringRef value);
  llvm::GlobalVariable *constant(llvm::Constant *value, const llvm::Twine &name);

  llvm::Module &module;
  llvm::LLVMContext &context;
  llvm::Type *i32, *i64, *pointer, *real;
  llvm::StructType *typeStruct;
  llvm::GlobalVariable *depth;
  llvm::DenseMap<const llvm::MDNode *, llvm::GlobalVariable *> types;
  llvm::DenseMap<const llvm::Function *, llvm::GlobalVariable *> kinds;
  unsigned kindCount = 0;
};

} // namespace cleave

#endif
