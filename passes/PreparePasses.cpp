// PreparePasses.cpp - see PreparePasses.h.
#include "passes/PreparePasses.h"
#include "passes/Candidates.h"
#include "llvm/ADT/DepthFirstIterator.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LazyValueInfo.h"
#include "llvm/Analysis/SimplifyQuery.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/Transforms/IPO/GlobalOpt.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"

using namespace llvm;

namespace cleave {

static PreservedAnalyses withBlocksAsTheyWere(bool changed) {
  if (!changed)
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

PreservedAnalyses StraightenBranches::run(Function &function, FunctionAnalysisManager &) {
  bool changed = false;
  for (BasicBlock &block : function) {
    auto *branch = dyn_cast<BranchInst>(block.getTerminator());
    if (!branch || !branch->isConditional())
      continue;
    Value *positive;
    while (match(branch->getCondition(), PatternMatch::m_Not(PatternMatch::m_Value(positive)))) {
      auto *negation = dyn_cast<Instruction>(branch->getCondition());
      branch->setCondition(positive);
      branch->swapSuccessors();
      if (negation && negation->use_empty())
        negation->eraseFromParent();
      changed = true;
    }
  }
  return withBlocksAsTheyWere(changed);
}

/// The value that `instruction` has wherever it is, or null.
static Value *knownValue(Instruction &instruction, LazyValueInfo &values) {
  if (auto *comparison = dyn_cast<ICmpInst>(&instruction)) {
    auto *bound = dyn_cast<Constant>(comparison->getOperand(1));
    return bound ? values.getPredicateAt(comparison->getPredicate(), comparison->getOperand(0), bound, comparison,
                                         /*UseBlockValue=*/true)
                 : nullptr;
  }
  auto *choice = dyn_cast<SelectInst>(&instruction);
  auto *known = choice ? dyn_cast_or_null<ConstantInt>(values.getConstant(choice->getCondition(), choice)) : nullptr;
  return !known ? nullptr : known->isOne() ? choice->getTrueValue() : choice->getFalseValue();
}

PreservedAnalyses SettleKnownValues::run(Function &function, FunctionAnalysisManager &managers) {
  LazyValueInfo &values = managers.getResult<LazyValueAnalysis>(function);
  bool changed = false;
  for (BasicBlock *block : depth_first(&function.getEntryBlock()))
    for (Instruction &instruction : make_early_inc_range(*block)) {
      if (auto *phi = dyn_cast<PHINode>(&instruction)) {
        for (Use &incoming : phi->incoming_values())
          if (!isa<Constant>(incoming.get()))
            if (Constant *known = values.getConstantOnEdge(incoming.get(), phi->getIncomingBlock(incoming), block, phi)) {
              incoming.set(known);
              changed = true;
            }
      } else if (!instruction.getType()->isVectorTy()) {
        if (Value *known = knownValue(instruction, values)) {
          instruction.replaceAllUsesWith(known);
          instruction.eraseFromParent();
          changed = true;
        }
      }
    }
  return withBlocksAsTheyWere(changed);
}

static bool isNeverNull(const Argument &argument) {
  const Function &function = *argument.getParent();
  SimplifyQuery query(function.getDataLayout());
  return all_of(function.uses(), [&](const Use &use) {
    auto *call = dyn_cast<CallBase>(use.getUser());
    if (!call || !call->isCallee(&use) || argument.getArgNo() >= call->arg_size())
      return false;
    const Value *given = call->getArgOperand(argument.getArgNo());
    return given == &argument || isKnownNonZero(given, query.getWithInstruction(call));
  });
}

PreservedAnalyses InferNonNullArguments::run(Module &module, ModuleAnalysisManager &) {
  bool changed = false;
  // What a function passes on may be known only when its own arguments are.
  for (int round = 0; round < 3; ++round)
    for (Function &function : module)
      if (function.hasLocalLinkage() && !function.isDeclaration() && !function.use_empty())
        for (Argument &argument : function.args())
          if (argument.getType()->isPointerTy() && !argument.hasNonNullAttr() && isNeverNull(argument)) {
            argument.addAttr(Attribute::NonNull);
            changed = true;
          }
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

/// The arguments by which `variable` is lent, if nothing else happens to it but being read and written as a whole.
static std::optional<SmallVector<Use *, 4>> loansOf(AllocaInst &variable) {
  SmallVector<Use *, 4> loans;
  for (Use &use : variable.uses()) {
    User *user = use.getUser();
    if (auto *load = dyn_cast<LoadInst>(user)) {
      if (load->isVolatile() || load->getType() != variable.getAllocatedType())
        return std::nullopt;
    } else if (auto *store = dyn_cast<StoreInst>(user)) {
      if (store->isVolatile() || store->getValueOperand() == &variable ||
          store->getValueOperand()->getType() != variable.getAllocatedType())
        return std::nullopt;
    } else {
      auto *call = dyn_cast<CallBase>(user);
      if (call && call->isLifetimeStartOrEnd())
        continue;
      if (!call || isa<IntrinsicInst>(call) || !call->isArgOperand(&use))
        return std::nullopt;
      unsigned number = call->getArgOperandNo(&use);
      if (call->isPassPointeeByValueArgument(number) || !call->doesNotCapture(number) || !call->onlyReadsMemory(number))
        return std::nullopt;
      loans.push_back(&use);
    }
  }
  return loans;
}

PreservedAnalyses PromoteLentVariables::run(Function &function, FunctionAnalysisManager &managers) {
  SmallVector<AllocaInst *, 8> promoted;
  for (Instruction &instruction : make_early_inc_range(function.getEntryBlock())) {
    auto *variable = dyn_cast<AllocaInst>(&instruction);
    if (!variable || !variable->isStaticAlloca() || !variable->getAllocatedType()->isSingleValueType())
      continue;
    auto loans = loansOf(*variable);
    if (!loans || loans->empty())
      continue;
    for (Use *loan : *loans) {
      auto *copy = new AllocaInst(variable->getAllocatedType(), variable->getAddressSpace(), nullptr, variable->getAlign(),
                                  variable->getName() + ".lent", variable->getIterator());
      IRBuilder<> builder(cast<Instruction>(loan->getUser()));
      builder.CreateAlignedStore(builder.CreateAlignedLoad(copy->getAllocatedType(), variable, variable->getAlign()), copy,
                                 copy->getAlign());
      loan->set(copy);
    }
    promoted.push_back(variable);
  }
  if (!promoted.empty())
    PromoteMemToReg(promoted, managers.getResult<DominatorTreeAnalysis>(function));
  return withBlocksAsTheyWere(!promoted.empty());
}

static PreservedAnalyses optimiseOnce(Module &module, ModuleAnalysisManager &managers) {
  SmallVector<GlobalValue *, 8> used;
  collectUsedGlobalVariables(module, used, /*CompilerUsed=*/false);
  collectUsedGlobalVariables(module, used, /*CompilerUsed=*/true);
  SmallPtrSet<Constant *, 32> known(used.begin(), used.end()), kept;
  SmallVector<GlobalValue *, 32> written;
  for (GlobalVariable &global : module.globals())
    if (global.hasLocalLinkage() && !global.isConstant() && !known.contains(&global) && !isNeverWritten(global)) {
      written.push_back(&global);
      kept.insert(&global);
    }
  appendToCompilerUsed(module, written);
  PreservedAnalyses preserved = GlobalOptPass().run(module, managers);
  removeFromUsedLists(module, [&](Constant *global) { return kept.contains(global); });
  return preserved;
}

PreservedAnalyses OptimiseSharedGlobals::run(Module &module, ModuleAnalysisManager &managers) {
  PreservedAnalyses preserved = PreservedAnalyses::all();
  // Initializers that were computed in the first round were the only writes of some variables.
  for (int round = 0; round < 2; ++round)
    preserved.intersect(optimiseOnce(module, managers));
  return preserved;
}

} // namespace cleave
