// KernelRun.h - `cleave run --mode=kernel`: a program under the node kernel, in an emulated machine.
#ifndef CLEAVE_NODE_KERNELRUN_H
#define CLEAVE_NODE_KERNELRUN_H

#include "Descriptor.h"
#include "KernelModule.h"
#include "Machine.h"
#include "Run.h"
#include "Statistics.h"
#include "cleave/exchange.h"

namespace cleave {

struct KernelRun {
  bool hasFailed = false; ///< a task, and control->failure says why
  int status = 0;         ///< as wait(2) has it
  uint32_t workers = 0;
  double wallSeconds = 0, programSeconds = 0;
  KernelFigures figures;
  std::vector<uint64_t> controlWords; ///< the control area, aligned
  cleave_control *control() { return reinterpret_cast<cleave_control *>(controlWords.data()); }
};

/// `store`, `tenantKey`: as in KernelPlan. Messages on stderr have said what was wrong if it answers a problem.
Problem runUnderKernel(const RunOptions &options, const Bundle &bundle, const cleave_store &store, const uint8_t *tenantKey,
                       KernelRun &run);
/// What results the program may keep in memory there.
uint64_t kernelKeptBytes(const RunOptions &options);

} // namespace cleave

#endif
