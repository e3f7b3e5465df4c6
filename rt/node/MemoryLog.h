// MemoryLog.h - what a run holds in memory, looked at now and then while it goes on; for `--trace`.
#ifndef CLEAVE_NODE_MEMORYLOG_H
#define CLEAVE_NODE_MEMORYLOG_H

#include <cstdint>
#include <initializer_list>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace cleave {

/// Bytes that are there, not address space. What processes share is counted once.
struct MemorySample {
  uint64_t atNs = 0;         ///< CLOCK_MONOTONIC
  uint64_t programBytes = 0; ///< the program's own
  uint64_t workerBytes = 0;  ///< of all jailed workers, each one's own
  uint64_t sharedBytes = 0;  ///< large blocks of the program's and what goes to workers and back (exchange.h)
};

class MemoryLog {
public:
  explicit MemoryLog(bool isWanted) : isWanted(isWanted) {}

  /// For how long the node may wait for something to happen before it calls look(): milliseconds, or -1 for ever.
  int waitMs() const;
  /// Takes a sample if it is time to; may be called at any time. `shared`: descriptors of memory files.
  template <class Workers> void look(pid_t program, Workers workers, std::initializer_list<int> shared) {
    if (isDue())
      take(program, workers(), shared);
  }
  std::vector<MemorySample> takeSamples() { return std::move(samples); }

private:
  bool isDue() const;
  void take(pid_t program, const std::vector<pid_t> &workers, std::initializer_list<int> shared);

  bool isWanted;
  uint64_t nextNs = 0, intervalNs = 5'000'000;
  std::vector<MemorySample> samples;
};

} // namespace cleave

#endif
