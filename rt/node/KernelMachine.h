// KernelMachine.h - an emulated machine that runs the node kernel: QEMU, as a child process.
#ifndef CLEAVE_NODE_KERNELMACHINE_H
#define CLEAVE_NODE_KERNELMACHINE_H

#include "Descriptor.h"
#include "Machine.h"
#include <string>
#include <string_view>
#include <sys/types.h>

namespace cleave {

struct MachinePlan {
  uint32_t cpus = 3;
  uint64_t memoryBytes = 0;
  bool isAccelerated = false; ///< by KVM
  std::string module;
};

class KernelMachine {
public:
  KernelMachine() = default;
  KernelMachine(const KernelMachine &) = delete;
  ~KernelMachine();

  Problem start(const MachinePlan &plan);
  void kill();
  /// Waits for its end; false: it is still there after so long.
  bool waitForEnd(int milliseconds);

  /// The kernel's channel (rt/kernel/RootInterface.h).
  int channel() const { return socket.get(); }
  bool isAccelerated() const { return isByKvm; }
  int processDescriptor() const { return process.get(); }
  /// What kernel and emulator said on their consoles.
  std::string log() const;

private:
  pid_t pid = -1;
  bool isByKvm = false;
  Descriptor socket, process, logFile, kernelFile, moduleFile;
};

/// What the image is, for who makes a disk of it.
std::string_view kernelImage();

} // namespace cleave

#endif
