// KernelModule.h - the boot module that the node kernel is given (rt/kernel/BootModule.h), from a bundle.
#ifndef CLEAVE_NODE_KERNELMODULE_H
#define CLEAVE_NODE_KERNELMODULE_H

#include "Bundle.h"
#include "cleave/exchange.h"
#include <string>
#include <vector>

namespace cleave {

struct KernelPlan {
  std::vector<std::string> arguments, environment;
  bool isSerial = false;
  bool isTraced = false;
  bool hasClock = true; ///< false: the machine is to ask its own, the module may be started at any time
  uint64_t taskMemoryBytes = 0;
  uint64_t taskLimitNs = 0;
  uint64_t progressNs = 0; ///< how often the kernel tells how far it is; 0: never
  cleave_store store = {};
  const uint8_t *tenantKey = nullptr; ///< of 32 bytes; null: one of this run's own
};

std::string makeKernelModule(const Bundle &bundle, const KernelPlan &plan);

} // namespace cleave

#endif
