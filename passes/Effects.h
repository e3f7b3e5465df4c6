// Effects.h - what running a function does besides computing its result.
#ifndef CLEAVE_PASSES_EFFECTS_H
#define CLEAVE_PASSES_EFFECTS_H

#include "passes/Exceptions.h"
#include "passes/Ownership.h"
#include "passes/Prepare.h"
#include "llvm/ADT/BitVector.h"
#include <map>
#include <optional>

namespace cleave {

enum class EffectKind {
  Io,             ///< talks to the outside in program order
  Nondeterminism, ///< its answer is not a function of its inputs: clock, state of a generator, environment
  Draws,          ///< allowed in a task: it asks for random numbers, of which it does not matter who asks first
  ReadsEnvironment, ///< allowed: it reads the environment, which nobody changes
  ReadsClock,       ///< allowed: it reads a clock, and whoever compiles gave up the order of readings at the same time
  InlineAssembly,
  NonlocalJump, ///< setjmp and friends
  UnknownCall,  ///< calls through a pointer, or a function without a body that no model covers
  VolatileAccess,
  AtomicAccess,
  EndsProgram,   ///< exit
  Aborts,        ///< allowed: a task gives up instead, and the program meets the failed assertion in place
  Throws,        ///< allowed: thrown work is done again in place
  Guards,        ///< it throws because of what it was given (not for want of memory): what follows may rely on that
  Rethrows,      ///< throws again what was thrown to it: that was counted where it was thrown
  ThreadLocals,  ///< allowed: it uses variables of which each thread has its own
  UnboundedRead, ///< strlen and friends: reads on until a terminator
  WritesErrno
};

/// Where an effect comes from: an instruction of this function (possibly a call), and what it touches.
struct EffectCause {
  const llvm::Instruction *where = nullptr;
  ObjectId object = ~0u; ///< for reads and writes
};

struct EffectSummary {
  std::map<EffectKind, EffectCause> kinds;
  ThrownTypes guards; ///< what EffectKind::Guards throws
  /// Pairs of arguments whose addresses are compared or subtracted: `if (&a == &b)`. In a task the two are copies, so
  /// the answer may differ where they are one object. An argument with itself: two references that it holds.
  static constexpr unsigned outside = ~0u;    ///< instead of a second argument: a global
  static constexpr unsigned deeper = ~0u - 1; ///< two places behind what the argument refers to
  std::map<std::pair<unsigned, unsigned>, EffectCause> compared;
  std::map<ObjectId, EffectCause> reads, writes; ///< of objects that callers can see (numbered as in the summary)
};

/// Objects that one instruction may read and write, as its function's FunctionMemory numbers them.
struct AccessSets {
  ObjectSet reads, writes;
};

/// The end of a chain of calls that explains an effect.
struct EffectOrigin {
  const llvm::Instruction *where = nullptr;
  const llvm::Function *function = nullptr;
  ObjectId object = ~0u;
  const llvm::Instruction *visible = nullptr; ///< the last of the chain that is not the library's
};

/// Effects of the whole program, inferred bottom-up over its call graph (design.md section 3).
class Effects {
public:
  Effects(llvm::Module &module, llvm::CallGraph &graph, const Ownership &ownership);
  const EffectSummary &summary(const llvm::Function &function) const;
  const AccessSets &accesses(const llvm::Instruction &instruction) const;
  /// May `instruction` do something of `kind`, by itself or in what it calls?
  bool has(const llvm::Instruction &instruction, EffectKind kind) const;
  /// Does `call` write nothing but what its arguments lead to? `written`: which of them.
  bool writesThroughArguments(const llvm::CallBase &call, llvm::BitVector &written) const;
  /// May it read a clock, or something else that may be one?
  bool readsTime(const llvm::Instruction &instruction) const {
    return has(instruction, EffectKind::ReadsClock) || has(instruction, EffectKind::Nondeterminism);
  }
  /// Might `instruction` end the program, or leave it otherwise than by an exception? An unknown call may, but for one through a
  /// pointer that does not throw (`error.what()`): that can do so only if some function does of which an address is known.
  bool mayNotReturn(const llvm::Instruction &instruction) const;
  /// Of what it throws (EffectKind::Guards). Not kept: few ask.
  ThrownTypes guards(const llvm::Instruction &instruction) const;
  EffectOrigin origin(const llvm::Function &function, EffectKind kind) const;
  EffectOrigin originOfWrite(const llvm::Function &function, ObjectId object) const;
  EffectOrigin originOfRead(const llvm::Function &function, ObjectId object) const;
  bool isHeavy(const llvm::Function &function) const { return heavy.contains(function); }
  const Ownership &ownership() const { return owners; }
  void print(llvm::raw_ostream &out) const;

private:
  class Builder;
  /// What is known of one instruction. Kept: the checks of loops and futures ask for the same ones again and again.
  struct Known {
    AccessSets sets;
    unsigned kinds = 0; ///< bit by EffectKind
  };
  const Known &known(const llvm::Instruction &instruction) const;
  /// Which arguments of a call of `callee` would be copied if it became a spawn, and how many pointers deep.
  llvm::ArrayRef<std::pair<unsigned, unsigned>> travelling(const llvm::Function &callee) const;
  bool isAnyPointerFinal() const;
  EffectOrigin follow(const llvm::Function &function, EffectCause cause, bool isWrite) const;
  llvm::Module &module;
  const Ownership &owners;
  bool arePointersFinal = false; ///< isAnyPointerFinal()
  llvm::DenseMap<const llvm::Function *, EffectSummary> summaries;
  mutable HeavyFunctions heavy;
  mutable llvm::DenseMap<const llvm::Instruction *, std::unique_ptr<Known>> instructions;
  mutable llvm::DenseMap<const llvm::Function *, llvm::SmallVector<std::pair<unsigned, unsigned>, 2>> travels;
};

llvm::StringRef effectName(EffectKind kind);

} // namespace cleave

#endif
