/* Slots.cpp - the life of workers as the program sees it, and sleeping until one of them has news. */
#include "Slots.h"

#include "../task/Memory.h"
#include "Futex.h"
#include "History.h"
#include "Workers.h"

#include <stdlib.h>

namespace cleave {

Slot *slots;
uint32_t slotCount;

namespace {

/* A worker takes one or two milliseconds to start. */
constexpr uint64_t kStartPatienceNs = 8000000;
/* An abandoned task should end soon. One that does not holds a worker, and may never end: what it borrowed changes. */
constexpr uint64_t kAbandonedNs = 20000000;
/* Who is thought to need less is waited for awake, to twice as long. Beside more than that a wake-up counts little. */
constexpr double kShortNs = 500000;

struct KindState {
  bool isBroken, hasWaited;
};
KindState *kinds;
uint32_t lastBell;
uint32_t wantedCount;

bool isIdle(const Slot &slot) { return !slot.isReserved && slot.submitted == slot.completed; }

/* Only abandoned messages in flight, and the oldest for too long. */
bool isStuck(const Slot &slot) {
  if (slot.isReserved || slot.state != CLEAVE_SLOT_RUNNING || slot.submitted == slot.completed)
    return false;
  for (uint32_t n = slot.completed; n != slot.submitted; ++n)
    if (!slot.entries[n % CLEAVE_RING]->isAbandoned)
      return false;
  return nowNs() - slot.entries[slot.completed % CLEAVE_RING]->submittedNs > kAbandonedNs;
}

/* How gladly a slot is given up for another kind's worker: free or dead, then idle for long; 0: not at all. */
uint64_t readiness(const Slot &slot, uint64_t now) {
  if (slot.state == CLEAVE_SLOT_FREE)
    return UINT64_MAX;
  if (slot.state == CLEAVE_SLOT_DEAD)
    return UINT64_MAX - 1;
  if (slot.state == CLEAVE_SLOT_RUNNING && (isIdle(slot) || isStuck(slot)))
    return now - slot.lastUseNs + 1;
  return 0;
}

void start(Slot &slot, uint32_t kind) {
  cleave_slot &shared = *cleave_control_slot(session.control, slot.index);
  uint32_t before = slot.state;
  /* The node writes RUNNING -> DEAD only; if that just happened, take note of it first and try another time. */
  if (__atomic_load_n(&shared.state, __ATOMIC_ACQUIRE) != before)
    return;
  buryMessages(slot);
  clearEntries(slot);
  uint32_t kindBefore = shared.kind;
  shared.kind = kind;
  if (!__atomic_compare_exchange_n(&shared.state, &before, uint32_t{CLEAVE_SLOT_WANTED}, false, __ATOMIC_SEQ_CST,
                                   __ATOMIC_SEQ_CST)) {
    shared.kind = kindBefore;
    return;
  }
  uint32_t index = slot.index;
  slot = {};
  slot.index = index;
  slot.kind = kind;
  slot.state = CLEAVE_SLOT_WANTED;
  slot.lastUseNs = nowNs();
  ++wantedCount;
  ringNode();
}

} // namespace

bool attachWorkers() {
  slotCount = session.control->slot_count;
  slots = static_cast<Slot *>(calloc(slotCount, sizeof(Slot)));
  kinds = static_cast<KindState *>(calloc(session.control->kind_count + 1, sizeof(KindState)));
  if (!slots || !kinds)
    return false;
  for (uint32_t i = 0; i != slotCount; ++i)
    slots[i].index = i;
  lastBell = session.control->bell - 1;
  return true;
}

void requestWorker(uint32_t kind) {
  if (kinds[kind].isBroken || wantedCount >= session.control->worker_count)
    return;
  Slot *best = nullptr;
  uint64_t bestReadiness = 0, now = nowNs();
  for (uint32_t i = 0; i != slotCount; ++i)
    if (uint64_t ready = readiness(slots[i], now);
        ready > bestReadiness &&
        (slots[i].kind != kind || !isIdle(slots[i]) || slots[i].state != CLEAVE_SLOT_RUNNING)) {
      best = &slots[i];
      bestReadiness = ready;
    }
  if (best)
    start(*best, kind);
}

void refreshSlots() {
  uint32_t bell = __atomic_load_n(&session.control->bell, __ATOMIC_ACQUIRE);
  if (bell == lastBell)
    return;
  lastBell = bell;
  for (uint32_t i = 0; i != slotCount; ++i) {
    Slot &slot = slots[i];
    cleave_slot &shared = *cleave_control_slot(session.control, i);
    uint32_t state = __atomic_load_n(&shared.state, __ATOMIC_ACQUIRE);
    if (state == slot.state)
      continue;
    if (slot.state == CLEAVE_SLOT_WANTED)
      --wantedCount;
    slot.state = state;
    if (state == CLEAVE_SLOT_DEAD && shared.cause == CLEAVE_CAUSE_SETUP) {
      kinds[slot.kind].isBroken = true;
      if (isIsolatedMode())
        endRun(slot.kind, shared.cause, shared.detail, shared.bytes, "", 0);
    }
  }
}

bool isAnyInFlight() {
  for (uint32_t i = 0; i != slotCount; ++i)
    if (slots[i].submitted != slots[i].completed)
      return true;
  return false;
}

bool isBroken(uint32_t kind) { return kinds[kind].isBroken; }

bool waitForWorker(uint32_t kind) {
  auto isRunning = [&] {
    for (uint32_t i = 0; i != slotCount; ++i)
      if (slots[i].kind == kind && slots[i].state == CLEAVE_SLOT_RUNNING)
        return true;
    return false;
  };
  poll();
  if (isRunning())
    return true;
  requestWorker(kind);
  uint64_t deadline = nowNs() + kStartPatienceNs;
  /* Isolated means in a worker, however long that takes to start. */
  bool isPatient = isIsolatedMode() || !kinds[kind].hasWaited;
  kinds[kind].hasWaited = true;
  while (isPatient && !kinds[kind].isBroken && (isIsolatedMode() || nowNs() < deadline)) {
    uint32_t bell = lastBell;
    if (__atomic_load_n(&session.control->bell, __ATOMIC_ACQUIRE) == bell)
      futexWait(&session.control->bell, bell, kStartPatienceNs / 8);
    poll();
    if (isRunning())
      return true;
    requestWorker(kind);
  }
  return false;
}

/* Until when it is better to look around than to sleep, of which the wake-up would take some 25,000 ns, and the worker,
 * which has nothing to do meanwhile, would fall asleep in its turn: while somebody is about to be done, as far as is known,
 * and a processor is there for it. The latter is not so if workers were told to begin and do not. */
static uint64_t spinsUntil(uint64_t now) {
  uint64_t usual = now + CLEAVE_SPIN_NS, soonest = UINT64_MAX;
  uint32_t busy = 0;
  for (uint32_t i = 0; i != slotCount; ++i) {
    const Slot &slot = slots[i];
    if (slot.submitted == slot.completed)
      continue;
    ++busy;
    const Batch &batch = *slot.entries[slot.completed % CLEAVE_RING];
    double takesNs = thoughtNs(*batch.site, batch.bucket, batch.count, batch.inputBytes);
    uint64_t end = batch.submittedNs + static_cast<uint64_t>(2 * takesNs);
    if (takesNs > 0 && takesNs < kShortNs && end < soonest)
      soonest = end;
  }
  bool isAlone = busy < session.control->worker_count && startsAtOnce();
  return isAlone && soonest != UINT64_MAX && soonest > usual ? soonest : usual;
}

void waitForChange(uint64_t deadlineNs) {
  uint64_t spinUntil = spinsUntil(nowNs());
  FutexSet set;
  auto hasNews = [&] {
    for (uint32_t i = 0; i != slotCount; ++i)
      if (slots[i].submitted != slots[i].completed &&
          __atomic_load_n(&outbox(slots[i])->completed, __ATOMIC_SEQ_CST) != slots[i].completed)
        return true;
    return __atomic_load_n(&session.control->bell, __ATOMIC_ACQUIRE) != lastBell;
  };
  for (;;) {
    for (unsigned i = 0; i != 32; ++i, __builtin_ia32_pause())
      if (hasNews())
        return;
    if (nowNs() >= spinUntil)
      break;
  }
  for (uint32_t i = 0; i != slotCount; ++i)
    if (slots[i].submitted != slots[i].completed) {
      set.add(&outbox(slots[i])->completed, slots[i].completed);
      /* Said before the last look (exchange.h): a worker that is done later will wake us. */
      __atomic_store_n(&inbox(slots[i])->root_sleeps, 1, __ATOMIC_SEQ_CST);
    }
  set.add(&session.control->bell, lastBell);
  if (!hasNews())
    set.wait(deadlineNs);
  for (uint32_t i = 0; i != slotCount; ++i)
    if (slots[i].submitted != slots[i].completed)
      __atomic_store_n(&inbox(slots[i])->root_sleeps, 0, __ATOMIC_RELAXED);
}

} // namespace cleave
