// Models.h - what is known about functions that have no body in the program.
#ifndef CLEAVE_PASSES_MODELS_H
#define CLEAVE_PASSES_MODELS_H

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace llvm {
class CallBase;
class Function;
} // namespace llvm

namespace cleave {

/// What one call of an external function may do. The default says: anything.
struct CallModel {
  enum class Class {
    Unknown,          ///< may do anything to what it can reach; keeps what it is given
    Pure,             ///< touches only what its arguments say
    Io,               ///< Pure, and talks to the outside in program order
    Nondeterministic, ///< Pure, and its answer is not a function of its arguments
    Throws,           ///< ends by throwing; touches nothing else
    Allocates,        ///< returns fresh memory
    Frees,            ///< frees what argument 0 points to
    Aborts,           ///< ends the program without another word to it: abort, a failed assertion
    Ends              ///< ends the program
  };
  enum class Returns { Nothing, FirstArgument, ReachOfArguments, Fresh, Unknown };

  Class kind = Class::Unknown;
  Returns returns = Returns::Unknown;
  bool deep = false;         ///< touches all that is reachable from the arguments, not just what they point to
  bool firstKeeps = false;   ///< stores pointers to (or out of) its arguments in the memory of the arguments
  bool secondKeepsFirst = false; ///< stores a pointer into argument 0 where argument 1 points to (strtod's end), and no other
  bool readsUnbounded = false; ///< reads on until it finds a terminator (strlen)
  bool writesErrno = false;
  bool isAgain = false;      ///< it throws what was thrown before
  bool isForSpace = false;   ///< what it throws says that memory ran out, or would, or whatever else a machine has no end of
  bool keepsToObject = false; ///< argument 0 is a container, of which it touches all and nothing around it
  bool escapes = false;      ///< its arguments may be reached from anywhere afterwards
  bool draws = false;        ///< its answer is random: no two calls of it have an order that anybody could tell
  bool readsEnvironment = false; ///< and the environment stays as it is while the program runs
  bool readsClock = false;   ///< and nobody minds if readings that are made at the same time have no order
  llvm::BitVector reads, writes; ///< per argument; used unless kind is Unknown
};

/// On a virtual call: it is one of std::exception's what(), and the library's whatever the object is.
inline constexpr const char *exceptionsWhat = "cleave.what";

/// Of a name with its scopes: is it, or is it in, one of the library's classes that say what is wrong and no more?
bool isExceptionClass(llvm::StringRef name);

/// What compilers call for products, quotients and functions of complex numbers: from numbers to numbers, and nothing
/// else but errno.
bool isComplexArithmetic(llvm::StringRef symbol);

/// What a mangled name says of a function: its name with its scopes, and its parameters as "(int, char const*)".
struct FunctionText {
  std::string name, parameters;
};
/// Nothing: it is no function's mangled name.
std::optional<FunctionText> textOfFunction(llvm::StringRef symbol);

/// The model of `call`'s callee, which has no body. Intrinsics included.
CallModel modelOfCall(const llvm::CallBase &call);

/// "std::rand()" rather than "_ZSt4randv".
/// A symbol as people speak of it: "operator<<", "std::getline", "time", "issued" for a static of a function.
std::string spokenName(llvm::StringRef symbol);
std::string demangledName(llvm::StringRef symbol);

} // namespace cleave

#endif
