// Pipeline.cpp - the middle end, stage by stage.
#include "passes/Pipeline.h"
#include "partitioner/CostModel.h"
#include "partitioner/Partition.h"
#include "passes/Cuts.h"
#include "passes/Dispatch.h"
#include "passes/GlobalInputs.h"
#include "passes/HoistLoads.h"
#include "passes/Nondeterminism.h"
#include "passes/PlainVersion.h"
#include "passes/Prepare.h"
#include "passes/WholeRun.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/CallGraph.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/Timer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cleave {

static Error verified(const Module &module, const char *stage) {
  std::string text;
  raw_string_ostream out(text);
  if (!verifyModule(module, &out))
    return Error::success();
  std::string where; // which functions: the verifier's own words do not say
  for (const Function &function : module)
    if (verifyFunction(function))
      where += " " + function.getName().str();
  return createStringError("internal error: broken module after %s, in%s: %s", stage, where.c_str(), text.c_str());
}

/// Generators that were built for cuts that the partitioner then refused.
static void dropUnused(Module &module) {
  for (Function &function : make_early_inc_range(module))
    if (function.hasLocalLinkage() && function.use_empty() && function.getName().contains(".generator"))
      function.eraseFromParent();
  for (GlobalVariable &global : make_early_inc_range(module.globals()))
    if (global.isDeclaration() && global.use_empty())
      global.eraseFromParent();
  for (Function &function : make_early_inc_range(module))
    if (function.isDeclaration() && function.use_empty() && function.getName().starts_with("cleave_"))
      function.eraseFromParent();
}

namespace {
/// What is known of a module that does not change any more. Later members refer to earlier ones.
struct Analyses {
  std::unique_ptr<CallGraph> graph;
  std::unique_ptr<Ownership> ownership;
  std::unique_ptr<Effects> effects;
  MapVector<const Function *, Candidate> candidates;
};
} // namespace

static Analyses analyseAsItIs(Module &module) {
  Analyses known;
  known.graph = std::make_unique<CallGraph>(module);
  known.ownership = std::make_unique<Ownership>(module, *known.graph);
  known.effects = std::make_unique<Effects>(module, *known.graph, *known.ownership);
  known.candidates = findCandidates(module, *known.effects);
  return known;
}

static Analyses analyse(Module &module) {
  Analyses known = analyseAsItIs(module);
  return passGlobals(module, known.candidates, *known.effects) ? analyseAsItIs(module) : std::move(known);
}

Expected<CutProgram> cutProgram(std::vector<std::unique_ptr<Module>> modules, const CutOptions &options,
                                TargetMachine *target) {
  auto linked = linkModules(std::move(modules));
  if (!linked)
    return linked.takeError();
  CutProgram program;
  std::unique_ptr<Module> prepared = std::move(*linked);
  Module &module = *prepared;
  Function *main = module.getFunction("main");
  if (!main || main->isDeclaration())
    return createStringError("no 'main' in the program; one of the source files or objects must define it");
  if (!options.splitting) {
    dropFacts(module);
    program.module = std::move(prepared);
    program.partition = emptyPartition();
    return program;
  }

  auto timed = [&](StringRef stage, auto &&work) {
    NamedRegionTimer timer(stage, stage, "cleave", "Cleave's stages", options.showTimes);
    return work();
  };
  if (options.relaxedClocks)
    relaxClocks(module);
  // What follows is done to one copy, for the sake of what is split; what is not runs as it was written.
  PlainVersion plain = timed("copy", [&] { return PlainVersion(module); });
  timed("prepare", [&] { prepareModule(module); });
  std::optional<RunDependence> dependence = findRunDependence(module);
  // Beyond this point functions are neither inlined nor simplified until the module is cut.
  Analyses known = timed("analyses", [&] { return analyse(module); });
  hoistInvariants(module, *known.effects);
  ProgramAbi abi(module);
  std::vector<CutSite> sites = timed("cuts", [&] { return findCuts(module, known.candidates, *known.effects, abi); });
  timed("partition", [&] {
    CostModel costs(target); // it keeps analyses of functions that cutting changes
    decide(sites, costs);
    program.partition = describePartition(sites, costs);
  });
  program.remarks = remarksOf(sites);
  if (none_of(sites, [](const CutSite &site) { return site.isTaken(); })) {
    program.module = plain.take();
    return program;
  }
  timed("cutting", [&] { makeCuts(module, sites, abi); });
  releaseFunctions(module);
  releaseDispatchers(module);
  dropUnused(module);
  program.module = timed("joining", [&] { return plain.join(module); });
  noteRunDependence(*program.module, dependence, program.partition);
  if (Error error = verified(*program.module, "cutting"))
    return std::move(error);
  return program;
}

std::vector<std::string> analysisNames() { return {"candidates", "cuts", "effects", "ownership", "prepared"}; }

