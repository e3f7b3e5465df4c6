// Machine.h - what the machine has: CPUs, memory, instruction set extensions.
#ifndef CLEAVE_NODE_MACHINE_H
#define CLEAVE_NODE_MACHINE_H

#include <cstdint>
#include <string>
#include <vector>

namespace cleave {

/// CPUs that this process may run on.
uint32_t countCpus();

struct MachineMemory {
  uint64_t ramBytes = 0;
  uint64_t ramAndSwapBytes = 0;
};
MachineMemory readMachineMemory();

/// Those of `features` (LLVM's names, "fma", "avx2") that the CPU lacks. An unknown name counts as lacking.
std::vector<std::string> missingFeatures(const std::vector<std::string> &features);

} // namespace cleave

#endif
