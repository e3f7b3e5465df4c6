// Apic.cpp - the local APIC, through memory (xAPIC) or, where the firmware has left it so, through MSRs (x2APIC).
#include "Apic.h"
#include "Layout.h"
#include "Machine.h"

namespace cleave {

namespace {

constexpr uint32_t kId = 0x20, kEoi = 0xb0, kSpurious = 0xf0, kCommand = 0x300, kCommandHigh = 0x310, kTimer = 0x320,
                   kLint0 = 0x350, kLint1 = 0x360, kInitialCount = 0x380, kCurrentCount = 0x390, kDivide = 0x3e0;
constexpr uint32_t kMasked = 1 << 16, kAssert = 1 << 14, kPending = 1 << 12;
constexpr uint32_t kDivideBy16 = 3;
constexpr uint64_t kX2Enabled = 1 << 10, kEnabled = 1 << 11;

bool isX2;
uint64_t base;

uint32_t readRegister(uint32_t which) {
  if (isX2)
    return static_cast<uint32_t>(readMsr(0x800 + (which >> 4)));
  return *reinterpret_cast<volatile uint32_t *>(direct(base + which));
}

void writeRegister(uint32_t which, uint32_t value) {
  if (isX2)
    writeMsr(0x800 + (which >> 4), value);
  else
    *reinterpret_cast<volatile uint32_t *>(direct(base + which)) = value;
}

void command(uint32_t target, uint32_t what) {
  if (isX2) {
    writeMsr(0x800 + (kCommand >> 4), static_cast<uint64_t>(target) << 32 | what);
    return;
  }
  while (readRegister(kCommand) & kPending)
    relax();
  writeRegister(kCommandHigh, target << 24);
  writeRegister(kCommand, what);
}

} // namespace

/* The interrupt controllers of the first PCs, which firmware has used, fall silent. */
void silenceOldControllers() {
  out8(0x21, 0xff);
  out8(0xa1, 0xff);
}

void startApic() {
  uint64_t value = readMsr(kMsrApicBase);
  isX2 = value & kX2Enabled;
  base = value & 0x000ffffffffff000;
  writeMsr(kMsrApicBase, value | kEnabled);
  writeRegister(kSpurious, 0x100 | kSpuriousVector);
  writeRegister(kLint0, kMasked);
  writeRegister(kLint1, kMasked);
  writeRegister(kTimer, kMasked | kTimerVector);
  writeRegister(kDivide, kDivideBy16);
}

uint32_t apicId() { return isX2 ? readRegister(kId) : readRegister(kId) >> 24; }
void sendWake(uint32_t target) { command(target, kAssert | kWakeVector); }
void sendNmi(uint32_t target) { command(target, kAssert | 4 << 8); }
void sendInit(uint32_t target) { command(target, kAssert | 5 << 8); }
void sendStartup(uint32_t target, uint8_t page) { command(target, kAssert | 6 << 8 | page); }
void endOfInterrupt() { writeRegister(kEoi, 0); }

void startCountdown() {
  writeRegister(kTimer, kMasked | kTimerVector);
  writeRegister(kInitialCount, ~0u);
}
uint32_t countdownLeft() { return readRegister(kCurrentCount); }

void armTimer(uint32_t counts) {
  writeRegister(kTimer, counts ? kTimerVector : kMasked | kTimerVector);
  writeRegister(kInitialCount, counts);
}

} // namespace cleave