static void printSteps(const std::vector<AffineStep> &steps, raw_ostream &out) {
  for (const AffineStep &step : steps) {
    if (!step.times) {
      out << " * " << step.factor << " + " << step.addend;
      continue;
    }
    out << " (";
    printSteps(step.parts, out);
    out << " ) times ";
    step.times->printAsOperand(out, /*PrintType=*/false);
  }
}

static void printRange(const RangeLoop &range, raw_ostream &out) {
  auto operand = [&](const Value *value) { value->printAsOperand(out, /*PrintType=*/false); };
  out << "range loop, trips ";
  operand(range.trips);
  out << "\n";
  for (const RangeInduction &induction : range.inductions) {
    out << "  induction ";
    operand(induction.phi);
    out << " step ";
    operand(induction.step);
    out << "\n";
  }
  for (const RangeRecurrence &recurrence : range.recurrences) {
    out << "  recurrence ";
    operand(recurrence.phi);
    out << " modulo " << (recurrence.modulus ? std::to_string(recurrence.modulus) : "2^64") << " by";
    printSteps(recurrence.steps, out);
    out << "\n";
  }
  for (const RangeReduction &reduction : range.reductions) {
    out << "  reduction ";
    operand(reduction.phi);
    out << " by";
    if (reduction.isDigest())
      printSteps(reduction.factors, out);
    else
      out << " " << reduction.combiner->getOpcodeName() << ", companions " << reduction.companions.size();
    out << "\n";
  }
  for (auto [number, block] : enumerate(range.memory.blocks)) {
    out << "  block " << number << " ";
    operand(block.base);
    if (block.bytes)
      out << " of " << block.bytes << " bytes";
    if (block.gathers) {
      out << " gathers elements of " << block.elementBytes << " bytes";
    } else if (block.isScattered) {
      out << " scattered to";
    } else if (block.isWritten) {
      out << " written from ";
      operand(block.low);
      out << " by ";
      operand(block.lowStep);
      out << " to ";
      operand(block.high);
      out << " by ";
      operand(block.highStep);
    }
    if (block.isPivot) {
      out << " read from ";
      operand(block.low);
      out << " to ";
      operand(block.high);
    }
    out << "\n";
  }
  for (auto [one, other] : range.memory.distinct)
    out << "  blocks " << one << " and " << other << " must differ\n";
  for (const Value *pointer : range.memory.borrowed) {
    out << "  borrowed ";
    operand(pointer);
    out << "\n";
  }
  if (range.memory.onlyHere)
    out << "  only here: " << range.memory.onlyHere->message << "\n";
  for (const AllocaInst *local : range.memory.locals) {
    out << "  local ";
    operand(local);
    out << "\n";
  }
}

Error printAnalysis(Module &module, const std::string &analysis, const CutOptions &options, raw_ostream &out) {
  if (options.relaxedClocks)
    relaxClocks(module);
  // What comes from the frontend is prepared as for cutting; a test's own IR is analysed as it is written.
  if (module.getNamedMetadata("cleave.source"))
    prepareModule(module);
  if (analysis == "prepared") {
    module.print(out, nullptr);
    return Error::success();
  }
  Analyses known = analyse(module);
  if (analysis == "ownership") {
    known.ownership->print(out);
    return Error::success();
  }
  if (analysis == "effects") {
    known.effects->print(out);
    return Error::success();
  }
  if (module.getNamedMetadata("cleave.source"))
    hoistInvariants(module, *known.effects);
  if (analysis == "candidates") {
    for (auto &[function, candidate] : known.candidates) {
      out << candidate.facts.name << ": ";
      if (!candidate.refusal) {
        out << "can be a task" << (candidate.mayThrow ? ", may throw" : "") << "\n";
        continue;
      }
      out << candidate.refusal.message << " [" << candidate.refusal.reason << "]\n";
      for (const RemarkNote &note : candidate.refusal.notes)
        out << "  " << note.text << "\n";
    }
    return Error::success();
  }
  if (analysis == "cuts") {
    ProgramAbi abi(module);
    for (const CutSite &site : findCuts(module, known.candidates, *known.effects, abi)) {
      out << site.where->getFunction()->getName() << ": ";
      if (site.callee)
        out << site.callee->facts.shortName() << ": ";
      else
        out << "loop at line " << (site.where->getDebugLoc() ? site.where->getDebugLoc().getLine() : 0) << ": ";
      if (site.range) {
        printRange(*site.range, out);
      } else if (site.loop) {
        out << "staged loop, shared parameters:";
        for (unsigned k = 0; k < 32; ++k)
          if (site.loop->sharedMask & (1u << k))
            out << " " << site.callee->facts.parameters[k].name;
        out << "\n";
        site.loop->generator->print(out);
      } else if (site.future) {
        out << "future, joins: " << site.future->joins.size() << "\n";
      } else {
        out << site.refusal.message << " [" << site.refusal.reason << "]\n";
      }
    }
    return Error::success();
  }
  std::string names;
  for (const std::string &name : analysisNames())
    names += (names.empty() ? "" : ", ") + name;
  return createStringError("unknown analysis '" + analysis + "'; there are: " + names);
}

} // namespace cleave
