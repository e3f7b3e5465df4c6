// CostModel.cpp - static cost of functions.
//
// Instructions are charged the target's reciprocal throughput at a nominal 3 GHz; loops multiply. Trip counts that
// scalar evolution knows are used; the others depend on the inputs, so one round of such loops is charged to
// `perElementNs` and the run time multiplies with the size of the inputs. Nested loops of unknown length multiply in
// reality and not here: the estimate is a lower bound, which is the safe side, because a call that looks cheap is
// probed and measured, while one that looks expensive is sent out at once.
#include "partitioner/CostModel.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace cleave {

static constexpr double nsPerCycle = 1.0 / 3.0;
/// A bodiless function: libm, memcpy, the allocator.
static constexpr double externalCallNs = 20;
/// A loop that may be left early counts as if it were not, if that is no more than so many rounds.
static constexpr unsigned mostOfFew = 16;
/// Of a memcpy or memset whose length is known.
static constexpr double bytesPerNs = 16;

struct CostModel::Analyses {
  DominatorTree dominators;
  LoopInfo loops;
  AssumptionCache assumptions;
  TargetLibraryInfoImpl libraryImpl;
  TargetLibraryInfo library;
  ScalarEvolution evolution;
  TargetTransformInfo machine;

  Analyses(Function &function, TargetMachine *target)
      : dominators(function), loops(dominators), assumptions(function),
        libraryImpl(Triple(function.getParent()->getTargetTriple())), library(libraryImpl),
        evolution(function, library, assumptions, dominators, loops),
        machine(target ? target->getTargetTransformInfo(function) : TargetTransformInfo(function.getDataLayout())) {}
};

CostModel::CostModel(TargetMachine *target) : target(target) {}
CostModel::~CostModel() = default;

CostModel::Analyses &CostModel::analysesOf(Function &function) {
  std::unique_ptr<Analyses> &known = analyses[&function];
  if (!known)
    known = std::make_unique<Analyses>(function, target);
  return *known;
}

FunctionCost CostModel::blockCosts(Function &function, ArrayRef<BasicBlock *> blocks, const BasicBlock *iterationOf) {
  FunctionCost total;
  Analyses &known = analysesOf(function);
  for (BasicBlock *block : blocks) {
    double times = 1;
    bool isVariable = false;
    for (Loop *loop = known.loops.getLoopFor(block); loop && loop->getHeader() != iterationOf; loop = loop->getParentLoop()) {
      unsigned trips = known.evolution.getSmallConstantTripCount(loop), most = known.evolution.getSmallConstantMaxTripCount(loop);
      if (!trips && most <= mostOfFew)
        trips = most; // (or 0: nobody knows)
      if (trips)
        times *= trips;
      else
        isVariable = true;
    }
    double ns = 0;
    for (Instruction &instruction : *block) {
      if (auto *call = dyn_cast<CallBase>(&instruction)) {
        const Function *callee = call->getCalledFunction();
        if (callee && !callee->isDeclaration()) {
          FunctionCost inner = cost(*callee);
          ns += inner.baseNs;
          total.perElementNs += inner.perElementNs;
          total.isOpen |= inner.isOpen;
          continue;
        }
        if (!callee || !callee->isIntrinsic()) {
          ns += externalCallNs;
          continue;
        }
      }
      if (auto *memory = dyn_cast<MemIntrinsic>(&instruction))
        if (auto *length = dyn_cast<ConstantInt>(memory->getLength()))
          ns += static_cast<double>(length->getLimitedValue()) / bytesPerNs;
      InstructionCost one = known.machine.getInstructionCost(&instruction, TargetTransformInfo::TCK_RecipThroughput);
      if (one.isValid())
        ns += static_cast<double>(one.getValue()) * nsPerCycle;
    }
    (isVariable ? total.perElementNs : total.baseNs) += ns * times;
  }
  return total;
}

const FunctionCost &CostModel::cost(const Function &constFunction) {
  auto [it, isNew] = costs.try_emplace(&constFunction);
  if (!isNew)
    return it->second;
  FunctionCost open;
  open.isOpen = true; // what a recursive call sees meanwhile
  costs[&constFunction] = open;
  Function &function = const_cast<Function &>(constFunction);
  SmallVector<BasicBlock *, 32> blocks;
  for (BasicBlock &block : function)
    blocks.push_back(&block);
  FunctionCost total = blockCosts(function, blocks, nullptr);
  return costs[&constFunction] = total;
}

FunctionCost CostModel::iterationCost(ArrayRef<BasicBlock *> blocks) {
  return blockCosts(*blocks.front()->getParent(), blocks, blocks.front());
}

std::optional<unsigned> CostModel::mostIterations(ArrayRef<BasicBlock *> blocks) {
  Analyses &known = analysesOf(*blocks.front()->getParent());
  const Loop *loop = known.loops.getLoopFor(blocks.front());
  unsigned most = loop ? known.evolution.getSmallConstantMaxTripCount(loop) : 0;
  return most ? std::optional(most) : std::nullopt;
}

bool CostModel::onlyCopies(ArrayRef<BasicBlock *> blocks) {
  Analyses &known = analysesOf(*blocks.front()->getParent());
  const Loop *loop = known.loops.getLoopFor(blocks.front());
  if (!loop || !loop->isInnermost())
    return false;
  auto isInARow = [&](Value *pointer) {
    auto *moving = dyn_cast<SCEVAddRecExpr>(known.evolution.getSCEV(pointer));
    return moving && moving->getLoop() == loop && moving->isAffine();
  };
  bool copies = false;
  for (BasicBlock *block : blocks)
    for (Instruction &instruction : *block) {
      copies |= isa<LoadInst>(instruction) || isa<MemTransferInst>(instruction);
      if (auto *load = dyn_cast<LoadInst>(&instruction)) {
        if (!isInARow(load->getPointerOperand()))
          return false;
      } else if (auto *store = dyn_cast<StoreInst>(&instruction)) {
        if (!isInARow(store->getPointerOperand()) || !isa<LoadInst>(store->getValueOperand()))
          return false;
      } else if (auto *transfer = dyn_cast<MemTransferInst>(&instruction)) {
        if (!isInARow(transfer->getDest()) || !isInARow(transfer->getSource()))
          return false;
      } else if (instruction.mayReadOrWriteMemory()) {
        return false;
      } else if (!known.evolution.isSCEVable(instruction.getType()) || !isInARow(&instruction)) {
        // What counts and compares; anything that computes from what was loaded is work.
        bool usesLoaded = any_of(instruction.operands(), [](const Use &use) { return isa<LoadInst>(use.get()); });
        if (usesLoaded || isa<CallBase>(instruction) || instruction.mayThrow())
          return false;
      }
    }
  return copies;
}

} // namespace cleave
