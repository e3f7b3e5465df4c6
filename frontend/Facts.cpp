// Facts.cpp - source parameters and IR arguments, side by side.
//
// Between `Total count(Block block, std::pair<int, double> p)` and the IR stands the platform's calling convention:
//
//   define void @count(ptr sret(%Total) %agg.result, ptr %block, i64 %p.coerce0, double %p.coerce1)
//
// A result may move into the arguments, a parameter may be a pointer to a copy, be split over registers, or vanish.
// Nothing in the IR says which, and guessing from types goes wrong on the first struct of two floats. But Clang's
// CodeGen keeps its decision as a CGFunctionInfo, so we ask for that and walk it exactly as CodeGen did.
//
// The invariant behind it: the ranges given to the result and to the parameters tile the IR function's arguments, in
// order, without gap. A function for which that does not come out (a hidden parameter of an ABI that we do not know)
// stays without facts, and thereby whole.
#include "frontend/Facts.h"
#include "frontend/TypeNodes.h"
#include "frontend/VariableTypes.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/GlobalDecl.h"
#include "clang/Basic/SourceManager.h"
#include "clang/CodeGen/CGFunctionInfo.h"
#include "clang/CodeGen/CodeGenABITypes.h"
#include "clang/CodeGen/ModuleBuilder.h"
#include "clang/Lex/HeaderSearch.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Sema/Sema.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include <set>

using namespace clang;
using clang::CodeGen::ABIArgInfo;
using clang::CodeGen::CGFunctionInfo;
using llvm::StringRef;

namespace cleave {

namespace {
/// IR arguments [first, first + count).
struct Range {
  int first = -1;
  unsigned count = 0;
};

class FactsWriter {
public:
  FactsWriter(llvm::Module &module, CodeGenerator &generator, Sema &sema)
      : module(module), generator(generator), ast(sema.getASTContext()), types(sema, module) {}

  void describe(llvm::Function &function);
  void describe(llvm::GlobalVariable &global);
  void describe(VariableTypes &variables) { variables.describe(module, types); }
  void listBases(llvm::ArrayRef<TagDecl *> definitions);
  void listClasses(llvm::ArrayRef<TagDecl *> definitions);
  void listFunctors();
  void markFunctionCalls();
  void nameSource();
  void listLibraryFolders(const HeaderSearch &search);

private:
  bool isUsers(SourceLocation location) const;
  const CGFunctionInfo *arrange(const FunctionDecl *declaration);
  bool assign(const CGFunctionInfo &info, const llvm::Function &function, std::vector<Range> &ranges);
  llvm::MDNode *describeResult(const FunctionDecl *declaration, const ABIArgInfo &info);
  llvm::MDNode *describeParameter(const ParmVarDecl *parameter, const ABIArgInfo &info, Range range);
  llvm::MDNode *describeThis(const CXXMethodDecl *method, Range range);
  llvm::MDNode *passed(StringRef name, QualType type, StringRef passing, Range range, llvm::MDNode *node,
                       bool runsDestructor = false);
  std::string signature(const FunctionDecl *declaration) const;
  llvm::Metadata *text(StringRef value) { return llvm::MDString::get(module.getContext(), value); }
  llvm::Metadata *number(int value) {
    auto *type = llvm::Type::getInt32Ty(module.getContext());
    return llvm::ConstantAsMetadata::get(llvm::ConstantInt::getSigned(type, value));
  }

