/* Futex.h - waiting on words that are shared between processes. */
#ifndef CLEAVE_ROOT_FUTEX_H
#define CLEAVE_ROOT_FUTEX_H

#include <stdint.h>

namespace cleave {

void futexWake(uint32_t *word, uint32_t count = 1);
/* Until woken, the word differs from `value`, or the time is over (0: it has no end). */
void futexWait(uint32_t *word, uint32_t value, uint64_t timeoutNs);

/* Waits for any of up to 128 words. Where the system has no such call (Linux before 5.16), it waits for the first of
 * them and looks again every millisecond. */
class FutexSet {
public:
  void add(uint32_t *word, uint32_t value);
  /* deadlineNs: on CLOCK_MONOTONIC; 0: none. */
  void wait(uint64_t deadlineNs);

private:
  static constexpr unsigned kMax = 128;
  struct Waiter { /* struct futex_waitv */
    uint64_t value, address;
    uint32_t flags, reserved;
  };
  Waiter waiters[kMax];
  unsigned count = 0;
};

} // namespace cleave
#endif
