// Kind.h - reads a task kind's constant (cleave_kind of image.h) and the facts beside it.
#ifndef CLEAVE_LINKER_KIND_H
#define CLEAVE_LINKER_KIND_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace llvm {
class Constant;
class ConstantStruct;
class Function;
class GlobalVariable;
class MDNode;
} // namespace llvm

namespace cleave {

/// One operand of `!cleave.tasks`.
struct TaskEntry {
  llvm::Function *call = nullptr;
  llvm::GlobalVariable *kind = nullptr;
  std::string name;
  std::string file;
  unsigned line = 0;
};

llvm::Expected<TaskEntry> readTaskEntry(const llvm::MDNode &node);

/// The fields of cleave_kind by position, as image.h lists them.
enum class KindField : unsigned { Name, File, Line, Id, ParamCount, SymbolCount, Params, Result, Symbols, Flags, Count };

/// The initialiser, checked field by field. Error: it is not laid out as a cleave_kind.
llvm::Expected<const llvm::ConstantStruct *> kindInitializer(const llvm::GlobalVariable &kind);
unsigned kindId(const llvm::ConstantStruct &kind);

/// The same kind without what belongs to the program's text only (name, file, line) and to its set of tasks (id), so
/// that a task binary does not change when code around it does.
llvm::Constant *anonymousKind(const llvm::ConstantStruct &kind);

/// {"parameters":[{"type","passing","bytes","name"}],"result":{"type","bytes"}}: types as the source writes them
/// where `call` reaches the function's facts, else by their structure ("vector of pod 8"). With "outside":["random numbers",
/// "the environment","a clock"], or some of these, if the work depends on them, and
/// "local":true if it is done in the program's process and nowhere else.
llvm::json::Value kindSignature(const llvm::ConstantStruct &kind, const llvm::Function &call);

} // namespace cleave

#endif
