// RunOptionParser.h - the options of a run: of `cleave run`, and of CLEAVE_OPTIONS for executables that run themselves.
#ifndef CLEAVE_TOOLS_RUNOPTIONPARSER_H
#define CLEAVE_TOOLS_RUNOPTIONPARSER_H

namespace CLI {
class App;
}

namespace cleave {

struct RunOptions;

/// `options` must live until the command line has been parsed.
void addRunOptions(CLI::App &run, RunOptions &options);

} // namespace cleave

#endif
