// Run.h - `cleave run`: a bundle's program, its output and its end.
#ifndef CLEAVE_NODE_RUN_H
#define CLEAVE_NODE_RUN_H

#include "InputOptions.h"

#include <cstdint>
#include <string>
#include <vector>

namespace cleave {

struct RunOptions {
  std::string mode = "auto";
  uint32_t workers = 0;             ///< 0: as many as there are CPUs for this process
  uint64_t taskMemory = 0;          ///< bytes; 0: half of the machine's memory, shared by the workers
  uint64_t taskSeconds = 0;         ///< mode kernel: a task that runs longer is killed; 0: never
  uint64_t kernelMemory = 0;        ///< mode kernel: the machine's; 0: half of this machine's
  bool isQuiet = false;             ///< no progress, and no notes on how the run is done; errors are told
  bool wantsProgress = false;       ///< progress also where stdout is a terminal
  bool isEmulated = false;          ///< mode kernel: KVM is not tried
  std::string kernelLogPath;        ///< mode kernel: what kernel and emulator said
  std::string statsPath, tracePath; ///< empty: not wanted
  std::string storePath;            ///< a folder, or `memory`: results are kept and found there; empty: not wanted
  std::string keyPath;              ///< of the store's names; empty: the user's own
  InputOptions inputs;              ///< by label
  bool remembersRuns = true;        ///< and not only tasks: a run on the same input is not made again
  bool explains = false;            ///< says why work was done that might have been found
  uint64_t storeBytes = uint64_t{10} << 30; ///< what the folder may hold
  std::vector<std::string> command; ///< the program's name, which is the bundle's path, and its arguments
  std::string bundlePath;           ///< where the bundle is, if not at `command[0]`
};

/// Ends with the program's own status or signal. Returns otherwise: 125 if a task failed, 123 if mode check found
/// something (the program has ended then, and one line each on stderr says what), 1 if the bundle or the
/// machine does not admit the run, 2 if the options do not make sense; one line on stderr has said which.
int runCommand(const RunOptions &options);

} // namespace cleave

#endif
