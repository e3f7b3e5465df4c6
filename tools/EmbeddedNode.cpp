// EmbeddedNode.cpp - the node that an executable of cleave++ consists of: `cleave run` on the bundle that the
// executable carries within itself (linker/Executable.cpp). The whole command line is the program's; what the node is
// to know comes from CLEAVE_OPTIONS, which holds options of `cleave run`. Linked statically: the executable needs
// nothing of the machine but Linux. Compiled with exceptions, because CLI11 reports through them.
#include "Run.h"
#include "RunOptionParser.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

static constexpr const char *optionsVariable = "CLEAVE_OPTIONS";

int main(int argc, char **argv) {
  cleave::RunOptions options;
  options.bundlePath = "/proc/self/exe";
  options.command.assign(argv, argv + argc);
  if (options.command.empty())
    options.command.emplace_back();
  if (const char *words = std::getenv(optionsVariable)) {
    CLI::App app(
        "An executable that cleave++ made. Its command line is the program's own; these options for the node that "
        "it runs on are read from the environment variable CLEAVE_OPTIONS.",
        optionsVariable);
    cleave::addRunOptions(app, options);
    try {
      app.parse(words, /*program_name_included=*/false);
    } catch (const CLI::ParseError &error) {
      if (error.get_exit_code() == 0)
        return app.exit(error); // --help
      std::fprintf(stderr, "cleave: %s: %s; %s=--help lists the options\n", optionsVariable, error.what(),
                   optionsVariable);
      return 2;
    }
  }
  return cleave::runCommand(options);
}
