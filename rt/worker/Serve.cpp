/* Serve.cpp - a jailed worker's life: wait for a message, do the task, say so, clean up. The protocol, and why no
 * wake-up can be lost, is in exchange.h. Cleaning up comes last, because somebody may be waiting for the result and
 * nobody waits for a clean worker. */
#include "Syscalls.h"
#include "Worker.h"

#include <linux/futex.h>

namespace cleave {

static void sleepUntilSubmitted(uint32_t completed) {
  const uint32_t *submitted = &partition.inbox->submitted;
  uint32_t *sleeps = &partition.outbox->worker_sleeps;
  /* Sequentially consistent on both sides: either the root sees the 1 or this side sees the new count. */
  __atomic_store_n(sleeps, 1u, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(submitted, __ATOMIC_SEQ_CST) == completed)
    systemCall(__NR_futex, reinterpret_cast<long>(submitted), FUTEX_WAIT, completed, 0);
  __atomic_store_n(sleeps, 0u, __ATOMIC_SEQ_CST);
}

static void waitForMessage(uint32_t completed) {
  const uint32_t *submitted = &partition.inbox->submitted;
  if (__atomic_load_n(submitted, __ATOMIC_ACQUIRE) != completed)
    return;
  uint64_t deadlineNs = nowNs() + CLEAVE_SPIN_NS;
  while (nowNs() < deadlineNs)
    for (unsigned i = 0; i != 16; ++i, __builtin_ia32_pause())
      if (__atomic_load_n(submitted, __ATOMIC_ACQUIRE) != completed)
        return;
  sleepUntilSubmitted(completed);
}

static void runTask(uint32_t entry, uint64_t stackTop) {
  const cleave_message message = partition.inbox->messages[entry];
  beginTask(entry, message);
  const cleave_start start = {&nodeTable, message.inputs, 2, 0};
  cleave_result &result = partition.outbox->results[entry];
  result.start_ns = nowNs();
  cleave_worker_enter_task(taskEntry, &start, stackTop);
  result.end_ns = nowNs();
  endTask();
}

[[noreturn]] void serve(uint64_t stackTop) {
  cleave_outbox *outbox = partition.outbox;
  restoreTask();
  __atomic_store_n(&outbox->is_ready, 1u, __ATOMIC_RELEASE);
  for (uint32_t completed = 0;; ++completed) {
    waitForMessage(completed);
    runTask(completed % CLEAVE_RING, stackTop);
    __atomic_store_n(&outbox->completed, completed + 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&partition.inbox->root_sleeps, __ATOMIC_SEQ_CST))
      systemCall(__NR_futex, reinterpret_cast<long>(&outbox->completed), FUTEX_WAKE, 1, 0);
    clearHeap();
    restoreTask();
  }
}

} // namespace cleave
