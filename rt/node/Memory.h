// Memory.h - the node's side of exchange.h: the three memfds, made and laid out.
#ifndef CLEAVE_NODE_MEMORY_H
#define CLEAVE_NODE_MEMORY_H

#include "Descriptor.h"

#include "cleave/exchange.h"
#include <string_view>
#include <vector>

namespace cleave {

struct MemoryPlan {
  uint32_t mode = CLEAVE_MODE_AUTO;
  uint32_t workers = 1;
  std::vector<cleave_name> kinds; ///< each kind's task name
  bool isTraced = false;
  cleave_store store = {};
  bool hasOtherNodes = false; ///< whose objects may be asked for
  const uint8_t *tenantKey = nullptr; ///< 32 bytes; null: a random one, for this run only
};

struct SharedMemory {
  Descriptor control, exchange, arena;
  Descriptor exchangeReadOnly, arenaReadOnly; ///< for workers: descriptions of their own, without write permission
  cleave_control *header = nullptr;

  SharedMemory() = default;
  SharedMemory(const SharedMemory &) = delete;
  ~SharedMemory();

  Problem create(const MemoryPlan &plan);
};

/// A memfd that holds `bytes`, as a program to execute or a file to map. Errors: an empty descriptor and errno.
Descriptor makeMemoryFile(const char *name, std::string_view bytes);

/// CLOCK_MONOTONIC.
uint64_t monotonicNs();

} // namespace cleave

#endif
