// Time.cpp - clocks, which user code reads without the kernel, and waiting, which is the kernel's.
#include "Library.h"

namespace cleave {

namespace {

constexpr uint64_t kSecond = 1000000000;

struct Time {
  uint64_t seconds, ns;
};

uint64_t toNs(const Time &time) { return time.seconds * kSecond + time.ns; }

bool isRealTime(uint64_t clock) { return clock == 0 || clock == 5; } // CLOCK_REALTIME, _COARSE

uint64_t clockNs(uint64_t clock) { return kernelNs() + (isRealTime(clock) ? start.realTimeNs : 0); }

int64_t sleepUntil(uint64_t deadlineNs) {
  while (kernelNs() < deadlineNs)
    cleave_kernel_call(kRootWait, 0, 0, deadlineNs);
  return 0;
}

/* 0: no deadline. */
uint64_t deadlineOf(uint64_t time, bool isAbsolute, uint64_t clock) {
  if (!time)
    return 0;
  uint64_t ns = toNs(*reinterpret_cast<const Time *>(time));
  if (!isAbsolute)
    ns += kernelNs();
  else if (isRealTime(clock))
    ns = ns > start.realTimeNs ? ns - start.realTimeNs : 1;
  return ns ? ns : 1;
}

int64_t waitForWords(const RootWord *words, uint64_t count, uint64_t deadlineNs) {
  uint64_t result = cleave_kernel_call(kRootWait, reinterpret_cast<uint64_t>(words), count, deadlineNs);
  return result == kRootFailed ? kFault : result ? kTimedOut : 0;
}

int64_t futex(const Arguments &call) {
  constexpr uint64_t kCommand = 127, kWait = 0, kWake = 1, kWaitBits = 9, kWakeBits = 10, kRealTime = 256;
  uint64_t command = call.b & kCommand;
  if (command == kWake || command == kWakeBits) {
    cleave_kernel_call(kRootWake);
    return 0;
  }
  if (command != kWait && command != kWaitBits)
    return kNoCall;
  if (__atomic_load_n(reinterpret_cast<uint32_t *>(call.a), __ATOMIC_SEQ_CST) != static_cast<uint32_t>(call.c))
    return kTryAgain;
  RootWord word = {call.a, static_cast<uint32_t>(call.c), 0};
  return waitForWords(&word, 1, deadlineOf(call.d, command == kWaitBits, call.b & kRealTime ? 0 : 1));
}

int64_t futexWaitMany(const Arguments &call) {
  struct Waiter {
    uint64_t value, address;
    uint32_t flags, reserved;
  };
  static RootWord words[kRootWordsMax];
  if (!call.b || call.b > kRootWordsMax)
    return kInvalid;
  auto *waiters = reinterpret_cast<const Waiter *>(call.a);
  for (uint64_t i = 0; i != call.b; ++i)
    words[i] = {waiters[i].address, static_cast<uint32_t>(waiters[i].value), 0};
  return waitForWords(words, call.b, deadlineOf(call.d, true, call.e));
}

} // namespace

uint64_t kernelNs() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  uint64_t ticks = static_cast<uint64_t>(high) << 32 | low;
  if (ticks < start.originTicks)
    return 0;
  return static_cast<uint64_t>(static_cast<unsigned __int128>(ticks - start.originTicks) * start.nsPer2To32Ticks >> 32);
}

int64_t timeCall(const Arguments &call, bool &isKnown) {
  constexpr uint64_t kAbsolute = 1;
  switch (call.number) {
  case 24: // sched_yield
    return 0;
  case 34: // pause
    return waitForWords(nullptr, 0, 0);
  case 35: // nanosleep
    return sleepUntil(deadlineOf(call.a, false, 1));
  case 96: { // gettimeofday
    uint64_t now = clockNs(0);
    if (call.a)
      *reinterpret_cast<Time *>(call.a) = {now / kSecond, now % kSecond / 1000};
    return 0;
  }
  case 201: { // time
    uint64_t now = clockNs(0) / kSecond;
    if (call.a)
      *reinterpret_cast<uint64_t *>(call.a) = now;
    return static_cast<int64_t>(now);
  }
  case 202:
    return futex(call);
  case 228: { // clock_gettime
    uint64_t now = clockNs(call.a);
    *reinterpret_cast<Time *>(call.b) = {now / kSecond, now % kSecond};
    return 0;
  }
  case 229: // clock_getres
    if (call.b)
      *reinterpret_cast<Time *>(call.b) = {0, 1};
    return 0;
  case 230: // clock_nanosleep
    return sleepUntil(deadlineOf(call.c, call.b & kAbsolute, call.a));
  case 449: // futex_waitv
    return futexWaitMany(call);
  default:
    isKnown = false;
    return kNoCall;
  }
}

} // namespace cleave
