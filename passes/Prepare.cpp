// Prepare.cpp - link, internalise, simplify.
//
// The order is the design's: everything small disappears into its callers first (iterators, operator[], std::move), so
// that loops over containers become loops over pointers in SSA form; but functions that could become tasks must stay
// calls, because a call with facts is what can be moved. Whatever is kept whole here is free to be inlined again when
// the full -O pipeline runs over the pieces: a cut never costs an optimisation.
#include "passes/Prepare.h"
#include "passes/Dispatch.h"
#include "passes/Facts.h"
#include "passes/Nondeterminism.h"
#include "passes/Ownership.h"
#include "passes/PointerFreeCopies.h"
#include "passes/PreparePasses.h"
#include "llvm/ADT/SCCIterator.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/Analysis/CallGraph.h"
#include "llvm/Analysis/InlineCost.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/ReplaceConstant.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/IPO/FunctionAttrs.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/IPO/InferFunctionAttrs.h"
#include "llvm/Transforms/IPO/Inliner.h"
#include "llvm/Transforms/IPO/Internalize.h"
#include "llvm/Transforms/IPO/SCCP.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Utils/LCSSA.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"

using namespace llvm;

namespace cleave {

static constexpr const char *keptWhole = "cleave-kept-whole";

/// Who could call a function decides how it is inlined, and how long that takes: a function with one caller goes into it
/// whatever its size, if it is known to have no other. For a program as a whole that is nearly every function, and `main`
/// would become one body of a size that no pass is made for. So the linker room gives back what is noted here, and each
/// function is inlined as clang would have done it.
static void noteLinkage(Module &program) {
  for (Function &function : program)
    if (!function.isDeclaration() && !function.hasLocalLinkage())
      function.addFnAttr(originalLinkage, function.isDiscardableIfUnused() ? "inline" : "external");
}

/// The same holds for the inlining here, which is for analysis: a library's function of any size in the middle of a caller that
/// is cut comes out as other code than it would have, unrolled less for instance, for no gain. (The program's own functions
/// that are called once do go into their callers, where it is known which variables they change.)
static void exposeCalledOnce(Module &module) {
  for (Function &function : module)
    if (function.hasLocalLinkage() && function.getFnAttribute(originalLinkage).getValueAsString() == "inline")
      function.setLinkage(GlobalValue::ExternalLinkage);
}

Expected<std::unique_ptr<Module>> linkModules(std::vector<std::unique_ptr<Module>> modules) {
  std::unique_ptr<Module> program = std::move(modules.front());
  Linker linker(*program);
  for (size_t k = 1; k < modules.size(); ++k) {
    std::string name = modules[k]->getSourceFileName();
    if (linker.linkInModule(std::move(modules[k])))
      return createStringError("cannot link '" + name + "': a symbol in it is defined elsewhere too");
  }
  markVirtualCalls(*program);
  noteLinkage(*program);
  return program;
}

static bool hasCycle(const Function &function) {
  SmallVector<std::pair<const BasicBlock *, const BasicBlock *>, 4> edges;
  FindFunctionBackedges(function, edges);
  return !edges.empty();
}

bool HeavyFunctions::contains(const Function &function) {
  auto [it, isNew] = states.try_emplace(&function, State::Active);
  if (!isNew)
    return it->second != State::Light; // Active: recursion
  bool isHeavy = hasCycle(function);
  for (auto at = inst_begin(function); !isHeavy && at != inst_end(function); ++at)
    if (auto *call = dyn_cast<CallBase>(&*at))
      if (const Function *callee = call->getCalledFunction(); callee && !callee->isDeclaration())
        isHeavy = contains(*callee);
  states[&function] = isHeavy ? State::Heavy : State::Light;
  return isHeavy;
}

static void keepCandidatesWhole(Module &module) {
  HeavyFunctions heavy;
  for (Function &function : module) {
    if (function.isDeclaration() || function.hasFnAttribute(Attribute::AlwaysInline) ||
        function.hasFnAttribute(Attribute::NoInline) || function.getName() == "main")
      continue;
    auto facts = readFacts(function);
    if (!facts || facts->result.passing == Passing::Void || !heavy.contains(function))
      continue;
    function.addFnAttr(Attribute::NoInline);
    function.addFnAttr(keptWhole);
  }
}

void releaseFunctions(Module &module) {
  for (Function &function : module)
    if (function.hasFnAttribute(keptWhole)) {
      function.removeFnAttr(keptWhole);
      function.removeFnAttr(Attribute::NoInline);
    }
}

/// Constant expressions over a variable's address become instructions: a loop's task reaches the program's variables
/// through parameters, and only instructions can be given others.
static void addressVariablesByInstructions(Module &module) {
  SmallVector<Constant *, 16> variables;
  for (GlobalVariable &global : module.globals())
    if (!global.isConstant())
      variables.push_back(&global);
  convertUsersOfConstantsToInstructions(variables);
}

void settleVariableTypes(Module &module) {
  for (Function &function : module)
    for (Instruction &instruction : make_early_inc_range(instructions(function))) {
      auto *call = dyn_cast<IntrinsicInst>(&instruction);
      MDNode *type = call && call->getIntrinsicID() == Intrinsic::var_annotation ? call->getMetadata("cleave.type") : nullptr;
      if (!type)
        continue;
      if (auto *variable = dyn_cast<AllocaInst>(call->getArgOperand(0)))
        variable->setMetadata("cleave.type", type);
      call->eraseFromParent();
    }
}

void prepareModule(Module &module) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager managers;
  PassBuilder builder;
  builder.registerModuleAnalyses(managers);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, managers);

  markDefaultSources(module);
  markPointerFreeCopies(module);
  markVirtualCalls(module);

  ModulePassManager first;
  auto isMain = [](const GlobalValue &value) { return value.getName() == "main"; };
  first.addPass(InternalizePass(isMain));
  first.addPass(GlobalDCEPass());
  first.run(module, managers);
  markFixedSurroundings(module);
  // Beyond this point a call through a pointer is one whose targets are not known.
  makeDispatchers(module);

  first = ModulePassManager();
  first.addPass(InferFunctionAttrsPass()); // what LLVM knows of libm and libc
  FunctionPassManager promote;
  promote.addPass(SROAPass(SROAOptions::ModifyCFG));
  promote.addPass(EarlyCSEPass(true));
  promote.addPass(SimplifyCFGPass());
  first.addPass(createModuleToFunctionPassAdaptor(std::move(promote)));
  first.run(module, managers);

  keepCandidatesWhole(module);

  exposeCalledOnce(module);
  ModulePassManager second;
  second.addPass(ModuleInlinerWrapperPass(getInlineParams(225)));
  second.addPass(InternalizePass(isMain));
  second.addPass(InferNonNullArguments());
  // A loop's task knows what its function knows: that the radius is always three.
  second.addPass(IPSCCPPass(IPSCCPOptions(/*AllowFuncSpec=*/false)));
  FunctionPassManager simplify;
  simplify.addPass(SROAPass(SROAOptions::ModifyCFG));
  simplify.addPass(EarlyCSEPass(true));
  simplify.addPass(StraightenBranches());
  simplify.addPass(SimplifyCFGPass());
  // (Not InstCombine: it turns an index into an array member into plain address arithmetic, and whether that stays inside
  // of the object is lost.)
  simplify.addPass(SettleKnownValues());
  simplify.addPass(SimplifyCFGPass());
  second.addPass(createModuleToFunctionPassAdaptor(std::move(simplify)));
  second.addPass(createModuleToPostOrderCGSCCPassAdaptor(PostOrderFunctionAttrsPass()));
  second.addPass(createModuleToFunctionPassAdaptor(PromoteLentVariables()));
  second.addPass(OptimiseSharedGlobals());
  second.addPass(GlobalDCEPass());
  FunctionPassManager canonical;
  canonical.addPass(LoopSimplifyPass());
  canonical.addPass(LCSSAPass());
  second.addPass(createModuleToFunctionPassAdaptor(std::move(canonical)));
  second.run(module, managers);
  settleVariableTypes(module);
  addressVariablesByInstructions(module);
}

} // namespace cleave
