// Supervisor.h - the node's event loop: from the program's start to its end.
#ifndef CLEAVE_NODE_SUPERVISOR_H
#define CLEAVE_NODE_SUPERVISOR_H

#include "MemoryLog.h"
#include "Progress.h"
#include "RootProcess.h"
#include "WorkerPool.h"

#include "cleave/exchange.h"
#include <optional>
#include <string>

namespace cleave {

/// Closes what this process inherited, but for stderr: a reader of the program's output must see its end when the program
/// closes it.
void letGoOfStreams();

struct SupervisedRun {
  RootEnd root;
  std::vector<MemorySample> memory; ///< if they were wanted
  bool hasFailed = false; ///< memory.header->failure says how; the program was killed
};

/// Runs the program to its end. With `memory` its run time may ask for workers, which hold `tasks`; without, the
/// program runs alone. `progress` admits a line on the terminal (Progress.h), `logsMemory` has samples taken. When
/// this returns, no process that it started is left.
/// Errors: the machine does not give what is needed; then the program did not run.
std::optional<std::string> supervise(const RootCommand &command, SharedMemory *memory, TaskSource tasks,
                                     MappingLimits limits, ProgressWish progress, bool logsMemory, SupervisedRun &run);

} // namespace cleave

#endif
