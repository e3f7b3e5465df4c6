// Compile.cpp - source to module with facts.
//
// Clang generates the IR as it would for an optimised build and then stops: no LLVM pass runs, since the passes room
// must see the program before inlining has taken functions, names and boundaries away. Three things differ from what
// clang would have done:
//
//  - -O0 generates as -O1 does. Without lifetime markers and TBAA, and with `optnone` and `noinline` on everything, no
//    boundary could be found, and a debug build that runs elsewhere than the release build helps nobody debug.
//  - There are always line numbers (-gline-tables-only), because every remark needs a place, and the digest of each
//    source file. The linker room drops them unless -g was given.
//  - The AST is kept until the facts are taken from it (by default clang frees it before the back end).
//
// A job that produces no code (-E, -M, -fsyntax-only, -S, a precompiled header) is given to clang as it is.
#include "frontend/Compile.h"
#include "frontend/Facts.h"
#include "frontend/VariableTypes.h"
#include "clang/CodeGen/CodeGenAction.h"
#include "clang/CodeGen/ModuleBuilder.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/FrontendOptions.h"
#include "clang/Frontend/MultiplexConsumer.h"
#include "clang/FrontendTool/Utils.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"

using namespace clang;
using llvm::StringRef;

namespace cleave {

/// -O0 generates as -O1 does.
static void generateAsOptimised(CodeGenOptions &options) {
  if (options.OptimizationLevel == 0) {
    options.OptimizationLevel = 1;
    options.setInlining(CodeGenOptions::NormalInlining);
  }
}

namespace {
/// The code generator's consumer, with facts behind it: HandleTranslationUnit comes back when the module is complete
/// and AST and Sema are still there. Describing a type may instantiate class templates that the source only named, and
/// Sema tells its consumer of each; the code generator has closed its books by then and must not hear of it.
class FactsConsumer : public MultiplexConsumer {
public:
  FactsConsumer(std::vector<std::unique_ptr<ASTConsumer>> inner, CodeGenAction &action)
      : MultiplexConsumer(std::move(inner)), action(action) {}

  void Initialize(ASTContext &ast) override {
    // Not earlier: by now the preprocessor has told the source of the level that was typed, and a precompiled header
    // has been compared with it.
    generateAsOptimised(action.getCompilerInstance().getCodeGenOpts());
    MultiplexConsumer::Initialize(ast);
  }

  void HandleTagDeclDefinition(TagDecl *definition) override {
    if (isClosed)
      return;
    definitions.push_back(definition);
    MultiplexConsumer::HandleTagDeclDefinition(definition);
  }
  void HandleTagDeclRequiredDefinition(const TagDecl *definition) override {
    if (!isClosed)
      MultiplexConsumer::HandleTagDeclRequiredDefinition(definition);
  }
  bool HandleTopLevelDecl(DeclGroupRef group) override {
    if (isClosed)
      return true;
    for (Decl *declaration : group)
      variables.mark(declaration);
    return MultiplexConsumer::HandleTopLevelDecl(group);
  }
  void HandleInlineFunctionDefinition(FunctionDecl *function) override {
    if (isClosed)
      return;
    variables.mark(function);
    MultiplexConsumer::HandleInlineFunctionDefinition(function);
  }
  void HandleCXXStaticMemberVarInstantiation(VarDecl *variable) override {
    if (!isClosed)
      MultiplexConsumer::HandleCXXStaticMemberVarInstantiation(variable);
  }

  void HandleTranslationUnit(ASTContext &ast) override {
    MultiplexConsumer::HandleTranslationUnit(ast);
    isClosed = true;
    CodeGenerator *generator = action.getCodeGenerator();
    if (generator && generator->GetModule() && !ast.getDiagnostics().hasUncompilableErrorOccurred())
      attachFacts(*generator->GetModule(), *generator, action.getCompilerInstance().getSema(), definitions,
                  variables);
  }

private:
  CodeGenAction &action;
  std::vector<TagDecl *> definitions;
  VariableTypes variables;
  bool isClosed = false;
};

class FactsAction : public EmitLLVMOnlyAction {
public:
  using EmitLLVMOnlyAction::EmitLLVMOnlyAction;

protected:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &compiler, StringRef file) override {
    std::vector<std::unique_ptr<ASTConsumer>> consumers;
    consumers.push_back(EmitLLVMOnlyAction::CreateASTConsumer(compiler, file));
    if (!consumers.front())
      return nullptr;
    return std::make_unique<FactsConsumer>(std::move(consumers), *this);
  }
};
} // namespace

