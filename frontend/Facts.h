// Facts.h - hangs the facts of docs/facts.md on the functions of a module that Clang has just generated.
#ifndef CLEAVE_FRONTEND_FACTS_H
#define CLEAVE_FRONTEND_FACTS_H

#include "llvm/ADT/ArrayRef.h"

namespace llvm {
class Module;
}

namespace clang {
class CodeGenerator;
class Sema;
class TagDecl;
} // namespace clang

namespace cleave {

class VariableTypes;

/// `definitions`: the classes that the translation unit completed, in any order. May instantiate class
/// templates, silently. `variables` were marked before code was generated.
void attachFacts(llvm::Module &module, clang::CodeGenerator &generator, clang::Sema &sema,
                 llvm::ArrayRef<clang::TagDecl *> definitions, VariableTypes &variables);

} // namespace cleave

#endif
