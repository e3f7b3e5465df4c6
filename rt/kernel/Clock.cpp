// Clock.cpp - how fast the time-stamp counter counts is measured once, against a ruler that is known: the old timer
// chip (PIT, channel 2) on a real machine; under a hypervisor the APIC's timer, which hypervisors run at 1 GHz.
//
// An emulated core may lose its processor at any instruction, for longer than the whole measurement. So a reading is
// three: counter, ruler, counter, and of several the one whose counter moved least is kept. Waiting for the chip to
// ring (the usual way) was tried and is wrong by a factor of three when the host is busy.
#include "Clock.h"
#include "Apic.h"
#include "Console.h"
#include "Machine.h"

namespace cleave {

namespace {

constexpr uint64_t kMeasureNs = 4000000, kApicDivider = 16, kHypervisorApicHz = 1000000000, kPitHz = 1193182;
constexpr uint16_t kGate = 0x61, kPitCommand = 0x43, kPitChannel2 = 0x42;

uint64_t originTicks, nsPer2To32Ticks = uint64_t{1} << 32, timerPerMs = 1000;

struct Ruler {
  uint64_t hz;
  uint32_t wrap;      ///< counts modulo this
  uint32_t (*read)(); ///< counts up
};

uint32_t readPit() {
  out8(kPitCommand, 0x80); // latch
  uint8_t low = in8(kPitChannel2);
  return static_cast<uint16_t>(-(in8(kPitChannel2) << 8 | low));
}

uint32_t readApic() { return ~countdownLeft(); }

void startPit() {
  out8(kGate, static_cast<uint8_t>((in8(kGate) & ~2) | 1)); // speaker off, gate on
  out8(kPitCommand, 0xb4);                                  // channel 2, both bytes, mode 2: counts on and on
  out8(kPitChannel2, 0);
  out8(kPitChannel2, 0);
}

struct Reading {
  uint64_t ticks;
  uint32_t ruler;
};

Reading readBoth(const Ruler &ruler) {
  Reading best = {};
  uint64_t bestSpan = ~uint64_t{0};
  for (unsigned tries = 0; tries != 16; ++tries) {
    uint64_t before = readTicks();
    uint32_t value = ruler.read();
    uint64_t span = readTicks() - before;
    if (span < bestSpan) {
      bestSpan = span;
      best = {before + span / 2, value};
    }
  }
  return best;
}

/* ns in 2^32 ticks of the counter. */
uint64_t measure(const Ruler &ruler) {
  Reading begin = readBoth(ruler), end;
  uint64_t counts;
  do {
    end = readBoth(ruler);
    counts = (end.ruler - begin.ruler) & (ruler.wrap - 1);
  } while (counts * 1000000000 / ruler.hz < kMeasureNs && end.ticks - begin.ticks < uint64_t{1} << 36);
  if (!counts || end.ticks == begin.ticks)
    PANIC("the time-stamp counter cannot be measured");
  return (counts * 1000000000 / ruler.hz << 32) / (end.ticks - begin.ticks);
}

uint64_t times2To32(uint64_t value, uint64_t scale) {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(value) * scale >> 32);
}

uint8_t readCmos(uint8_t which) {
  out8(0x70, which);
  return in8(0x71);
}

} // namespace

void startClock() {
  bool isHypervised = cpuId(1).ecx & 1u << 31;
  Ruler apic = {kHypervisorApicHz / kApicDivider, 0, readApic};
  startCountdown();
  if (isHypervised) {
    nsPer2To32Ticks = measure(apic);
    timerPerMs = apic.hz / 1000;
  } else {
    startPit();
    nsPer2To32Ticks = measure({kPitHz, 1 << 16, readPit});
    originTicks = readTicks();
    uint32_t begin = readApic();
    uint64_t beginNs = nowNs();
    spinNs(kMeasureNs);
    timerPerMs = uint64_t{readApic() - begin} * 1000000 / (nowNs() - beginNs);
  }
  armTimer(0);
  originTicks = readTicks();
}

uint64_t nowNs() {
  uint64_t ticks = readTicks();
  return ticks < originTicks ? 0 : times2To32(ticks - originTicks, nsPer2To32Ticks);
}

uint64_t nsSince(uint64_t ticks) { return times2To32(readTicks() - ticks, nsPer2To32Ticks); }

void spinNs(uint64_t ns) {
  for (uint64_t end = nowNs() + ns; nowNs() < end;)
    relax();
}

void armTimerNs(uint64_t ns) {
  constexpr uint64_t kLongestNs = 1000000000;
  uint64_t counts = (ns < kLongestNs ? ns : kLongestNs) * timerPerMs / 1000000;
  armTimer(counts > 1 ? static_cast<uint32_t>(counts < ~0u ? counts : ~0u) : 1);
}

ClockScale clockScale() { return {originTicks, nsPer2To32Ticks}; }

uint64_t readRealTimeClock() {
  // Twice alike: not in the middle of a change.
  uint8_t now[6], before[6] = {1};
  static constexpr uint8_t kWhich[6] = {0, 2, 4, 7, 8, 9};
  for (unsigned tries = 0; tries != 100 && memcmp(now, before, sizeof now); ++tries) {
    memcpy(before, now, sizeof now);
    for (unsigned i = 0; i != 6; ++i)
      now[i] = readCmos(kWhich[i]);
  }
  if (!(readCmos(0xb) & 4)) // binary-coded decimal
    for (uint8_t &value : now)
      value = static_cast<uint8_t>((value >> 4) * 10 + (value & 15));
  int64_t year = 2000 + now[5], month = now[4], day = now[3];
  // Days of the proleptic Gregorian calendar, with years that begin in March.
  year -= month <= 2;
  int64_t era = year / 400, ofEra = year - era * 400, ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t days = era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719468;
  return static_cast<uint64_t>(days) * 86400 + now[2] * 3600u + now[1] * 60u + now[0];
}

} // namespace cleave
