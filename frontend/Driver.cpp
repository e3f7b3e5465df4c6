// Driver.cpp - clang's own driver plans the work, and this process does it.
//
// clang++ is two programs in one: a driver that turns a command line into a list of commands ("clang -cc1 ...",
// "ld ..."), and the compiler that the first kind runs. We keep the driver whole, so options, include paths, crt files
// and libraries are those that the user knows from clang, and carry out its commands ourselves:
//
//   clang -cc1 ... -o x.o        -> compileInput (Compile.h): a module in memory
//   ld ... x.o -lm ... -o app    -> its arguments become the root program's link line (Inputs.h)
//   anything else                -> refused: there is no shelling out to an assembler
//
// Arguments are added around the user's, marked so that clang does not warn of their being unused: -static, because a
// bundle's binaries depend on nothing; -fno-lto and -fuse-ld=lld, because the link line is for our linker. Objects of
// a compile-and-link command never reach the disk: the temporary files that the driver reserves are removed at once.
#include "frontend/Driver.h"
#include "frontend/Compile.h"
#include "frontend/Inputs.h"
#include "frontend/Output.h"
#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Driver/Compilation.h"
#include "clang/Driver/Driver.h"
#include "clang/Driver/Tool.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
namespace clangdriver = clang::driver;
namespace options = clang::options;

namespace cleave {

static constexpr const char *levelFlag = "cleave.optimise";
using NamedModule = std::pair<std::string, std::unique_ptr<Module>>;

namespace {
class Session {
public:
  Session(const CommandLine &line, const char *linkMarker, LLVMContext &context);
  CompiledProgram run();

private:
  bool isSupported();
  bool compile(const clangdriver::Command &job, CompiledProgram &program);
  bool emitObject(CompiledInput &unit);
  bool link(const clangdriver::Command *job, CompiledProgram &program);
  bool makeTarget(CompiledProgram &program);
  bool refuse(const Twine &message);
  bool check(Error error);
  bool hasMain(const CompiledProgram &program) const;
  std::optional<RemarkRecordFile> remarkRecord(StringRef output) const;

