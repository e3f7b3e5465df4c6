// Exceptions.h - which exceptions a call may throw, and whether a landing pad catches them.
#ifndef CLEAVE_PASSES_EXCEPTIONS_H
#define CLEAVE_PASSES_EXCEPTIONS_H

#include <set>

namespace llvm {
class CallBase;
class GlobalVariable;
class LandingPadInst;
class Module;
class raw_ostream;
} // namespace llvm

namespace cleave {

/// What may be thrown, by type; but not what says that memory ran out.
struct ThrownTypes {
  std::set<const llvm::GlobalVariable *> types; ///< their std::type_info
  bool isStandard = false;                      ///< something that is derived from std::exception
  bool isUnknown = false;                       ///< anything

  void add(const ThrownTypes &other);
  /// One line for each type, by name.
  void print(llvm::raw_ostream &out) const;
  bool operator==(const ThrownTypes &other) const = default;
};

/// Of a call of the run-time library that throws (CallModel::Class::Throws).
ThrownTypes thrownBy(const llvm::CallBase &call);

/// Can the program go on after it has run out of memory? Some handler takes the exception that says so, and does not throw it
/// again; or nobody knows who calls the program's functions.
bool catchesWantOfSpace(const llvm::Module &module);

/// Is there a handler for each of them?
bool catches(const llvm::LandingPadInst &pad, const ThrownTypes &thrown);

} // namespace cleave

#endif
