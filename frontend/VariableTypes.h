// VariableTypes.h - tells the types of variables that own memory which owns memory: a vector of vectors, of strings, ...
#ifndef CLEAVE_FRONTEND_VARIABLETYPES_H
#define CLEAVE_FRONTEND_VARIABLETYPES_H

#include <vector>

namespace clang {
class Decl;
class VarDecl;
} // namespace clang

namespace llvm {
class Module;
}

namespace cleave {

class TypeNodes;

/// Local variables of one translation unit. `mark` comes before code is generated for a declaration, `describe` after.
class VariableTypes {
public:
  /// Gives each local variable of class or array type in `declaration` an annotation of its own.
  void mark(clang::Decl *declaration);
  /// Turns the annotations, calls of llvm.var.annotation by now, into `!cleave.type` on calls that say nothing else
  /// (docs/facts.md), or takes them away where the type tells nothing that a loop could need.
  void describe(llvm::Module &module, TypeNodes &types);

private:
  std::vector<clang::VarDecl *> variables; ///< by the number in the annotation
};

} // namespace cleave

#endif
