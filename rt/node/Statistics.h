// Statistics.h - `--stats` and `--trace`: what a run did, as files.
#ifndef CLEAVE_NODE_STATISTICS_H
#define CLEAVE_NODE_STATISTICS_H

#include "../kernel/RootInterface.h"
#include "Agent.h"
#include "Descriptor.h"
#include "MemoryLog.h"

#include "cleave/exchange.h"
#include <string>
#include <vector>

namespace cleave {

struct BundledTask;

/// What the node kernel counted.
struct KernelFigures {
  double startSeconds = 0;                 ///< from its first instruction to the program's
  uint64_t freeAtStart = 0, freeAtEnd = 0; ///< frames of memory, before the program was loaded and when all had ended
  std::vector<CoreReport> cores;
};

struct RunFigures {
  std::string mode;
  uint32_t workers = 0;
  double wallSeconds = 0;
  double rootCpuSeconds = 0;             ///< user and system time of the program's own process
  cleave_control *control = nullptr;     ///< null: nothing was split
  const KernelFigures *kernel = nullptr; ///< null: another node
  AgentReport agent;                     ///< nothing in it: there was none
  std::vector<MemorySample> memory;      ///< in order of time; with a trace only
};

/// What a task kind is called in both files: its name; kinds of one name (in different files) are told apart by their
/// place.
std::string figureKey(const std::vector<BundledTask> &tasks, uint32_t kind);

Problem writeStatistics(const std::string &path, const RunFigures &figures, const std::vector<BundledTask> &tasks);
Problem writeTrace(const std::string &path, const RunFigures &figures, const std::vector<BundledTask> &tasks);

} // namespace cleave

#endif
