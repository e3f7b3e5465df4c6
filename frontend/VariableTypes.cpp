// VariableTypes.cpp - from a variable of the source to the memory that stands for it in IR.
//
// IR says nothing of what a variable is. For functions the answer comes by their names, but a local variable has none
// that would be its own: `row` may stand five times in one function, and inlining mixes those of many. What clang does
// carry from a declaration to its memory is an annotation (__attribute__((annotate))): code generation calls
// llvm.var.annotation with the variable's address, wherever that is (an alloca, or the caller's memory for a result that
// is built in place). So variables are annotated with their number, and the calls become the place where the type hangs.
//
// The call is also what keeps the variable in memory while the passes room prepares the program: a vector of vectors
// that SROA takes apart is a handful of pointers whose types nobody knows. The passes room takes the calls out after
// that.
#include "frontend/VariableTypes.h"
#include "frontend/TypeNodes.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace clang;
using llvm::StringRef;

namespace cleave {

static constexpr StringRef prefix = "cleave.variable.";

namespace {
class Marker : public RecursiveASTVisitor<Marker> {
public:
  Marker(ASTContext &ast, std::vector<VarDecl *> &variables) : ast(ast), variables(variables) {}

  /// Libraries' own code is looked at where it is inlined; its variables are not the user's to describe.
  bool TraverseDecl(Decl *declaration) {
    const SourceManager &sources = ast.getSourceManager();
    if (declaration && declaration->getLocation().isValid() &&
        sources.isInSystemHeader(sources.getExpansionLoc(declaration->getLocation())))
      return true;
    return RecursiveASTVisitor::TraverseDecl(declaration);
  }

  bool VisitVarDecl(VarDecl *variable) {
    QualType type = variable->getType();
    if (!variable->hasLocalStorage() || isa<ParmVarDecl>(variable) || type->isDependentType() ||
        type->isReferenceType() || !(type->isRecordType() || type->isConstantArrayType()))
      return true;
    std::string text = (prefix + llvm::Twine(variables.size())).str();
    variable->addAttr(AnnotateAttr::CreateImplicit(ast, text, nullptr, 0));
    variables.push_back(variable);
    return true;
  }

private:
  ASTContext &ast;
  std::vector<VarDecl *> &variables;
};
} // namespace

void VariableTypes::mark(Decl *declaration) { Marker(declaration->getASTContext(), variables).TraverseDecl(declaration); }

/// How many pointers, one after the other, lead from a value of `type` to what it owns; more than a few do not matter.
static unsigned pointerDepth(const llvm::MDNode *type, llvm::SmallPtrSetImpl<const llvm::MDNode *> &outer) {
  if (!outer.insert(type).second)
    return 2;
  unsigned inner = 0;
  for (const llvm::MDOperand &operand : type->operands())
    if (auto *part = dyn_cast_or_null<llvm::MDNode>(operand.get()))
      inner = std::max(inner, pointerDepth(part, outer));
  outer.erase(type);
  auto *kind = type->getNumOperands() ? dyn_cast_or_null<llvm::MDString>(type->getOperand(0).get()) : nullptr;
  StringRef name = kind ? kind->getString() : "";
  static const StringRef inPlace[] = {"pod", "trivial", "record", "optional", "variant", "no", ""};
  // An array of vectors is reached by an index, as a vector of vectors is.
  return inner + (llvm::is_contained(inPlace, name) || (name == "array" && !inner) ? 0 : 1);
}

static StringRef annotationOf(const llvm::IntrinsicInst &call) {
  StringRef text;
  if (call.getIntrinsicID() != llvm::Intrinsic::var_annotation || !llvm::getConstantStringInfo(call.getArgOperand(1), text))
    return {};
  return text;
}

void VariableTypes::describe(llvm::Module &module, TypeNodes &types) {
  llvm::SmallPtrSet<llvm::GlobalVariable *, 16> texts;
  for (llvm::Function &function : module)
    for (llvm::Instruction &instruction : llvm::make_early_inc_range(llvm::instructions(function))) {
      auto *call = dyn_cast<llvm::IntrinsicInst>(&instruction);
      StringRef number = call ? annotationOf(*call) : "";
      unsigned index;
      if (!number.consume_front(prefix) || number.getAsInteger(10, index) || index >= variables.size())
        continue;
      for (unsigned k : {1u, 2u}) {
        if (auto *text = dyn_cast<llvm::GlobalVariable>(call->getArgOperand(k)))
          texts.insert(text);
        call->setArgOperand(k, llvm::ConstantPointerNull::get(llvm::PointerType::getUnqual(module.getContext())));
      }
      llvm::MDNode *node = types.node(variables[index]->getType().getUnqualifiedType());
      llvm::SmallPtrSet<const llvm::MDNode *, 8> outer;
      if (pointerDepth(node, outer) >= 2)
        call->setMetadata("cleave.type", node);
      else
        call->eraseFromParent();
    }
  for (llvm::GlobalVariable *text : texts) {
    text->removeDeadConstantUsers();
    if (text->use_empty())
      text->eraseFromParent();
  }
}

} // namespace cleave
