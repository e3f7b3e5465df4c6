// Apic.h - each core's own interrupt controller: who am I, wake another, start it, stop what runs on it, a timer.
#ifndef CLEAVE_KERNEL_APIC_H
#define CLEAVE_KERNEL_APIC_H

#include <stdint.h>

namespace cleave {

constexpr uint8_t kWakeVector = 0x40, kTimerVector = 0x41, kSpuriousVector = 0xff;

void silenceOldControllers();
void startApic(); ///< on each core
uint32_t apicId();
void sendWake(uint32_t apicId);
void sendNmi(uint32_t apicId);
void sendInit(uint32_t apicId);
void sendStartup(uint32_t apicId, uint8_t page);
void endOfInterrupt();

/// Counts down from the largest value; what is left after a while says how fast it counts.
void startCountdown();
uint32_t countdownLeft();

/// One interrupt (kTimerVector) on this core after so many counts of the timer; 0: none.
void armTimer(uint32_t counts);

} // namespace cleave

#endif