  const CommandLine &line;
  const char *linkMarker;
  LLVMContext &context;
  std::vector<const char *> arguments;
  std::unique_ptr<clang::DiagnosticOptions> diagnosticOptions;
  std::unique_ptr<clang::DiagnosticsEngine> diagnostics;
  std::unique_ptr<clangdriver::Driver> clangDriver;
  std::unique_ptr<clangdriver::Compilation> compilation;
  std::vector<NamedModule> compiled;
  std::optional<TargetDescription> target;
  bool isLinking = false;
};
} // namespace

static std::vector<const char *> surroundArguments(ArrayRef<const char *> users) {
  std::vector<const char *> all{users.front(), "--driver-mode=g++", "--start-no-unused-arguments", "-static",
                                "--end-no-unused-arguments"};
  all.insert(all.end(), users.begin() + 1, users.end());
  all.insert(all.end(), {"--start-no-unused-arguments", "-fno-lto", "-fuse-ld=lld", "--end-no-unused-arguments"});
  return all;
}

Session::Session(const CommandLine &line, const char *linkMarker, LLVMContext &context)
    : line(line), linkMarker(linkMarker), context(context), arguments(surroundArguments(line.clangArguments)),
      diagnosticOptions(clang::CreateAndPopulateDiagOpts(arguments)) {
  auto *printer = new clang::TextDiagnosticPrinter(errs(), *diagnosticOptions);
  printer->setPrefix("cleave++");
  diagnostics = std::make_unique<clang::DiagnosticsEngine>(clang::DiagnosticIDs::create(), *diagnosticOptions, printer);
  clang::ProcessWarningOptions(*diagnostics, *diagnosticOptions, *vfs::getRealFileSystem(), /*ReportDiags=*/false);
  // The compiler's headers are found beside the executable that this names; it is never run.
  clangDriver = std::make_unique<clangdriver::Driver>(CLEAVE_CLANG_PATH, sys::getDefaultTargetTriple(), *diagnostics);
}

bool Session::refuse(const Twine &message) {
  diagnostics->Report(diagnostics->getCustomDiagID(clang::DiagnosticsEngine::Error, "%0")) << message.str();
  return false;
}

bool Session::check(Error error) { return error ? refuse(toString(std::move(error))) : true; }

/// What clang would do and a bundle cannot be.
bool Session::isSupported() {
  const opt::DerivedArgList &parsed = compilation->getArgs();
  if (parsed.hasArg(options::OPT_shared))
    return refuse("'-shared' is not supported; a bundle is a whole program, so compile with -c or link an archive");
  if (parsed.hasArg(options::OPT_r))
    return refuse("'-r' is not supported; a bundle is a whole program, so use an archive");
  if (clangDriver->isSaveTempsEnabled())
    return refuse("'-save-temps' is not supported; '-cleave-emit' shows what the stages make");
  for (const opt::Arg *argument : parsed.filtered(options::OPT_fsanitize_EQ))
    for (StringRef name : argument->getValues())
      if (is_contained({"address", "thread", "memory", "hwaddress", "leak"}, name))
        return refuse("'-fsanitize=" + name + "' is not supported; its runtime cannot be linked into a static program");
  return true;
}

CompiledProgram Session::run() {
  CompiledProgram program;
  program.exitStatus = 1;
  if (is_contained(ArrayRef(line.clangArguments).drop_front(), StringRef("--version")))
    outs() << "cleave++ " CLEAVE_VERSION ", on\n"; // and clang's own lines follow
  compilation.reset(clangDriver->BuildCompilation(arguments));
  compilation->CleanupFileList(compilation->getTempFiles());
  if (compilation->containsError() || diagnostics->hasErrorOccurred() || !isSupported())
    return program;
  const opt::DerivedArgList &parsed = compilation->getArgs();
  const clangdriver::JobList &jobs = compilation->getJobs();
  if (parsed.hasArg(options::OPT__HASH_HASH_HASH)) {
    jobs.Print(errs(), "\n", /*Quote=*/true);
    program.exitStatus = 0;
    return program;
  }
  program.isVerbose = parsed.hasArg(options::OPT_v);
  const opt::Arg *debug = parsed.getLastArg(options::OPT_g_Group);
  program.keepDebugInfo = debug && !debug->getOption().matches(options::OPT_g0);
  if (const opt::Arg *output = parsed.getLastArg(options::OPT_o))
    program.output = output->getValue();
  else if (line.product == Product::Bundle)
    program.output = "a.out";

  program.remarkRecord = remarkRecord(program.output);

  const clangdriver::Command *linkJob = nullptr;
  for (const clangdriver::Command &job : jobs)
    if (job.getCreator().isLinkJob())
      linkJob = &job;
  isLinking = linkJob != nullptr;
  // Whoever has to wait for a compilation should not learn at its end that the result has no place.
  if ((linkJob || line.product != Product::Bundle) && !program.output.empty() && !check(checkOutput(program.output)))
    return program;
  if (linkJob && program.remarkRecord && !check(checkOutput(program.remarkRecord->path)))
    return program;
  if (linkJob && !line.sarifPath.empty() && !check(checkOutput(line.sarifPath)))
    return program;
  bool isGood = true;
  for (const clangdriver::Command &job : jobs)
    if (&job != linkJob)
      isGood &= compile(job, program);
  if (!isGood)
    return program;
  if (!linkJob && (line.product == Product::Bundle || compiled.empty())) {
    program.exitStatus = 0;
    return program;
  }
  if (link(linkJob, program) && makeTarget(program))
    program.exitStatus.reset();
  return program;
}

/// As clang reads these options; the passes that speak in the file are ours alone.
std::optional<RemarkRecordFile> Session::remarkRecord(StringRef output) const {
  const opt::DerivedArgList &parsed = compilation->getArgs();
  const opt::Arg *named = parsed.getLastArg(options::OPT_foptimization_record_file_EQ);
  const opt::Arg *passes = parsed.getLastArg(options::OPT_foptimization_record_passes_EQ);
  bool isImplied = named || passes || parsed.hasArg(options::OPT_fsave_optimization_record_EQ);
  if (!parsed.hasFlag(options::OPT_fsave_optimization_record, options::OPT_fno_save_optimization_record, isImplied))
    return std::nullopt;
  RemarkRecordFile file;
  file.format = parsed.getLastArgValue(options::OPT_fsave_optimization_record_EQ, "yaml").str();
  file.path = named ? named->getValue() : (output + ".opt." + file.format).str();
  file.passes = passes ? passes->getValue() : "";
  return file;
}

bool Session::compile(const clangdriver::Command &job, CompiledProgram &program) {
  if (program.isVerbose)
    job.Print(errs(), "\n", /*Quote=*/true);
  const opt::ArgStringList &list = job.getArguments();
  if (list.empty() || StringRef(list.front()) != "-cc1") {
    StringRef input = job.getInputInfos().empty() || !job.getInputInfos().front().isFilename()
                          ? "input"
                          : job.getInputInfos().front().getFilename();
    return refuse("'" + input +
                  "' needs an assembler, which cleave++ has not; assemble it with another compiler and "
                  "give the object");
  }
  CompiledInput unit = compileInput(ArrayRef(list).drop_front(), CLEAVE_CLANG_PATH, *diagnostics, context);
  if (!unit.succeeded || !unit.module)
    return unit.succeeded;
  if (!target)
    target = unit.target;
  Metadata *level = ConstantAsMetadata::get(ConstantInt::get(Type::getInt32Ty(context), unit.optimisationLevel));
  unit.module->setModuleFlag(Module::Max, levelFlag, level);
  if (isLinking || line.product != Product::Bundle) {
    compiled.emplace_back(unit.output, std::move(unit.module));
    return true;
  }
  return emitObject(unit);
}

bool Session::emitObject(CompiledInput &unit) {
  return check(writeOutput(unit.output, [&](raw_ostream &out) {
    if (unit.asText)
      unit.module->print(out, nullptr);
    else
      WriteBitcodeToFile(*unit.module, out);
  }));
}

bool Session::link(const clangdriver::Command *job, CompiledProgram &program) {
  std::vector<std::string> lineForLinker;
  if (job)
    lineForLinker.assign(job->getArguments().begin(), job->getArguments().end());
  else
    for (const NamedModule &unit : compiled)
      lineForLinker.push_back(unit.first);
  Expected<LinkInputs> sorted = sortLinkLine(lineForLinker, std::move(compiled), linkMarker, context);
  if (!sorted)
    return check(sorted.takeError());
  program.modules = std::move(sorted->modules);
  program.linkArguments = std::move(sorted->arguments);
  for (const std::unique_ptr<Module> &module : program.modules)
    if (auto *flag = mdconst::extract_or_null<ConstantInt>(module->getModuleFlag(levelFlag)))
      program.optimisationLevel = std::max<unsigned>(program.optimisationLevel, flag->getZExtValue());
  bool needsMain = line.product != Product::Facts && line.product != Product::Analysis;
  if (program.modules.empty() || (needsMain && !hasMain(program)))
    return refuse("no 'main' in the program; one of the files or archives that cleave++ compiled must define it");
  return true;
}

bool Session::hasMain(const CompiledProgram &program) const {
  return any_of(program.modules, [](const std::unique_ptr<Module> &module) {
    const Function *main = module->getFunction("main");
    return main && !main->isDeclaration();
  });
}

/// From the compilation if there was one; a link of objects only asks its functions, which carry it as attributes.
bool Session::makeTarget(CompiledProgram &program) {
  if (!target) {
    target.emplace();
    target->triple = program.modules.front()->getTargetTriple().str();
    for (const Function &function : *program.modules.front())
      if (function.hasFnAttribute("target-cpu")) {
        target->cpu = function.getFnAttribute("target-cpu").getValueAsString().str();
        target->features = function.getFnAttribute("target-features").getValueAsString().str();
        break;
      }
  }
  std::string message;
  Triple triple(target->triple);
  const Target *backend = TargetRegistry::lookupTarget(triple, message);
  if (!backend)
    return refuse(message);
  TargetOptions targetOptions;
  targetOptions.MCOptions.ABIName = target->abi;
  program.target.reset(backend->createTargetMachine(triple, target->cpu, target->features, targetOptions,
                                                    target->isPositionIndependent ? Reloc::PIC_ : Reloc::Static,
                                                    std::nullopt));
  return program.target || refuse("no code generator for '" + target->triple + "'");
}

CompiledProgram compileProgram(const CommandLine &line, const char *linkMarker, LLVMContext &context) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  InitializeNativeTargetAsmParser();
  return Session(line, linkMarker, context).run();
}

DiagnosticStyle diagnosticStyle(const CommandLine &line) {
  std::unique_ptr<clang::DiagnosticOptions> options = clang::CreateAndPopulateDiagOpts(line.clangArguments);
  return {options->ShowColors != 0, options->ShowCarets != 0, options->ShowLineNumbers != 0, options->TabStop};
}

} // namespace cleave
