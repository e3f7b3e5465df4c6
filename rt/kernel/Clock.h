// Clock.h - time: the time-stamp counter, whose speed is measured once.
#ifndef CLEAVE_KERNEL_CLOCK_H
#define CLEAVE_KERNEL_CLOCK_H

#include <stdint.h>

namespace cleave {

void startClock();
uint64_t nowNs();                 ///< since the kernel's start; never runs backwards on one core
uint64_t nsSince(uint64_t ticks); ///< of the counter, before this clock was started too
void spinNs(uint64_t ns);

/// The timer of this core rings after `ns` (or a little later, at most some milliseconds later).
void armTimerNs(uint64_t ns);

struct ClockScale {
  uint64_t originTicks;
  uint64_t nsPer2To32Ticks; ///< now = (ticks - origin) * this >> 32
};
ClockScale clockScale();

/// Seconds since 1970 by the machine's battery-backed clock, for a machine that nobody told the time.
uint64_t readRealTimeClock();

} // namespace cleave

#endif