  llvm::Module &module;
  CodeGenerator &generator;
  ASTContext &ast;
  TypeNodes types;
};
} // namespace

bool FactsWriter::isUsers(SourceLocation location) const {
  const SourceManager &sources = ast.getSourceManager();
  return location.isValid() && !sources.isInSystemHeader(sources.getExpansionLoc(location));
}

/// The calling convention's decisions for `declaration`, or null where Clang's public interface cannot tell.
const CGFunctionInfo *FactsWriter::arrange(const FunctionDecl *declaration) {
  CodeGen::CodeGenModule &codegen = generator.CGM();
  const auto *prototype = declaration->getType()->getAs<FunctionProtoType>();
  if (!prototype || prototype->isVariadic() || declaration->hasAttr<CUDAGlobalAttr>())
    return nullptr;
  if (const auto *method = dyn_cast<CXXMethodDecl>(declaration); method && method->isImplicitObjectMemberFunction()) {
    // Virtual bases add a hidden parameter, an inherited constructor is a thunk of its own making.
    const auto *constructor = dyn_cast<CXXConstructorDecl>(method);
    bool isStructor = constructor || isa<CXXDestructorDecl>(method);
    if ((isStructor && method->getParent()->getNumVBases()) || (constructor && constructor->isInheritingConstructor()))
      return nullptr;
    return &CodeGen::arrangeCXXMethodType(codegen, method->getParent(),
                                          prototype->getCanonicalTypeUnqualified()->getAs<FunctionProtoType>(), method);
  }
  return &CodeGen::arrangeFreeFunctionType(
      codegen, declaration->getType()->getCanonicalTypeUnqualified().castAs<FunctionProtoType>());
}

static std::optional<unsigned> argumentCount(const ABIArgInfo &info) {
  switch (info.getKind()) {
  case ABIArgInfo::Direct:
  case ABIArgInfo::Extend:
  case ABIArgInfo::TargetSpecific: {
    const auto *coerced = llvm::dyn_cast<llvm::StructType>(info.getCoerceToType());
    return info.isDirect() && info.getCanBeFlattened() && coerced ? coerced->getNumElements() : 1;
  }
  case ABIArgInfo::Indirect:
  case ABIArgInfo::IndirectAliased:
    return 1;
  case ABIArgInfo::Ignore:
    return 0;
  case ABIArgInfo::CoerceAndExpand:
    return info.getCoerceAndExpandTypeSequence().size();
  case ABIArgInfo::Expand:
  case ABIArgInfo::InAlloca:
    return std::nullopt; // not on the platforms that we generate code for
  }
  return std::nullopt;
}

/// Gives each of `info`'s arguments its range of IR arguments; false if they do not tile those of `function`.
bool FactsWriter::assign(const CGFunctionInfo &info, const llvm::Function &function, std::vector<Range> &ranges) {
  int next = 0;
  const ABIArgInfo &result = info.getReturnInfo();
  if (result.isIndirect()) {
    if (result.isSRetAfterThis() || !function.arg_size() || !function.hasParamAttribute(0, llvm::Attribute::StructRet))
      return false;
    ++next;
  } else if (function.hasStructRetAttr() || result.isInAlloca()) {
    return false;
  }
  for (const auto &argument : info.arguments()) {
    std::optional<unsigned> count = argumentCount(argument.info);
    if (!count || argument.info.getPaddingType())
      return false;
    ranges.push_back({next, *count});
    next += *count;
  }
  return static_cast<size_t>(next) == function.arg_size();
}

llvm::MDNode *FactsWriter::passed(StringRef name, QualType type, StringRef passing, Range range, llvm::MDNode *node,
                                  bool runsDestructor) {
  llvm::SmallVector<llvm::Metadata *, 7> operands{text(name),          text(types.nameOf(type)), text(passing),
                                                  number(range.first), number(range.count),      node};
  if (runsDestructor)
    operands.push_back(text("destroyed"));
  return llvm::MDNode::get(module.getContext(), operands);
}

llvm::MDNode *FactsWriter::describeResult(const FunctionDecl *declaration, const ABIArgInfo &info) {
  QualType type = declaration->getReturnType();
  // Some constructors and destructors return `this` in IR; to the source they return nothing.
  if (isa<CXXConstructorDecl, CXXDestructorDecl>(declaration) || type->isVoidType() || info.isIgnore())
    return passed("", type, "void", {}, types.voidNode());
  if (info.isIndirect())
    return passed("", type, "indirect", {0, 1}, types.node(type));
  return passed("", type, "direct", {-1, 1}, types.node(type));
}

llvm::MDNode *FactsWriter::describeParameter(const ParmVarDecl *parameter, const ABIArgInfo &info, Range range) {
  QualType type = parameter->getType();
  std::string name = parameter->getNameAsString();
  if (type->isReferenceType()) {
    QualType target = type.getNonReferenceType();
    if (type->isRValueReferenceType())
      return passed(name, type, "rvalue", range, types.targetNode(target), types.runsUserDestructor(target));
    return passed(name, type, target.isConstQualified() ? "borrowed" : "reference", range, types.targetNode(target));
  }
  if (type->isPointerType() || type->isNullPtrType())
    return passed(name, type, "pointer", range, types.node(type));
  StringRef passing = !info.isIndirect() ? "direct" : info.getIndirectByVal() ? "byval" : "indirect";
  return passed(name, type, passing, range, types.node(type), types.runsUserDestructor(type));
}

llvm::MDNode *FactsWriter::describeThis(const CXXMethodDecl *method, Range range) {
  QualType object = method->getThisType()->getPointeeType();
  return passed("this", method->getThisType(), object.isConstQualified() ? "borrowed" : "reference", range,
                types.targetNode(object));
}

/// "ns::Grid<int>::step(const Row &) const"; a lambda's is "main()::(lambda)::operator()(int) const".
std::string FactsWriter::signature(const FunctionDecl *declaration) const {
  std::string result;
  llvm::raw_string_ostream out(result);
  const auto *method = dyn_cast<CXXMethodDecl>(declaration);
  if (method && method->getParent()->isLambda() && method->getOverloadedOperator() == OO_Call) {
    const DeclContext *outer = method->getParent()->getDeclContext();
    if (const auto *function = dyn_cast<FunctionDecl>(outer)) {
      function->getNameForDiagnostic(out, types.policy(), /*Qualified=*/true);
      out << "::";
    }
    out << "(lambda)::operator()";
  } else {
    declaration->getNameForDiagnostic(out, types.policy(), /*Qualified=*/true);
  }
  out << '(';
  for (const ParmVarDecl *parameter : declaration->parameters())
    out << (parameter->getFunctionScopeIndex() ? ", " : "") << types.nameOf(parameter->getType());
  out << ')';
  if (method && method->isConst())
    out << " const";
  return result;
}

void FactsWriter::describe(llvm::Function &function) {
  const auto *declaration = dyn_cast_or_null<FunctionDecl>(generator.GetDeclForMangledName(function.getName()));
  if (!declaration)
    return;
  if (const FunctionDecl *definition = declaration->getDefinition())
    declaration = definition;
  if (!isUsers(declaration->getLocation()))
    return;
  const CGFunctionInfo *info = arrange(declaration);
  std::vector<Range> ranges;
  if (!info || !assign(*info, function, ranges))
    return;

  const auto *method = dyn_cast<CXXMethodDecl>(declaration);
  size_t hidden = method && method->isImplicitObjectMemberFunction() ? 1 : 0;
  if (ranges.size() != declaration->getNumParams() + hidden)
    return; // hidden parameters that have no name in the source
  PresumedLoc location = ast.getSourceManager().getPresumedLoc(declaration->getLocation());
  if (location.isInvalid())
    return;
  llvm::SmallVector<llvm::Metadata *, 8> operands{text(signature(declaration)), text(location.getFilename()),
                                                  number(location.getLine()),
                                                  describeResult(declaration, info->getReturnInfo())};
  if (hidden)
    operands.push_back(describeThis(method, ranges[0]));
  for (unsigned k = 0; k < declaration->getNumParams(); ++k)
    operands.push_back(
        describeParameter(declaration->getParamDecl(k), info->arguments()[k + hidden].info, ranges[k + hidden]));
  function.setMetadata("cleave.function", llvm::MDNode::get(module.getContext(), operands));
}

/// A task that reads the variable may be given its value (passes/GlobalInputs.cpp).
void FactsWriter::describe(llvm::GlobalVariable &global) {
  const auto *variable = dyn_cast_or_null<VarDecl>(generator.GetDeclForMangledName(global.getName()));
  if (!variable || !isUsers(variable->getLocation()) || variable->getType()->isReferenceType() ||
      variable->getTLSKind() != VarDecl::TLS_None)
    return;
  QualType type = variable->getType().getUnqualifiedType();
  global.setMetadata("cleave.global",
                     llvm::MDNode::get(module.getContext(),
                                       {text(variable->getNameAsString()),
                                        text(types.nameOf(ast.getLValueReferenceType(type.withConst()))), types.node(type)}));
}

/// A `const Base &` may be a view of something larger, so readers must know which classes are bases.
void FactsWriter::listBases(llvm::ArrayRef<TagDecl *> definitions) {
  std::set<std::string> names;
  for (const TagDecl *tag : definitions) {
    const auto *record = dyn_cast<CXXRecordDecl>(tag);
    if (!record || record->isDependentContext() || !record->hasDefinition())
      continue;
    for (const CXXBaseSpecifier &base : record->bases())
      if (const CXXRecordDecl *target = base.getType()->getAsCXXRecordDecl(); target && isUsers(target->getLocation()))
        names.insert(types.nameOf(base.getType().getCanonicalType()));
  }
  if (names.empty())
    return;
  llvm::NamedMDNode *list = module.getOrInsertNamedMetadata("cleave.bases");
  for (const std::string &name : names)
    list->addOperand(llvm::MDNode::get(module.getContext(), text(name)));
}

/// What an object behind a base may be (DynamicTypes.cpp).
void FactsWriter::listClasses(llvm::ArrayRef<TagDecl *> definitions) {
  llvm::SetVector<llvm::MDNode *> nodes;
  for (const TagDecl *tag : definitions)
    if (const auto *record = dyn_cast<CXXRecordDecl>(tag);
        record && !record->isDependentContext() && record->hasDefinition() && isUsers(record->getLocation()))
      if (llvm::MDNode *node = types.classNode(record))
        nodes.insert(node);
  if (nodes.empty())
    return;
  llvm::NamedMDNode *list = module.getOrInsertNamedMetadata("cleave.classes");
  for (llvm::MDNode *node : nodes)
    list->addOperand(node);
}

/// Says which calls through pointers inside libstdc++'s std::function go to an invoker, and which to a manager.
void FactsWriter::markFunctionCalls() {
  for (llvm::Function &function : module) {
    bool isMember = function.getName().contains("St8function") || function.getName().contains("St14_Function_base");
    const auto *method = isMember && !function.isDeclaration()
                             ? dyn_cast_or_null<CXXMethodDecl>(generator.GetDeclForMangledName(function.getName()))
                             : nullptr;
    if (!method || !method->getParent()->isInStdNamespace())
      continue;
    const auto *whole = dyn_cast<ClassTemplateSpecializationDecl>(method->getParent());
    bool isFunction = whole && whole->getName() == "function";
    if (isFunction && method->getOverloadedOperator() == OO_Call) {
      QualType signature = whole->getTemplateArgs()[0].getAsType().getCanonicalType();
      function.setMetadata("cleave.invokes", llvm::MDNode::get(module.getContext(), text(types.nameOf(signature))));
    } else if (isFunction || method->getParent()->getName() == "_Function_base") {
      function.setMetadata("cleave.manages", llvm::MDNode::get(module.getContext(), {}));
    }
  }
}

/// What a std::function may hold: for each target type that this file puts into one, libstdc++ makes a pair of functions
/// that know it. !{signature, manager, invoker, is it held in place, type}
void FactsWriter::listFunctors() {
  std::vector<std::pair<const CXXMethodDecl *, llvm::Function *>> invokers;
  for (llvm::Function &function : module)
    if (function.getName().starts_with("_ZNSt17_Function_handlerI"))
      if (const auto *method = dyn_cast_or_null<CXXMethodDecl>(generator.GetDeclForMangledName(function.getName()));
          method && method->getDeclName().isIdentifier() && method->getName() == "_M_invoke")
        invokers.push_back({method, &function});
  markFunctionCalls();
  for (auto [method, invoker] : invokers) {
    const auto *handler = dyn_cast<ClassTemplateSpecializationDecl>(method->getParent());
    if (!handler || handler->getTemplateArgs().size() != 2)
      continue;
    llvm::Function *manager = nullptr;
    for (const CXXMethodDecl *other : handler->methods())
      if (other->getDeclName().isIdentifier() && other->getName() == "_M_manager")
        manager = dyn_cast_or_null<llvm::Function>(generator.GetAddrOfGlobal(other, /*isForDefinition=*/false));
    if (!manager)
      continue;
    QualType held = handler->getTemplateArgs()[1].getAsType();
    // _Function_base::_Base_manager::__stored_locally
    bool isInPlace = held.isTriviallyCopyableType(ast) && ast.getTypeSize(held) <= 128 && ast.getTypeAlign(held) <= 64;
    QualType signature = handler->getTemplateArgs()[0].getAsType().getCanonicalType();
    module.getOrInsertNamedMetadata("cleave.functors")
        ->addOperand(llvm::MDNode::get(module.getContext(),
                                       {text(types.nameOf(signature)), llvm::ValueAsMetadata::get(manager),
                                        llvm::ValueAsMetadata::get(invoker), number(isInPlace), types.node(held)}));
  }
}

void FactsWriter::nameSource() {
  const SourceManager &sources = ast.getSourceManager();
  StringRef name;
  if (OptionalFileEntryRef file = sources.getFileEntryRefForID(sources.getMainFileID()))
    name = file->getName();
  module.getOrInsertNamedMetadata("cleave.source")->addOperand(llvm::MDNode::get(module.getContext(), text(name)));
}

/// Where system headers lie: whoever explains something to a person looks for a line outside of them.
void FactsWriter::listLibraryFolders(const HeaderSearch &search) {
  llvm::NamedMDNode *list = module.getOrInsertNamedMetadata("cleave.library");
  for (const DirectoryLookup &folder : llvm::make_range(search.system_dir_begin(), search.system_dir_end()))
    list->addOperand(llvm::MDNode::get(module.getContext(), text(folder.getName())));
}

void attachFacts(llvm::Module &module, CodeGenerator &generator, Sema &sema, llvm::ArrayRef<TagDecl *> definitions,
                 VariableTypes &variables) {
  // What the program did not need complete may be ill-formed once it is: that is an unknown type, not an error.
  DiagnosticsEngine &diagnostics = sema.getDiagnostics();
  bool wasSilent = diagnostics.getSuppressAllDiagnostics();
  diagnostics.setSuppressAllDiagnostics(true);
  FactsWriter writer(module, generator, sema);
  for (llvm::Function &function : module)
    if (!function.isDeclaration())
      writer.describe(function);
  for (llvm::GlobalVariable &global : module.globals())
    if (global.hasInitializer() && !global.isConstant())
      writer.describe(global);
  writer.describe(variables);
  writer.listBases(definitions);
  writer.listClasses(definitions);
  writer.listFunctors();
  writer.nameSource();
  writer.listLibraryFolders(sema.getPreprocessor().getHeaderSearchInfo());
  diagnostics.setSuppressAllDiagnostics(wasSilent);
}

} // namespace cleave