static bool generatesCode(const FrontendOptions &options) {
  switch (options.ProgramAction) {
  case frontend::EmitObj:
  case frontend::EmitBC:
  case frontend::EmitLLVM:
  case frontend::EmitLLVMOnly:
    return true;
  default:
    return false;
  }
}

static void keepEverythingForAnalysis(CodeGenOptions &options) {
  options.DisableLLVMPasses = true;
  options.DiscardValueNames = false;
  options.ClearASTBeforeBackend = false;
  options.OptRecordFile.clear(); // remarks come at the end of the whole program's analysis (tools/RemarkRecord.cpp)
  options.DisableO0ImplyOptNone = true;
  // Not these of clang's own: they would put a second section, or a summary, into the module.
  options.setEmbedBitcode(CodeGenOptions::Embed_Off);
  options.PrepareForLTO = false;
  options.PrepareForThinLTO = false;
  // Virtual calls and virtual tables say whose they are (passes/Dispatch.cpp).
  options.LTOUnit = true;
  options.WholeProgramVTables = true;
  if (options.getDebugInfo() == llvm::codegenoptions::NoDebugInfo ||
      options.getDebugInfo() == llvm::codegenoptions::LocTrackingOnly)
    options.setDebugInfo(llvm::codegenoptions::DebugLineTablesOnly);
  if (options.DwarfVersion == 0)
    options.DwarfVersion = 5;
  // The partition says of which text of a source file it speaks (partitioner/Partition.cpp), and what reads it has this
  // digest at hand. Line tables know only MD5 and have none then.
  options.setDebugSrcHash(CodeGenOptions::DSH_SHA256);
}

static TargetDescription describeTarget(const CompilerInvocation &invocation) {
  const TargetOptions &options = invocation.getTargetOpts();
  TargetDescription target;
  target.triple = options.Triple;
  target.cpu = options.CPU;
  target.features = llvm::join(options.FeaturesAsWritten, ",");
  target.abi = options.ABI;
  target.isPositionIndependent = invocation.getCodeGenOpts().RelocationModel == llvm::Reloc::PIC_;
  return target;
}

CompiledInput compileInput(llvm::ArrayRef<const char *> arguments, const char *clangPath,
                           DiagnosticsEngine &driverDiagnostics, llvm::LLVMContext &context) {
  CompiledInput result;
  auto invocation = std::make_shared<CompilerInvocation>();
  if (!CompilerInvocation::CreateFromArgs(*invocation, arguments, driverDiagnostics, clangPath))
    return result;
  result.optimisationLevel = std::clamp(invocation->getCodeGenOpts().OptimizationLevel, 1u, 3u);
  bool isOurs = generatesCode(invocation->getFrontendOpts());
  if (isOurs)
    keepEverythingForAnalysis(invocation->getCodeGenOpts());
  invocation->getFrontendOpts().DisableFree = false; // a process that compiles several files

  CompilerInstance compiler(invocation);
  compiler.createVirtualFileSystem();
  compiler.createDiagnostics();
  if (!compiler.hasDiagnostics())
    return result;
  result.output = invocation->getFrontendOpts().OutputFile;
  result.target = describeTarget(*invocation);
  result.asText = invocation->getFrontendOpts().ProgramAction == frontend::EmitLLVM;
  if (!isOurs) {
    result.succeeded = ExecuteCompilerInvocation(&compiler);
    return result;
  }
  FactsAction action(&context);
  if (!compiler.ExecuteAction(action) || compiler.getDiagnostics().hasErrorOccurred())
    return result;
  result.module = action.takeModule();
  result.succeeded = result.module != nullptr;
  return result;
}

} // namespace cleave
