/* Worker.h - the parts of a worker, in the order in which they act. See Worker.cpp for the whole. */
#ifndef CLEAVE_WORKER_WORKER_H
#define CLEAVE_WORKER_WORKER_H

#include "Setup.h"

#include "cleave/exchange.h"
#include <cstddef>

namespace cleave {

constexpr uint64_t kPage = 4096;
constexpr uint64_t pageUp(uint64_t bytes) { return (bytes + kPage - 1) & ~(kPage - 1); }
constexpr uint64_t pageDown(uint64_t bytes) { return bytes & ~(kPage - 1); }

extern "C" void *memcpy(void *to, const void *from, size_t bytes);
extern "C" void *memset(void *to, int byte, size_t bytes);
extern "C" int memcmp(const void *a, const void *b, size_t bytes);

/* Outcome of a step of the setup; `error` is an errno, 0 where the input itself was wrong. */
struct StepResult {
  bool failed;
  int error;
};
constexpr StepResult kStepDone{false, 0};
inline StepResult stepFailed(long result) { return {true, static_cast<int>(-result)}; }

/* The partition as this worker has it mapped. */
struct Partition {
  const cleave_inbox *inbox;
  cleave_outbox *outbox;
  const uint8_t *inputs;
  uint64_t inputOffset, inputBytes;
  uint8_t *outputs[CLEAVE_RING];
  uint64_t outputOffset, outputStride, outputBytes;
};

/* TaskImage.cpp */
StepResult loadTask();
void restoreTask(); /* .data, .bss and TLS as at the start */
extern uint64_t taskEntry;

/* Calls.cpp */
extern Partition partition;
StepResult reserveHeap(uint64_t bytes);
void beginTask(uint32_t entry, const cleave_message &message);
void endTask();   /* the result is in the outbox */
void clearHeap(); /* of what the ended task left */
extern const cleave_node nodeTable;

/* Clock.cpp */
void startClock(uint64_t originTicks, uint64_t originNs);
uint64_t nowNs();

/* Serve.cpp */
[[noreturn]] void serve(uint64_t stackTop);

/* Entry.S: calls entry(start) on another stack and comes back when leaveTask is called there (or entry returns). */
extern "C" void cleave_worker_enter_task(uint64_t entry, const cleave_start *start, uint64_t stackTop);
extern "C" [[noreturn]] void cleave_worker_leave_task();

} // namespace cleave

#endif
