// MemoryLog.cpp - see MemoryLog.h. The interval grows with the run: whenever there are kMostSamples, every second one goes and
// the next ones come half as often. So a run of any length has between half of that and all of it, evenly spread.
#include "MemoryLog.h"
#include "Memory.h"

#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace cleave {

static constexpr size_t kMostSamples = 1024;

/// What no other process has: the whole less what is of files, memory files among them. 0: it has ended.
static uint64_t ownBytes(pid_t process) {
  std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen(fmt::format("/proc/{}/statm", process).c_str(), "re"),
                                              std::fclose);
  unsigned long long size = 0, resident = 0, shared = 0;
  if (!file || std::fscanf(file.get(), "%llu %llu %llu", &size, &resident, &shared) != 3 || shared > resident)
    return 0;
  return (resident - shared) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

bool MemoryLog::isDue() const { return isWanted && monotonicNs() >= nextNs; }

int MemoryLog::waitMs() const {
  if (!isWanted)
    return -1;
  uint64_t now = monotonicNs();
  return now >= nextNs ? 0 : static_cast<int>((nextNs - now) / 1'000'000 + 1);
}

void MemoryLog::take(pid_t program, const std::vector<pid_t> &workers, std::initializer_list<int> shared) {
  MemorySample sample;
  sample.atNs = monotonicNs();
  nextNs = sample.atNs + intervalNs;
  sample.programBytes = ownBytes(program);
  for (pid_t worker : workers)
    sample.workerBytes += ownBytes(worker);
  for (int file : shared) {
    struct stat status;
    if (!fstat(file, &status))
      sample.sharedBytes += static_cast<uint64_t>(status.st_blocks) * 512;
  }
  samples.push_back(sample);
  if (samples.size() < kMostSamples)
    return;
  for (size_t i = 0; i != kMostSamples / 2; ++i)
    samples[i] = samples[2 * i];
  samples.resize(kMostSamples / 2);
  intervalNs *= 2;
}

} // namespace cleave
