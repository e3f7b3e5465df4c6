// cleave++.cpp - the compiler, as a table of contents: one line a room, and what passes between them is in the headers
// included here. A stage that -cleave-emit or -cleave-print asks for is the last one that runs.
#include "frontend/Driver.h"
#include "frontend/Output.h"
#include "linker/Linker.h"
#include "passes/Pipeline.h"
#include "passes/Prepare.h"
#include "tools/RemarkPrinter.h"
#include "tools/RemarkRecord.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Timer.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace cleave;

/// The compiler's own folder in the build or in an installation: bin beside lib.
static std::string runtimeDirectory(const char *program) {
  static int anchor;
  SmallString<128> path(sys::path::parent_path(sys::fs::getMainExecutable(program, &anchor)));
  sys::path::append(path, "..", "lib", "cleave");
  sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  return path.str().str();
}

static Expected<std::unique_ptr<Module>> joinModules(CompiledProgram &program) {
  std::unique_ptr<Module> whole = std::move(program.modules.front());
  for (std::unique_ptr<Module> &module : drop_begin(program.modules))
    if (Linker::linkModules(*whole, std::move(module)))
      return createStringError("the program's files do not fit together; see above");
  return whole;
}

static Error writeText(const CompiledProgram &program, function_ref<void(raw_ostream &)> write) {
  return writeOutput(program.output.empty() ? "-" : program.output, write);
}

static Error printFacts(CompiledProgram &program) {
  Expected<std::unique_ptr<Module>> whole = joinModules(program);
  if (!whole)
    return whole.takeError();
  return writeText(program, [&](raw_ostream &out) { (*whole)->print(out, nullptr); });
}

static CutOptions cutOptions(const CommandLine &line) {
  CutOptions options;
  options.splitting = line.splitting;
  options.relaxedClocks = line.relaxedClocks;
  options.showTimes = line.showTimes;
  return options;
}

static Error printOneAnalysis(const CommandLine &line, CompiledProgram &program) {
  if (!is_contained(analysisNames(), line.analysis))
    return createStringError("unknown analysis '" + line.analysis + "'; there are " + join(analysisNames(), ", "));
  Expected<std::unique_ptr<Module>> whole = linkModules(std::move(program.modules));
  if (!whole)
    return whole.takeError();
  return printAnalysis(**whole, line.analysis, cutOptions(line), outs());
}

static LinkOptions linkOptions(const CommandLine &line, const CompiledProgram &program, const char *argv0) {
  LinkOptions options;
  options.optLevel = program.optimisationLevel;
  options.runtimeDirectory = runtimeDirectory(argv0);
  options.rootArguments = program.linkArguments;
  options.verbose = program.isVerbose;
  options.keepDebugInfo = program.keepDebugInfo;
  options.showTimes = line.showTimes;
  return options;
}

static Error makeBundle(const CommandLine &line, CompiledProgram &program, const char *argv0) {
  Expected<CutProgram> cut = cutProgram(std::move(program.modules), cutOptions(line), program.target.get());
  if (!cut)
    return cut.takeError();
  RemarkPrinter printer(errs(), diagnosticStyle(line), cut->partition);
  for (const Remark &remark : cut->remarks)
    if (remark.kind == Remark::Kind::Taken ? line.showTaken : line.showMissed)
      printer.print(remark);
  if (program.remarkRecord)
    if (Error error = writeRemarkRecord(*program.remarkRecord, cut->remarks))
      return error;
  if (!line.sarifPath.empty())
    if (Error error = writeSarif(line.sarifPath, cut->remarks))
      return error;
  if (line.product == Product::Cut)
    return writeText(program, [&](raw_ostream &out) { cut->module->print(out, nullptr); });
  if (line.product == Product::Partition)
    return writeText(program, [&](raw_ostream &out) { out << formatv("{0:2}\n", cut->partition); });

  Expected<LinkedProgram> linked =
      linkProgram(std::move(cut->module), std::move(cut->partition), *program.target, linkOptions(line, program, argv0));
  if (!linked)
    return linked.takeError();
  if (StringRef(program.output).ends_with(".cleave"))
    return writeBundle(program.output, *linked);
  return writeExecutable(program.output, *linked, runtimeDirectory(argv0) + "/cleave_embedded_node");
}

static Error produce(const CommandLine &line, CompiledProgram &program, const char *argv0) {
  switch (line.product) {
  case Product::Facts:
    return printFacts(program);
  case Product::Analysis:
    return printOneAnalysis(line, program);
  case Product::Cut:
  case Product::Partition:
  case Product::Bundle:
    return makeBundle(line, program, argv0);
  }
  llvm_unreachable("every product is made above");
}

int main(int argc, char **argv) {
  InitLLVM initialise(argc, argv);
  LLVMContext context;
  Expected<CommandLine> line = parseCommandLine(ArrayRef(argv, argc));
  if (!line) {
    printError(errs(), toString(line.takeError()), errs().has_colors());
    return 1;
  }
  if (line->wantsHelp) {
    printHelp(outs());
    return 0;
  }
  CompiledProgram program;
  {
    NamedRegionTimer timer("frontend", "frontend", "cleave", "Cleave's stages", line->showTimes);
    program = compileProgram(*line, LinkOptions::moduleMarker, context);
  }
  if (program.exitStatus)
    return *program.exitStatus;
  if (Error error = produce(*line, program, argv[0])) {
    printError(errs(), toString(std::move(error)), diagnosticStyle(*line).inColour);
    return 1;
  }
  return 0;
}
