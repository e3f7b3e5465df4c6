// LinkProgram.cpp - the linker room from end to end.
//
//   extract tasks -> internalise the root -> | compile all pieces, in parallel | -> link tasks, verify -> link root
//
// Pieces are compiled at the same time, each in a context of its own (that is why a task is handed over as bitcode).
// Links come after the last compilation, one by one: lld works on global state, and resets LLVM's command line
// options, which a thread that still compiles would be reading.
#include "linker/Extract.h"
#include "linker/Instructions.h"
#include "linker/Linker.h"
#include "linker/Lld.h"
#include "linker/Optimise.h"
#include "linker/RootLink.h"
#include "linker/TaskLink.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/Timer.h"
#include "llvm/Target/TargetMachine.h"
#include <set>

using namespace llvm;

namespace cleave {

namespace {
/// A piece's object file, or why there is none. Written by one thread.
struct Piece {
  ObjectBytes object;
  std::string failure;
  void take(Expected<ObjectBytes> compiled) {
    if (compiled)
      object = std::move(*compiled);
    else
      failure = toString(compiled.takeError());
  }
};
} // namespace

static Expected<ObjectBytes> compileTask(const TaskUnit &unit, const TargetMachine &target, unsigned optLevel) {
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module =
      parseBitcodeFile(MemoryBufferRef(StringRef(unit.bitcode.data(), unit.bitcode.size()), "task"), context);
  if (!module)
    return module.takeError();
  return compileModule(**module, *createStaticMachine(target, optLevel), optLevel);
}

// The root's piece comes last.
static Expected<std::vector<Piece>> compileAll(Module &root, ArrayRef<TaskUnit> units, const TargetMachine &target,
                                               unsigned optLevel) {
  std::vector<Piece> pieces(units.size() + 1);
  DefaultThreadPool pool;
  for (size_t i = 0; i < units.size(); ++i)
    pool.async([&, i] { pieces[i].take(compileTask(units[i], target, optLevel)); });
  pieces.back().take(compileModule(root, *createStaticMachine(target, optLevel), optLevel));
  pool.wait();
  for (const Piece &piece : pieces)
    if (!piece.failure.empty())
      return createStringError(piece.failure);
  return pieces;
}

// What a task may not reach should never have been put into one.
static Error explain(const TaskUnit &unit, Error error) {
  std::string where = "task '" + unit.name + "' (" + unit.file + ":" + std::to_string(unit.line) + ")";
  std::string hint = "; this is a mistake in cleave's inference, please report it (-fno-cleave builds without tasks)";
  std::vector<std::string> undefined;
  std::string words;
  handleAllErrors(
      std::move(error),
      [&](const LinkFailure &failure) {
        undefined = failure.undefinedSymbols();
        words = failure.message();
      },
      [&](const ErrorInfoBase &other) { words = other.message(); });
  if (undefined.empty())
    return createStringError(where + " cannot be a task: " + words + hint);
  return createStringError(where + " reaches '" + join(undefined, "', '") + "', which no task may have" + hint);
}

static Error linkTasks(std::vector<TaskUnit> units, ArrayRef<Piece> pieces, const LinkOptions &options,
                       LinkedProgram &program, std::set<std::string> &features) {
  Expected<std::unique_ptr<InstructionCheck>> instructions = InstructionCheck::create();
  if (!instructions)
    return instructions.takeError();
  for (auto [unit, piece] : zip_equal(units, pieces)) {
    Expected<TaskImage> image = linkTask(piece.object, **instructions, options.runtimeDirectory, options.verbose);
    if (!image)
      return explain(unit, image.takeError());
    features.insert(image->features.begin(), image->features.end());
    program.tasks.push_back({unit.name, unit.file, unit.line, std::move(image->elf), std::move(unit.signature)});
  }
  return Error::success();
}

// What -march added to plain x86-64.
static void addTargetFeatures(const TargetMachine &target, std::set<std::string> &features) {
  SmallVector<StringRef, 64> words;
  target.getTargetFeatureString().split(words, ',');
  for (StringRef word : words)
    if (word.consume_front("+") && !is_contained({"64bit", "cmov", "cx8", "fxsr", "mmx", "sse", "sse2", "x87"}, word))
      features.insert(word.str());
}

Expected<LinkedProgram> linkProgram(std::unique_ptr<Module> module, json::Value partition, TargetMachine &target,
                                    const LinkOptions &options) {
  // Inline assembly in the program is parsed at code generation.
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
  if (!options.keepDebugInfo)
    StripDebugInfo(*module);
  auto timed = [&](StringRef stage, auto &&work) {
    NamedRegionTimer timer(stage, stage, "cleave", "Cleave's stages", options.showTimes);
    return work();
  };
  Expected<std::vector<TaskUnit>> units = timed("extraction of tasks", [&] { return extractTasks(*module); });
  if (!units)
    return units.takeError();
  if (Error error = internaliseRoot(*module, options))
    return std::move(error);

  Expected<std::vector<Piece>> pieces =
      timed("optimisation and code", [&] { return compileAll(*module, *units, target, options.optLevel); });
  if (!pieces)
    return pieces.takeError();

  LinkedProgram program;
  std::set<std::string> features;
  if (Error error = timed("links of tasks", [&] {
        return linkTasks(std::move(*units), ArrayRef(*pieces).drop_back(), options, program, features);
      }))
    return std::move(error);
  if (!options.rootArguments.empty()) {
    Expected<std::vector<char>> root = timed("link of the program", [&] { return linkRoot(pieces->back().object, options); });
    if (!root)
      return root.takeError();
    program.root = std::move(*root);
  }
  addTargetFeatures(target, features);
  program.partition = std::move(partition);
  program.target = "x86_64-linux-gnu";
  program.requiredFeatures.assign(features.begin(), features.end());
  return program;
}

} // namespace cleave
