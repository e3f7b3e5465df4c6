// Task.h - the slots in which task binaries are loaded, and the messages that they are given.
//
// A slot holds one task kind, loaded into an address space of its own, and a partition of the exchange (exchange.h),
// through which the program gives it messages. A message is a task: a task core takes it, runs it to its end, and puts
// code, data, stack and heap back as they were. This is the hosted node's worker (rt/worker), with the kernel in the
// place of the worker's own code: the task sees neither inbox nor outbox.
//
// WHO OWNS A SLOT. `owner` is a core's number while that core runs one of its messages, kKernel while core 0 loads or
// stops it, else kNobody. Only the owner touches what is below it.
#ifndef CLEAVE_KERNEL_TASK_H
#define CLEAVE_KERNEL_TASK_H

#include "Binary.h"
#include "Cores.h"
#include "Domain.h"

#include "cleave/exchange.h"

namespace cleave {

class TaskSlot final : public Domain {
public:
  explicit TaskSlot(uint32_t index) : index(index) {}
  /// The pages of the partition that kernel and program share, now that the program has them. On the program's core.
  Error attach();

  /* Core 0. */
  void detach(); ///< the opposite, when the program has ended
  void start();
  void stop();
  void enforceLimit(uint64_t limitNs);
  /// On the program's core: is it to be started, and has core 0 not been told? Then `prepare` is called.
  template <typename Prepare> void askForStart(const uint32_t *state, Prepare prepare) {
    Guard guard(startLock);
    if (__atomic_load_n(state, __ATOMIC_SEQ_CST) == CLEAVE_SLOT_WANTED && !isStartWanted) {
      prepare();
      isStartWanted = true;
    }
  }
  bool isStartWanted = false; ///< under startLock, until what came of it is published

  /* A task core. */
  bool hasWork() const;
  bool claim(Core &core);
  void runMessage(Core &core);

  /* The core that runs it, in a call or a fault of the task. */
  cleave_status request(uint64_t bytes, uint64_t flags, uint64_t granted);
  cleave_status commit(uint64_t buffer, uint64_t usedBytes, uint64_t name);
  cleave_status open(uint64_t name, uint64_t how, uint64_t view);
  void log(uint64_t text, uint64_t bytes);
  [[noreturn]] void finish(uint64_t outcome, uint64_t outputs, uint64_t outputCount);
  [[noreturn]] void die(cleave_cause why, uint32_t whyDetail, uint64_t whyBytes = 0);
  Error touch(uint64_t address) override;

private:
  static constexpr int32_t kNobody = -1, kKernel = -2;
  static constexpr uint32_t kSeenMax = 64;

  /* Task.cpp */
  Error load();
  bool acceptMessage();
  void complete();
  void publishDeath(cleave_cause cause, uint32_t detail, uint64_t bytes);
  void publish(uint32_t state);
  void publishStart(uint32_t state);
  bool takeFromCore();
  uint64_t partition() const;

  /* TaskImage.cpp: the binary's own memory */
  Error makeImage();
  void restoreImage();
  void restorePages(const WritableSegment &segment);
  void writeThreadBlock();
  UserStart writeStart();

  /* TaskCalls.cpp */
  cleave_status requestHeap(uint64_t bytes, uint64_t &address);
  cleave_status requestOutput(uint64_t bytes, uint64_t &address);
  Error grantOutputPage(uint64_t offset);
  cleave_status find(const cleave_name &name, uint64_t &address, uint64_t &bytes);
  void noteSeen(uint64_t begin, uint64_t end);
  bool findGrant(const cleave_name &name, cleave_grant &found);
  template <typename Attempt> Error patiently(Attempt attempt);

  SpinLock startLock;
  int32_t owner = kNobody;
  bool isOpen = false; ///< messages may be run
  uint32_t index = 0, kind = 0;
  cleave_inbox *inbox = nullptr; ///< the first page of each, in the direct map
  cleave_outbox *outbox = nullptr;

  Binary binary;
  bool isPristine = false;
  uint64_t startFrame = 0; ///< physical: what cleave_start points into, read-only for the task
  WritableSegment threadData{};

  /* The message that is being done. */
  uint32_t entry = 0;
  cleave_message message{};
  cleave_result result{};
  uint64_t heapUsed = 0, heapTop = 0, outputTop = 0;
  MemoryRange seen[kSeenMax]; ///< every page that open has mapped since the slot was pristine is in one of them
  uint32_t seenCount = 0;
  uint64_t outputGranted = 0, committedOffset = 0, committedBytes = 0;
  bool isCommitted = false;
  uint32_t lastGrant = 0;
  uint64_t stackLow = 0;
  cleave_cause cause = CLEAVE_CAUSE_NONE;
  uint32_t detail = 0;
  uint64_t causeBytes = 0;
  uint64_t startedNs = 0; ///< 0: no message is being done; core 0 looks at it
};

extern TaskSlot *slots;
extern uint32_t slotCount;

/// A task core's life.
[[noreturn]] void serveTasks(Core &core);
void wakeTaskCores();

/// Quota of each task's heap, and of each output.
extern uint64_t taskMemoryBytes;

} // namespace cleave

#endif
