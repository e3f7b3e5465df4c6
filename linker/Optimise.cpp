// Optimise.cpp - the -O pipeline and code generation, the same for the root program and for every task.
//
// The passes cut before anything but small inlining has run, so that a cut never costs an optimisation: here each
// piece goes through the whole pipeline that clang would have run. Everything in a piece is internal by now, so the
// per-module pipeline sees what link-time optimisation would see. The link-time pipelines themselves were rejected:
// they expect modules that were simplified before, and cost a second round.
//
// Machine code is position-dependent: the binaries are linked statically at fixed addresses, so globals need no GOT
// and thread-locals no call. One section for each function and datum lets the link drop what is not used.
#include "linker/Optimise.h"
#include "linker/VectorizerGuard.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace cleave {

std::unique_ptr<TargetMachine> createStaticMachine(const TargetMachine &target, unsigned optLevel) {
  TargetOptions options = target.Options;
  options.UseInitArray = true; // glibc runs no .ctors
  options.FunctionSections = true;
  options.DataSections = true;
  options.UniqueSectionNames = false; // nobody selects sections by name
  options.EmitAddrsig = true;         // tells lld which functions may be folded
  CodeGenOptLevel level = CodeGenOpt::getLevel(std::clamp(optLevel, 1u, 3u)).value_or(CodeGenOptLevel::Default);
  return std::unique_ptr<TargetMachine>(target.getTarget().createTargetMachine(
      target.getTargetTriple(), target.getTargetCPU(), target.getTargetFeatureString(), options, Reloc::Static,
      target.getCodeModel(), level));
}

static OptimizationLevel pipelineLevel(unsigned optLevel) {
  static const OptimizationLevel levels[] = {OptimizationLevel::O1, OptimizationLevel::O1, OptimizationLevel::O2,
                                             OptimizationLevel::O3};
  return levels[std::min<unsigned>(optLevel, 3)];
}

static void optimise(Module &module, TargetMachine &machine, unsigned optLevel) {
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = optLevel >= 2;
  PassBuilder builder(&machine, tuning);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  TargetLibraryInfoImpl library(module.getTargetTriple());
  functions.registerPass([&] { return TargetLibraryAnalysis(library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.registerVectorizerStartEPCallback(
      [](FunctionPassManager &passes, OptimizationLevel) { passes.addPass(VectorizerGuardPass()); });
  builder.buildPerModuleDefaultPipeline(pipelineLevel(optLevel)).run(module, modules);
}

/// What a task's code could write to and is not its own lies in one section, so that the checker can see whether it did
/// (rt/task/Check.cpp). Most tasks have none of it.
static void gatherGlobals(Module &module) {
  for (GlobalVariable &variable : module.globals())
    if (!variable.isConstant() && !variable.isDeclaration() && !variable.isThreadLocal() && !variable.hasSection())
      variable.setSection("cleave_globals");
}

/// Until here `main` was what clang++ would have optimised under that name. What is started is the choice.
static void startWithChoice(Module &module) {
  Function *choice = module.getFunction(splitChoice);
  if (!choice)
    return;
  Function *main = module.getFunction("main");
  main->setName("main.plain");
  main->setLinkage(GlobalValue::InternalLinkage);
  choice->setName("main");
}

Expected<ObjectBytes> compileModule(Module &module, TargetMachine &machine, unsigned optLevel) {
  optimise(module, machine, optLevel);
  if (module.getFunction("cleave_task_call"))
    gatherGlobals(module);
  startWithChoice(module);
  ObjectBytes object;
  raw_svector_ostream out(object);
  legacy::PassManager passes;
  passes.add(new TargetLibraryInfoWrapperPass(module.getTargetTriple()));
  if (machine.addPassesToEmitFile(passes, out, nullptr, CodeGenFileType::ObjectFile))
    return createStringError("the target '" + module.getTargetTriple().str() + "' has no object file writer");
  passes.run(module);
  return object;
}

} // namespace cleave
