// WorkerPool.h - the jailed processes: one in each slot that is in use, started when the root wants one.
#ifndef CLEAVE_NODE_WORKER_POOL_H
#define CLEAVE_NODE_WORKER_POOL_H

#include "Descriptor.h"
#include "Jail.h"
#include "Memory.h"

#include <functional>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace cleave {

/// What the event loop is to tell the pool about a slot.
enum class WorkerEvent : uint8_t { Process, Socket, Listener };

/// Answers a kind's task binary as the bundle holds it.
using TaskSource = std::function<std::string_view(uint32_t kind)>;
/// Adds a descriptor to the event loop; closing the descriptor removes it.
using WatchFunction = std::function<void(int descriptor, WorkerEvent event, uint32_t slot)>;

class WorkerPool {
public:
  WorkerPool(SharedMemory &memory, TaskSource tasks, MappingLimits limits, WatchFunction watch);
  ~WorkerPool();
  WorkerPool(const WorkerPool &) = delete;

  Problem prepare();
  /// Starts a worker in each slot whose state is CLEAVE_SLOT_WANTED.
  void serveRequests();
  void handle(WorkerEvent event, uint32_t slot);
  void killAll();
  /// Jailed processes that are alive.
  std::vector<pid_t> processes() const;
  /// How many of them are at a task, as far as shared memory says: for a person, not for a decision.
  uint32_t countRunning() const;

private:
  struct Slot {
    pid_t pid = -1;
    Descriptor process, socket, listener;
    cleave_inbox *inbox = nullptr; ///< the partition's control pages, mapped at the slot's first start
    cleave_outbox *outbox = nullptr;
    cleave_cause cause = CLEAVE_CAUSE_NONE; ///< known before the process is dead
    uint32_t detail = 0;
    uint64_t bytes = 0;
  };

  Problem start(uint32_t index, uint32_t kind);
  Problem resetPartition(uint32_t index);
  Problem sendSetup(int socket, uint32_t index);
  void kill(Slot &slot);
  void handleSocket(uint32_t index);
  void handleListener(uint32_t index);
  void handleDeath(uint32_t index);
  void publishDeath(uint32_t index);
  void ring();

  SharedMemory &memory;
  TaskSource tasks;
  MappingLimits limits;
  WatchFunction watch;
  JailFilters filters;
  Descriptor program;                ///< the worker's ELF
  std::vector<Descriptor> taskFiles; ///< by kind
  std::vector<Slot> slots;
  std::vector<char> notification; ///< large enough for this kernel's struct seccomp_notif
  uint64_t originTicks = 0, originNs = 0;
};

} // namespace cleave

#endif
