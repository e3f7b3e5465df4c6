// BootModule.h - what the launcher hands to the kernel beside its image: a bundle's binaries and how to run them.
//
// One file, the first (and only) boot module. The launcher has opened and verified the bundle (rt/node/Bundle.h), so
// the kernel needs neither tar nor JSON nor SHA-256; it still believes no number in here. All binaries begin on a
// page, so that read-only segments are mapped from where they lie.
//
//   BootModule | ModuleObject[taskCount + 1] | texts | binaries
//
// Object 0 is the program, object i + 1 task kind i. Texts: the arguments, then the environment, each ended by a zero.
// The format is the launcher's and the kernel's own (both come from one build); version guards against old images.
#ifndef CLEAVE_KERNEL_BOOTMODULE_H
#define CLEAVE_KERNEL_BOOTMODULE_H

#include "cleave/exchange.h"

#include <stdint.h>

namespace cleave {

constexpr uint64_t kModuleMagic = 0x31444f4d56414c43; // "CLAVMOD1"
constexpr uint32_t kModuleVersion = 3;
constexpr uint64_t kModuleAlignment = 4096;

struct ModuleObject {
  cleave_name name;
  uint64_t offset, bytes;
};

struct BootModule {
  uint64_t magic;
  uint32_t version;
  uint32_t taskCount;
  uint64_t moduleBytes; ///< of the whole file: a shorter module was truncated
  uint64_t textOffset, textBytes;
  uint32_t argumentCount, environmentCount;
  uint32_t mode; ///< CLEAVE_MODE_AUTO or _ISOLATED for the program's run time; kModuleSerial
  uint32_t traceCapacity;
  uint64_t taskMemoryBytes; ///< quota of each task; 0: a share of the machine
  uint64_t taskLimitNs;     ///< a task that runs longer is killed; 0: never
  uint64_t progressNs;      ///< how often the launcher is told how far the run is; 0: never
  uint64_t realTimeNs;      ///< CLOCK_REALTIME at the start; 0: ask the machine's clock
  uint8_t runId[16], tenantKey[32];
  cleave_store store; ///< as the program's control area has it; the folder is the launcher's
};

constexpr uint32_t kModuleSerial = 2;

} // namespace cleave

#endif
