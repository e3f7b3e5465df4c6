// cleave-link-test.cpp - drives the linker room alone, for lit.
//
//   cleave-link-test link CUT.ll -o DIRECTORY [-O0..3] [-march-features=F] [--runtime=DIR] [--verbose] [-- LLD
//   ARGUMENTS]
//       writes DIRECTORY/root (only with arguments for the root's link) and DIRECTORY/task-N, and prints each task's
//       name, position, signature, size and, at last, the features that the binaries require
//   cleave-link-test task OBJECT -o FILE [--runtime=DIR]     links one object as a task
//   cleave-link-test verify FILE                             runs the verifier over a linked image
#include "linker/Instructions.h"
#include "linker/Linker.h"
#include "linker/TaskLink.h"
#include "linker/Verifier.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace cleave;

namespace {
struct Options {
  std::string command, input, output, features;
  LinkOptions link;
};
} // namespace

static Expected<Options> parse(ArrayRef<const char *> arguments) {
  Options options;
  SmallString<128> executable(sys::fs::getMainExecutable(arguments[0], reinterpret_cast<void *>(&parse)));
  sys::path::remove_filename(executable);
  sys::path::append(executable, "..", "lib", "cleave");
  options.link.runtimeDirectory = executable.str();
  std::vector<std::string> words;
  for (size_t i = 1; i < arguments.size(); ++i) {
    StringRef word = arguments[i];
    if (word == "--") {
      for (const char *rest : arguments.drop_front(i + 1))
        options.link.rootArguments.push_back(rest);
      break;
    }
    if (word == "-o" && i + 1 < arguments.size())
      options.output = arguments[++i];
    else if (word.consume_front("--runtime="))
      options.link.runtimeDirectory = word;
    else if (word.consume_front("-march-features="))
      options.features = word;
    else if (word == "--verbose")
      options.link.verbose = true;
    else if (word.starts_with("-O") && word.size() == 3)
      options.link.optLevel = word[2] - '0';
    else
      words.push_back(word.str());
  }
  if (words.size() != 2)
    return createStringError("usage: cleave-link-test link|task|verify FILE [-o OUTPUT]");
  options.command = words[0];
  options.input = words[1];
  return options;
}

static Error writeFile(const Twine &path, ArrayRef<char> bytes) {
  std::error_code code;
  raw_fd_ostream out(path.str(), code);
  if (code)
    return createFileError(path, code);
  out.write(bytes.data(), bytes.size());
  out.close();
  sys::fs::setPermissions(path, sys::fs::all_read | sys::fs::all_exe | sys::fs::owner_write);
  return Error::success();
}

static Expected<std::unique_ptr<TargetMachine>> createMachine(const Module &module, const std::string &features) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  std::string why;
  const Target *target = TargetRegistry::lookupTarget(module.getTargetTriple(), why);
  if (!target)
    return createStringError(why);
  return std::unique_ptr<TargetMachine>(
      target->createTargetMachine(module.getTargetTriple(), "x86-64", features, TargetOptions(), Reloc::PIC_));
}

static Error link(const Options &options) {
  LLVMContext context;
  SMDiagnostic diagnostic;
  std::unique_ptr<Module> module = parseIRFile(options.input, diagnostic, context);
  if (!module)
    return createStringError(options.input + ": " + diagnostic.getMessage());
  Expected<std::unique_ptr<TargetMachine>> machine = createMachine(*module, options.features);
  if (!machine)
    return machine.takeError();
  Expected<LinkedProgram> program = linkProgram(std::move(module), nullptr, **machine, options.link);
  if (!program)
    return program.takeError();
  if (std::error_code code = sys::fs::create_directories(options.output))
    return createFileError(options.output, code);
  for (auto [index, task] : enumerate(program->tasks)) {
    if (Error error = writeFile(options.output + "/task-" + Twine(index), task.elf))
      return error;
    outs() << "task " << index << " '" << task.name << "' " << task.file << ':' << task.line << ' ' << task.elf.size()
           << " bytes " << task.signature << '\n';
  }
  outs() << "features:";
  for (const std::string &feature : program->requiredFeatures)
    outs() << ' ' << feature;
  outs() << '\n';
  return writeFile(options.output + "/root", program->root);
}

static Expected<std::unique_ptr<MemoryBuffer>> open(const std::string &path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createFileError(path, buffer.getError());
  return std::move(*buffer);
}

static Error run(const Options &options) {
  if (options.command == "link")
    return link(options);
  Expected<std::unique_ptr<MemoryBuffer>> buffer = open(options.input);
  if (!buffer)
    return buffer.takeError();
  ArrayRef<char> bytes((*buffer)->getBufferStart(), (*buffer)->getBufferSize());
  Expected<std::unique_ptr<InstructionCheck>> instructions = InstructionCheck::create();
  if (!instructions)
    return instructions.takeError();
  if (options.command == "verify")
    return verifyTaskImage(bytes, **instructions);
  if (options.command != "task")
    return createStringError("unknown command '" + options.command + "'");
  Expected<TaskImage> image = linkTask(bytes, **instructions, options.link.runtimeDirectory, options.link.verbose);
  if (!image)
    return image.takeError();
  outs() << image->elf.size() << " bytes\n";
  return writeFile(options.output, image->elf);
}

int main(int count, char **arguments) {
  Expected<Options> options = parse(ArrayRef<const char *>(arguments, count));
  Error error = options ? run(*options) : options.takeError();
  if (!error)
    return 0;
  errs() << "error: " << toString(std::move(error)) << '\n';
  return 1;
}
