// Task.cpp - a slot's life, and a message's: see Task.h and exchange.h.
#include "Task.h"
#include "Apic.h"
#include "Clock.h"
#include "Console.h"
#include "Frames.h"
#include "Layout.h"
#include "Module.h"
#include "Program.h"

namespace cleave {

TaskSlot *slots;
uint32_t slotCount;
uint64_t taskMemoryBytes;

uint64_t TaskSlot::partition() const { return kRootExchange + index * program.layout.partition_bytes; }

Error TaskSlot::attach() {
  if (inbox)
    return Error::None;
  auto pin = [this](uint64_t offset) -> uint64_t {
    uint64_t address = partition() + offset;
    if (program.space.populate(address, kPage, false) != Error::None)
      return 0;
    uint64_t frame = *program.space.find(address) & kFrameMask;
    shareFrame(frame); // ours as long as the machine runs, whatever the program does with its own mapping
    return frame;
  };
  uint64_t in = pin(CLEAVE_INBOX_OFFSET), out = pin(CLEAVE_OUTBOX_OFFSET);
  if (!in || !out)
    return Error::NoMemory;
  outbox = reinterpret_cast<cleave_outbox *>(direct(out));
  inbox = reinterpret_cast<cleave_inbox *>(direct(in));
  return Error::None;
}

void TaskSlot::detach() {
  if (!inbox)
    return;
  releaseFrame(reinterpret_cast<uint64_t>(inbox) - kDirectMap);
  releaseFrame(reinterpret_cast<uint64_t>(outbox) - kDirectMap);
  inbox = nullptr;
}

/* Core 0: nobody runs the slot after this, and nobody can. */
bool TaskSlot::takeFromCore() {
  __atomic_store_n(&isOpen, false, __ATOMIC_SEQ_CST);
  constexpr uint64_t kAgainNs = 50000;
  uint64_t again = 0;
  for (;;) {
    int32_t expected = kNobody;
    if (__atomic_compare_exchange_n(&owner, &expected, kKernel, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      return true;
    if (expected == kKernel)
      return true;
    // An NMI that finds the core inside the kernel does nothing, so it is sent until the core has seen it.
    Core &core = *cores[expected];
    if (nowNs() >= again) {
      __atomic_store_n(&core.isKillWanted, true, __ATOMIC_SEQ_CST);
      sendNmi(core.apicId);
      again = nowNs() + kAgainNs;
    }
    relax();
  }
}

void TaskSlot::publish(uint32_t state) {
  cleave_slot &shared = program.slot(index);
  uint32_t expected = state == CLEAVE_SLOT_RUNNING ? CLEAVE_SLOT_WANTED : CLEAVE_SLOT_RUNNING;
  if (state == CLEAVE_SLOT_DEAD && shared.cause == CLEAVE_CAUSE_SETUP)
    expected = CLEAVE_SLOT_WANTED; // it never ran
  // If the program wants another worker here by now, the old one's death is no news.
  __atomic_compare_exchange_n(&shared.state, &expected, state, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  __atomic_add_fetch(&program.control->bell, 1, __ATOMIC_SEQ_CST);
  program.wakeUp();
}

void TaskSlot::publishDeath(cleave_cause why, uint32_t whyDetail, uint64_t whyBytes) {
  cleave_slot &shared = program.slot(index);
  shared.cause = why;
  shared.detail = whyDetail;
  shared.bytes = whyBytes;
  publish(CLEAVE_SLOT_DEAD);
}

void TaskSlot::stop() {
  takeFromCore();
  space.destroy();
  binary = {};
}

void TaskSlot::start() {
  stop();
  cleave_slot &shared = program.slot(index);
  kind = __atomic_load_n(&shared.kind, __ATOMIC_ACQUIRE);
  shared.generation += 1;
  shared.cause = CLEAVE_CAUSE_NONE;
  memset(inbox, 0, offsetof(cleave_inbox, grants) < kPage ? offsetof(cleave_inbox, grants) : kPage);
  memset(outbox, 0, kPage);
  outbox->worker_sleeps = 1;
  Error error = kind < module.header().taskCount ? load() : Error::Absent;
  if (error != Error::None) {
    printLine("task kind ", uint64_t{kind}, " cannot be loaded: ", describe(error));
    space.destroy();
    constexpr uint32_t kStepElf = 4, kStepHeap = 5; // SetupStep (rt/worker/Setup.h)
    uint32_t step = error == Error::Malformed ? kStepElf : kStepHeap;
    shared.cause = CLEAVE_CAUSE_SETUP;
    shared.detail = step << 16;
    shared.bytes = 0;
    __atomic_store_n(&owner, kNobody, __ATOMIC_SEQ_CST);
    publishStart(CLEAVE_SLOT_DEAD);
    return;
  }
  outbox->is_ready = 1;
  __atomic_store_n(&owner, kNobody, __ATOMIC_SEQ_CST);
  __atomic_store_n(&isOpen, true, __ATOMIC_SEQ_CST);
  publishStart(CLEAVE_SLOT_RUNNING);
}

void TaskSlot::publishStart(uint32_t state) {
  // The program may see the new state and ask for the next start at once: it is heard after this.
  Guard guard(startLock);
  publish(state);
  isStartWanted = false;
}

Error TaskSlot::load() {
  auto made = AddressSpace::create();
  if (!made)
    return made.error;
  space = *made;
  auto loaded = loadBinary(space, module.file(kind + 1), kPage, kBinaryEnd, taskMemoryBytes);
  if (!loaded)
    return loaded.error;
  binary = *loaded;
  heapUsed = 0;
  heapTop = kTaskHeap;
  outputTop = kTaskOutputs;
  seenCount = 0;
  return makeImage();
}

bool TaskSlot::hasWork() const {
  return __atomic_load_n(&isOpen, __ATOMIC_SEQ_CST) && __atomic_load_n(&owner, __ATOMIC_RELAXED) == kNobody &&
         __atomic_load_n(&inbox->submitted, __ATOMIC_SEQ_CST) != __atomic_load_n(&outbox->completed, __ATOMIC_SEQ_CST);
}

bool TaskSlot::claim(Core &core) {
  if (!hasWork())
    return false;
  int32_t expected = kNobody;
  if (!__atomic_compare_exchange_n(&owner, &expected, static_cast<int32_t>(core.index), false, __ATOMIC_SEQ_CST,
                                   __ATOMIC_SEQ_CST))
    return false;
  // Another core may have done the message, or core 0 closed the slot, between the two looks.
  if (__atomic_load_n(&isOpen, __ATOMIC_SEQ_CST) &&
      __atomic_load_n(&inbox->submitted, __ATOMIC_SEQ_CST) != outbox->completed)
    return true;
  __atomic_store_n(&owner, kNobody, __ATOMIC_SEQ_CST);
  return false;
}

/* The message as it was when it was looked at: the program may write on. */
bool TaskSlot::acceptMessage() {
  entry = outbox->completed % CLEAVE_RING;
  memcpy(&message, &inbox->messages[entry], sizeof message);
  const cleave_control &control = program.layout;
  if (message.grant_count > CLEAVE_GRANTS_MAX)
    message.grant_count = CLEAVE_GRANTS_MAX;
  memset(&result, 0, offsetof(cleave_result, log));
  result.outcome = CLEAVE_PANIC;
  outputGranted = committedOffset = committedBytes = 0;
  isCommitted = false;
  lastGrant = 0;
  return isWithin(message.shared_offset, message.shared_bytes, control.input_offset, control.input_bytes) &&
         isWithin(message.items_offset, message.items_bytes, control.input_offset, control.input_bytes);
}

void TaskSlot::complete() {
  const cleave_control &control = program.layout;
  bool hasOutput = isCommitted && result.outcome == CLEAVE_DONE;
  result.output_offset = control.output_offset + entry * control.output_bytes + committedOffset;
  result.output_bytes = hasOutput ? committedBytes : 0;
  result.heap_bytes = heapUsed;
  uint64_t place = partition() + CLEAVE_OUTBOX_OFFSET + offsetof(cleave_outbox, results) + entry * sizeof result;
  // Fails only if the machine has no page left for it: the program then finds an empty result, which is malformed.
  (void)program.write(place, &result, offsetof(cleave_result, log) + result.log_bytes);
  __atomic_store_n(&outbox->completed, outbox->completed + 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&inbox->root_sleeps, __ATOMIC_SEQ_CST))
    program.wakeUp();
}

void TaskSlot::runMessage(Core &core) {
  __atomic_store_n(&outbox->worker_sleeps, 0u, __ATOMIC_SEQ_CST);
  __atomic_store_n(&core.slot, this, __ATOMIC_RELEASE);
  cause = CLEAVE_CAUSE_NONE;
  restoreImage(); // if the last one that ran here could not
  Left left = Left::Finished;
  if (acceptMessage()) {
    UserStart start = writeStart();
    isPristine = false;
    writeCr3(space.physicalRoot());
    result.start_ns = nowNs();
    __atomic_store_n(&startedNs, result.start_ns | 1, __ATOMIC_RELEASE);
    ++core.tasks;
    core.counted = &core.inTasks;
    left = runUser(start);
    core.counted = &core.other;
    __atomic_store_n(&startedNs, uint64_t{0}, __ATOMIC_RELEASE);
    result.end_ns = nowNs();
  }
  if (left == Left::Finished)
    complete();
  restoreImage(); // after the result is told: somebody may wait for it, and nobody waits for a clean slot
  // Forgets all translations, so that the processor notes anew which pages the next task writes.
  useKernelTables();
  bool hasDied = left == Left::Died || (left == Left::Killed && cause != CLEAVE_CAUSE_NONE);
  if (hasDied) {
    __atomic_store_n(&isOpen, false, __ATOMIC_SEQ_CST);
    space.destroy();
  }
  // Release: after the memory is back (TaskCalls.cpp counts on it).
  __atomic_store_n(&core.slot, static_cast<TaskSlot *>(nullptr), __ATOMIC_RELEASE);
  __atomic_store_n(&core.isKillWanted, false, __ATOMIC_SEQ_CST);
  // Said before the last look at `submitted`, which serveTasks() takes: a later message wakes a core.
  __atomic_store_n(&outbox->worker_sleeps, 1u, __ATOMIC_SEQ_CST);
  if (hasDied)
    publishDeath(cause, detail, causeBytes);
  __atomic_store_n(&owner, kNobody, __ATOMIC_SEQ_CST);
}

void TaskSlot::die(cleave_cause why, uint32_t whyDetail, uint64_t whyBytes) {
  cause = why;
  detail = whyDetail;
  causeBytes = whyBytes;
  leaveUser(Left::Died);
}

void TaskSlot::enforceLimit(uint64_t limitNs) {
  uint64_t started = __atomic_load_n(&startedNs, __ATOMIC_ACQUIRE);
  int32_t runner = __atomic_load_n(&owner, __ATOMIC_ACQUIRE);
  if (!started || runner < 0 || nowNs() - started < limitNs)
    return;
  // The core itself tells the death, because it finds the cause set.
  constexpr uint32_t kTimeLimit = 24; // SIGXCPU, the hosted node's word for it
  detail = kTimeLimit;
  causeBytes = 0;
  __atomic_store_n(&cause, CLEAVE_CAUSE_SIGNAL, __ATOMIC_SEQ_CST);
  printLine("task kind ", uint64_t{kind}, " on core ", static_cast<uint64_t>(runner),
            " is over its time and is killed");
  __atomic_store_n(&cores[runner]->isKillWanted, true, __ATOMIC_SEQ_CST);
  sendNmi(cores[runner]->apicId);
}

void wakeTaskCores() {
  for (unsigned i = kFirstTaskCore; i < coreCount; ++i)
    wake(*cores[i]);
}

void serveTasks(Core &core) {
  setClockVisible(false);
  constexpr uint64_t kSpinNs = 2000;
  auto hasWork = [] {
    for (uint32_t i = 0; i != slotCount; ++i)
      if (slots[i].hasWork())
        return true;
    return false;
  };
  // Slots take turns, so that one that is always full does not starve the others.
  for (uint32_t next = core.index;;) {
    bool hasRun = false;
    for (uint32_t i = 0; i != slotCount && !hasRun; ++i) {
      TaskSlot &slot = slots[(next + i) % slotCount];
      if (!slot.claim(core))
        continue;
      slot.runMessage(core);
      next = (next + i + 1) % slotCount;
      hasRun = true;
    }
    if (hasRun)
      continue;
    for (uint64_t end = nowNs() + kSpinNs; !hasWork() && nowNs() < end;)
      relax();
    idleUnless(core, hasWork);
  }
}

} // namespace cleave
