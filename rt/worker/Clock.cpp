/* Clock.cpp - time without a system call, which the jail would not let through.
 *
 * The time-stamp counter against CLOCK_MONOTONIC at two moments: the node's start and this worker's, milliseconds
 * apart. 0.2 us of reading error in them is a scale error below one in ten thousand, enough to learn costs from. The
 * vDSO would be exacter, but on a machine whose clock source it cannot read it falls back to the system call. */
#include "Syscalls.h"
#include "Worker.h"

#include <linux/time_types.h>

namespace cleave {

static uint64_t originTicks, originNs;
static double nsPerTick = 0.4;

static uint64_t readTicks() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return static_cast<uint64_t>(high) << 32 | low;
}

void startClock(uint64_t nodeTicks, uint64_t nodeNs) {
  __kernel_timespec time = {};
  constexpr int kClockMonotonic = 1;
  systemCall(__NR_clock_gettime, kClockMonotonic, reinterpret_cast<long>(&time));
  originTicks = readTicks();
  originNs = static_cast<uint64_t>(time.tv_sec) * 1000000000u + static_cast<uint64_t>(time.tv_nsec);
  if (originTicks > nodeTicks && originNs > nodeNs)
    nsPerTick = static_cast<double>(originNs - nodeNs) / static_cast<double>(originTicks - nodeTicks);
}

/* Another core's counter may lie a little behind: never before the worker's start. */
uint64_t nowNs() {
  uint64_t ticks = readTicks();
  if (ticks < originTicks)
    return originNs;
  return originNs + static_cast<uint64_t>(static_cast<double>(ticks - originTicks) * nsPerTick);
}

} // namespace cleave
