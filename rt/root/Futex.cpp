#include "Futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace cleave {

namespace {

constexpr long kFutexWaitv = 449; /* the headers of Debian 12 have it; older ones do not */
constexpr uint32_t kFutex32 = 2;
constexpr uint64_t kFallbackNs = 1000000;

timespec toTimespec(uint64_t ns) {
  return {static_cast<time_t>(ns / 1000000000u), static_cast<long>(ns % 1000000000u)};
}

} // namespace

void futexWake(uint32_t *word, uint32_t count) { syscall(SYS_futex, word, FUTEX_WAKE, count, nullptr, nullptr, 0); }

void futexWait(uint32_t *word, uint32_t value, uint64_t timeoutNs) {
  timespec timeout = toTimespec(timeoutNs);
  syscall(SYS_futex, word, FUTEX_WAIT, value, timeoutNs ? &timeout : nullptr, nullptr, 0);
}

void FutexSet::add(uint32_t *word, uint32_t value) {
  if (count != kMax)
    waiters[count++] = {value, reinterpret_cast<uint64_t>(word), kFutex32, 0};
}

void FutexSet::wait(uint64_t deadlineNs) {
  timespec deadline = toTimespec(deadlineNs);
  long got = syscall(kFutexWaitv, waiters, count, 0, deadlineNs ? &deadline : nullptr, CLOCK_MONOTONIC);
  if (got < 0 && (errno == ENOSYS || errno == EPERM))
    futexWait(reinterpret_cast<uint32_t *>(waiters[0].address), static_cast<uint32_t>(waiters[0].value), kFallbackNs);
}

} // namespace cleave
