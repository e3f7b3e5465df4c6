// Options.cpp - see Options.h. Ours are taken out and the rest goes to clang's driver unread, so that whatever clang
// accepts, cleave++ accepts, in clang's words. An argument that belongs to the option before it ("-o -Rcleave") is not
// recognised as such: nobody names a file like this, and knowing better would mean clang's option table here.
#include "frontend/Options.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cleave {

static Error parseOwn(StringRef argument, CommandLine &line, bool &isOwn) {
  isOwn = true;
  if (argument == "--help" || argument == "-help")
    line.wantsHelp = true;
  else if (argument == "-Rcleave")
    line.showTaken = true;
  else if (argument == "-Rcleave-missed")
    line.showMissed = true;
  else if (argument == "-cleave-times")
    line.showTimes = true;
  else if (argument == "-fno-cleave" || argument == "-fcleave")
    line.splitting = argument == "-fcleave";
  else if (argument == "-fno-cleave-relaxed-clocks" || argument == "-fcleave-relaxed-clocks")
    line.relaxedClocks = argument == "-fcleave-relaxed-clocks";
  else if (argument.consume_front("-cleave-sarif=")) {
    if (argument.empty())
      return createStringError("'-cleave-sarif=' needs a file's name");
    line.sarifPath = argument.str();
  } else if (argument.consume_front("-cleave-print=")) {
    line.product = Product::Analysis;
    line.analysis = argument.str();
  } else if (argument.consume_front("-cleave-emit=")) {
    auto product = StringSwitch<Product>(argument)
                       .Case("facts", Product::Facts)
                       .Case("cut", Product::Cut)
                       .Case("partition", Product::Partition)
                       .Default(Product::Bundle);
    if (product == Product::Bundle)
      return createStringError("unknown stage '" + argument +
                               "' in '-cleave-emit='; there are facts, cut and partition");
    line.product = product;
  } else if (argument.starts_with("-cleave") || argument.starts_with("-Rcleave") || argument.starts_with("-fcleave") ||
             argument.starts_with("-fno-cleave")) {
    return createStringError("unknown argument: '" + argument + "'; 'cleave++ --help' lists Cleave's options");
  } else {
    isOwn = false;
  }
  return Error::success();
}

Expected<CommandLine> parseCommandLine(ArrayRef<const char *> arguments) {
  CommandLine line;
  line.storage = std::make_shared<BumpPtrAllocator>();
  SmallVector<const char *, 32> expanded(arguments.begin(), arguments.end());
  if (Error error = cl::ExpansionContext(*line.storage, cl::TokenizeGNUCommandLine).expandResponseFiles(expanded))
    return std::move(error);
  for (const char *argument : expanded) {
    bool isOwn = false;
    if (!line.clangArguments.empty())
      if (Error error = parseOwn(argument, line, isOwn))
        return std::move(error);
    if (!isOwn)
      line.clangArguments.push_back(argument);
  }
  return line;
}

void printHelp(raw_ostream &out) {
  out << R"(OVERVIEW: cleave++, a C++ compiler that finds the tasks in a sequential program

USAGE: cleave++ [options] file...

Compiles like clang++ and writes an executable (a.out unless -o is given) that runs its tasks on
all cores. With an output named *.cleave it writes the bundle of statically linked tasks alone;
'cleave run' runs that. -c writes an object that the same command links later.

CLEAVE OPTIONS:
  -Rcleave             say which work became tasks
  -Rcleave-missed      say which work did not, why, and what would change that
  -fsave-optimization-record[=yaml|bitstream]
                       write both kinds to OUTPUT.opt.yaml, for opt-viewer and llvm-remarkutil; when
                       linking. -foptimization-record-file=FILE names the file
  -cleave-sarif=FILE   write both kinds as SARIF 2.1.0, for editors and code hosts; when linking
  -fno-cleave          do not split: bundle the program as it is
  -fcleave-relaxed-clocks
                       calls that read a clock may become tasks: what two of them read that run at
                       the same time has no order; when linking
  -cleave-emit=STAGE   write what a stage made, to -o or stdout:
                       facts (LLVM IR), cut (LLVM IR), partition (JSON)
  -cleave-print=NAME   print an analysis of the program to stdout
  -cleave-times        say how long each stage took, at the end

All of clang++'s compile and link options apply; 'clang++-22 --help' lists them. Programs are
linked statically, so -shared is refused. Inputs may be C++, LLVM IR (.ll, .bc), objects and
archives made by cleave++, and native objects and libraries.

ENVIRONMENT of an executable that cleave++ made:
  CLEAVE_OPTIONS       options of 'cleave run', as in CLEAVE_OPTIONS="--mode=serial --stats=f.json"
)";
}

} // namespace cleave
