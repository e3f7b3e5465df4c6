// Clock.cpp - the counter is measured against the old timer chip (PIT, channel 2), which every PC has and emulators too.
// Where it does not count (some microvm machines leave it out), the APIC's timer is the ruler: hypervisors run it at
// 1 GHz.
#include "Clock.h"
#include "Apic.h"
#include "Console.h"
#include "Machine.h"

namespace cleave {

namespace {

constexpr uint64_t kPitHz = 1193182, kMeasureNs = 4000000, kApicDivider = 16, kApicTypicalHz = 1000000000;
constexpr uint16_t kGate = 0x61, kPitCommand = 0x43, kPitChannel2 = 0x42;

uint64_t originTicks, nsPer2To32Ticks = uint64_t{1} << 32, timerPerMs = 1000;

/* Ticks of both counters during kMeasureNs; false: the chip does not count. */
bool measureByPit(uint64_t &ticks, uint32_t &timerCounts) {
  constexpr auto kCounts = static_cast<uint16_t>(kPitHz * kMeasureNs / 1000000000);
  out8(kGate, static_cast<uint8_t>((in8(kGate) & ~2) | 1)); // speaker off, gate on
  out8(kPitCommand, 0xb0);                                  // channel 2, both bytes, mode 0: output rises at the end
  out8(kPitChannel2, kCounts & 0xff);
  out8(kPitChannel2, kCounts >> 8);
  startCountdown();
  uint64_t begin = readTicks();
  if (in8(kGate) & 0x20)
    return false; // up at once: nobody counts
  while (!(in8(kGate) & 0x20))
    if (readTicks() - begin > 10000000000u)
      return false;
  ticks = readTicks() - begin;
  timerCounts = ~0u - countdownLeft();
  return true;
}

void measureByApic(uint64_t &ticks, uint32_t &timerCounts) {
  constexpr uint32_t kCounts = kApicTypicalHz / kApicDivider / 1000 * (kMeasureNs / 1000000);
  startCountdown();
  uint64_t begin = readTicks();
  while (~0u - countdownLeft() < kCounts)
    relax();
  ticks = readTicks() - begin;
  timerCounts = kCounts;
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
  uint64_t ticks = 0;
  uint32_t timerCounts = 0;
  if (!measureByPit(ticks, timerCounts))
    measureByApic(ticks, timerCounts);
  if (!ticks)
    PANIC("the time-stamp counter does not count");
  nsPer2To32Ticks = (kMeasureNs << 32) / ticks;
  timerPerMs = timerCounts / (kMeasureNs / 1000000);
  originTicks = readTicks();
}

uint64_t nowNs() {
  uint64_t ticks = readTicks();
  return ticks < originTicks ? 0 : times2To32(ticks - originTicks, nsPer2To32Ticks);
}

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
