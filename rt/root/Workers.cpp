/* Workers.cpp - the root's side of exchange.h: rings, slots, completions.
 *
 * A worker gets at most two messages at a time: the second hides the hand-off, more would only take work from others.
 * The input area of a partition is used as follows: the first quarter holds the SHARED image of the loop that the worker
 * serves, the rest is cut into CLEAVE_RING equal parts, one for each ring entry's ITEMS image. A shared image is replaced
 * only when nothing that refers to it is under way. Results are copied out as soon as they are seen, so that an entry is
 * free again no matter in which order the program asks. */
#include "Workers.h"

#include "Attach.h"
#include "Names.h"

#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace cleave {

namespace {

constexpr uint32_t kInFlight = 2;

struct Slot {
  bool isOurs = false; /* wanted or running for `kind` */
  uint32_t kind = 0;
  uint32_t submitted = 0, consumed = 0;
  uint64_t sharedSerial = ~uint64_t{0};
  cleave_name sharedName{};
  uint64_t sharedBytes = 0;
  Batch *ring[CLEAVE_RING] = {};
};

Slot slots[CLEAVE_SLOTS_MAX];

uint32_t load(const uint32_t &word) { return __atomic_load_n(&word, __ATOMIC_SEQ_CST); }
void store(uint32_t &word, uint32_t value) { __atomic_store_n(&word, value, __ATOMIC_SEQ_CST); }

uint32_t stateOf(uint32_t slot) { return load(cleave_control_slot(nodeLink.control, slot)->state); }

bool request(uint32_t slot, uint32_t from, uint32_t kind) {
  cleave_slot *shared = cleave_control_slot(nodeLink.control, slot);
  shared->kind = kind;
  if (!__atomic_compare_exchange_n(&shared->state, &from, CLEAVE_SLOT_WANTED, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    return false;
  slots[slot] = Slot();
  slots[slot].isOurs = true;
  slots[slot].kind = kind;
  ringNode();
  return true;
}

/* One more worker for `kind`: a free slot, or an idle one of another kind. */
void startWorker(uint32_t kind) {
  for (uint32_t s = 0; s < nodeLink.control->slot_count; ++s)
    if (!slots[s].isOurs && stateOf(s) == CLEAVE_SLOT_FREE && request(s, CLEAVE_SLOT_FREE, kind))
      return;
  for (uint32_t s = 0; s < nodeLink.control->slot_count; ++s)
    if (slots[s].isOurs && slots[s].kind != kind && slots[s].submitted == slots[s].consumed &&
        stateOf(s) == CLEAVE_SLOT_RUNNING && request(s, CLEAVE_SLOT_RUNNING, kind))
      return;
}

uint32_t workersOf(uint32_t kind) {
  uint32_t count = 0;
  for (uint32_t s = 0; s < nodeLink.control->slot_count; ++s)
    count += slots[s].isOurs && slots[s].kind == kind;
  return count;
}

uint64_t itemsBytesOfEntry() { return (nodeLink.control->input_bytes / 4 * 3 / CLEAVE_RING) & ~uint64_t{4095}; }
uint64_t itemsOffset(uint32_t entry) {
  return nodeLink.control->input_offset + nodeLink.control->input_bytes / 4 + entry * itemsBytesOfEntry();
}

/* The images' own names; large ones are not hashed. */
constexpr uint64_t kHashLimit = 1u << 20;
cleave_name nameOfImage(const void *image, uint64_t bytes) {
  return bytes <= kHashLimit ? nameOfContent(image, bytes) : nameOfPublication();
}

bool placeShared(uint32_t s, const Batch &batch) {
  Slot &slot = slots[s];
  if (slot.sharedSerial == batch.sharedSerial)
    return true;
  if (slot.submitted != slot.consumed)
    return false;
  char *place = partitionOf(s) + nodeLink.control->input_offset;
  if (batch.shared) {
    slot.sharedBytes = batch.shared->bytes();
    batch.shared->copyTo(place);
  } else {
    auto *empty = reinterpret_cast<cleave_image *>(place);
    memset(place, 0, kBodyOffset);
    empty->magic = CLEAVE_IMAGE_MAGIC;
    empty->count = 1;
    empty->body_offset = kBodyOffset;
    slot.sharedBytes = kBodyOffset;
  }
  slot.sharedName = nameOfImage(place, slot.sharedBytes);
  slot.sharedSerial = batch.sharedSerial;
  nodeLink.control->counters.inputs_copied_bytes += slot.sharedBytes;
  return true;
}

void grant(cleave_inbox *inbox, uint32_t entry, const Batch &batch, cleave_message &message) {
  uint32_t count = 0;
  auto add = [&](const Image &image) {
    for (uint64_t k = 0; k < image.externs.count; ++k) {
      bool isKnown = false;
      for (uint32_t j = 0; j < count; ++j)
        isKnown |= memcmp(&inbox->grants[entry][j].name, &image.externs.items[k].name, sizeof(cleave_name)) == 0;
      if (!isKnown && count < CLEAVE_GRANTS_MAX)
        inbox->grants[entry][count++] = image.externs.items[k];
    }
  };
  if (batch.shared)
    add(*batch.shared);
  add(batch.items);
  message.grant_count = count;
}

void submit(uint32_t s, Batch &batch) {
  Slot &slot = slots[s];
  uint32_t entry = slot.submitted % CLEAVE_RING;
  cleave_inbox *inbox = inboxOf(s);
  cleave_message &message = inbox->messages[entry];
  memset(&message, 0, sizeof message);
  message.shared_offset = nodeLink.control->input_offset;
  message.shared_bytes = slot.sharedBytes;
  message.items_offset = itemsOffset(entry);
  message.items_bytes = batch.items.bytes();
  char *place = partitionOf(s) + message.items_offset;
  batch.items.copyTo(place);
  message.inputs[0] = slot.sharedName;
  message.inputs[1] = nameOfImage(place, message.items_bytes);
  cleave_kind_control *kind = cleave_control_kind(nodeLink.control, slot.kind);
  message.output = nameOfOutput(kind->task, message.inputs, 2);
  grant(inbox, entry, batch, message);
  nodeLink.control->counters.inputs_copied_bytes += message.items_bytes;
  batch.bytesIn = message.items_bytes;
  for (uint64_t k = 0; k < batch.items.externs.count; ++k)
    batch.bytesIn += batch.items.externs.items[k].bytes;
  batch.state = BatchState::Sent;
  batch.slot = s;
  batch.entry = entry;
  batch.sentNs = nowNs();
  slot.ring[entry] = &batch;
  store(inbox->submitted, ++slot.submitted);
  if (load(outboxOf(s)->worker_sleeps))
    syscall(SYS_futex, &inbox->submitted, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void setFailure(Batch &batch, uint32_t cause, uint32_t detail, uint64_t bytes, const char *text, uint64_t textBytes) {
  batch.state = BatchState::Failed;
  batch.failure.kind = batch.site->kind->id;
  batch.failure.cause = cause;
  batch.failure.detail = detail;
  batch.failure.bytes = bytes;
  batch.failure.text_bytes = textBytes < CLEAVE_LOG_MAX ? textBytes : CLEAVE_LOG_MAX;
  if (text)
    memcpy(batch.failure.text, text, batch.failure.text_bytes);
}

void record(const Batch &batch, uint32_t s, const cleave_result &result) {
  cleave_control *control = nodeLink.control;
  cleave_kind_control *kind = cleave_control_kind(control, slots[s].kind);
  ++kind->count;
  kind->items += batch.items.count;
  kind->busy_ns += batch.busyNs;
  kind->bytes_in += batch.bytesIn;
  kind->bytes_out += batch.outputBytes;
  control->counters.objects_mapped += result.externs_opened;
  if (control->trace_count < control->trace_capacity)
    *cleave_control_trace(control, control->trace_count) = {slots[s].kind,     s, result.start_ns, result.end_ns,
                                                            batch.items.count, batch.bytesIn, batch.outputBytes};
  ++control->trace_count;
}

/* What a worker wrote is believed only after a look. */
bool takeOutput(Batch &batch, uint32_t s, const cleave_result &result) {
  cleave_control *control = nodeLink.control;
  uint64_t begin = control->output_offset + batch.entry * control->output_bytes, end = begin + control->output_bytes;
  if (result.output_offset < begin || result.output_offset % 16 || result.output_bytes < kBodyOffset ||
      result.output_bytes > end - result.output_offset || result.output_offset > end)
    return false;
  batch.output = static_cast<char *>(growBlock(nullptr, result.output_bytes));
  batch.outputBytes = result.output_bytes;
  memcpy(batch.output, partitionOf(s) + result.output_offset, result.output_bytes);
  auto *image = reinterpret_cast<const cleave_image *>(batch.output);
  const cleave_kind &kind = *batch.site->kind;
  return image->magic == CLEAVE_IMAGE_MAGIC && image->count == batch.items.count && image->body_offset == kBodyOffset &&
         image->tuple_bytes == resultStride(kind) && image->body_bytes <= result.output_bytes - kBodyOffset &&
         image->count * image->tuple_bytes <= image->body_bytes;
}

void complete(uint32_t s) {
  Slot &slot = slots[s];
  uint32_t entry = slot.consumed % CLEAVE_RING;
  Batch &batch = *slot.ring[entry];
  cleave_result result = outboxOf(s)->results[entry];
  batch.busyNs = result.end_ns > result.start_ns ? result.end_ns - result.start_ns : 0;
  if (result.outcome == CLEAVE_THROWN) {
    batch.state = BatchState::Thrown;
  } else if (result.outcome != CLEAVE_DONE) {
    setFailure(batch, CLEAVE_CAUSE_PANIC, 0, 0, result.log, result.log_bytes);
  } else if (batch.isAbandoned || takeOutput(batch, s, result)) {
    batch.state = BatchState::Done;
  } else {
    setFailure(batch, CLEAVE_CAUSE_OUTPUT, 0, 0, nullptr, 0);
  }
  record(batch, s, result);
  inboxOf(s)->messages[entry].grant_count = 0;
  slot.ring[entry] = nullptr;
  ++slot.consumed;
}

/* The message that was being done is to blame; those behind it never began and are sent again. */
void bury(uint32_t s) {
  Slot &slot = slots[s];
  cleave_slot *shared = cleave_control_slot(nodeLink.control, s);
  bool isFirst = true;
  for (uint32_t n = slot.consumed; n != slot.submitted; ++n) {
    Batch &batch = *slot.ring[n % CLEAVE_RING];
    if (isFirst)
      setFailure(batch, shared->cause, shared->detail, shared->bytes, nullptr, 0);
    else
      batch.state = BatchState::Ready;
    isFirst = false;
  }
  bool wasSetup = shared->cause == CLEAVE_CAUSE_SETUP;
  uint32_t kind = slot.kind;
  slot = Slot();
  /* A worker that cannot be started at all must not be tried for ever: the slot stays ours and dead. */
  if (wasSetup) {
    slot.isOurs = true;
    slot.kind = kind;
    return;
  }
  request(s, CLEAVE_SLOT_DEAD, kind);
}

} // namespace

uint64_t nowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

bool collect() {
  bool hasChanged = false;
  for (uint32_t s = 0; s < nodeLink.control->slot_count; ++s) {
    Slot &slot = slots[s];
    if (!slot.isOurs)
      continue;
    uint32_t state = stateOf(s);
    if (state == CLEAVE_SLOT_RUNNING || state == CLEAVE_SLOT_DEAD)
      while (slot.consumed != slot.submitted && load(outboxOf(s)->completed) != slot.consumed) {
        complete(s);
        hasChanged = true;
      }
    if (state == CLEAVE_SLOT_DEAD && (slot.consumed != slot.submitted || cleave_control_slot(nodeLink.control, s)->cause != CLEAVE_CAUSE_SETUP)) {
      bury(s);
      hasChanged = true;
    }
  }
  return hasChanged;
}

bool hasIdleWorker(const cleave_kind &kind) {
  collect();
  if (workersOf(kind.id) < nodeLink.control->worker_count)
    return true;
  for (uint32_t s = 0; s < nodeLink.control->slot_count; ++s)
    if (slots[s].isOurs && slots[s].kind == kind.id && stateOf(s) == CLEAVE_SLOT_RUNNING && slots[s].submitted == slots[s].consumed)
      return true;
  return false;
}

bool trySend(Batch &batch) {
  uint32_t kind = batch.site->kind->id;
  if (batch.items.bytes() > itemsBytesOfEntry() ||
      (batch.shared && batch.shared->bytes() > nodeLink.control->input_bytes / 4)) {
    batch.state = BatchState::Unsendable;
    return false;
  }
  uint32_t best = CLEAVE_SLOTS_MAX, bestLoad = kInFlight;
  bool canStart = false, isHopeless = true;
  for (uint32_t s = 0; s < nodeLink.control->slot_count; ++s) {
    if (!slots[s].isOurs || slots[s].kind != kind)
      continue;
    uint32_t state = stateOf(s);
    isHopeless = isHopeless && state == CLEAVE_SLOT_DEAD;
    uint32_t waiting = slots[s].submitted - slots[s].consumed;
    if (state == CLEAVE_SLOT_RUNNING && waiting < bestLoad &&
        (slots[s].sharedSerial == batch.sharedSerial || waiting == 0)) {
      best = s;
      bestLoad = waiting;
    }
  }
  canStart = workersOf(kind) < nodeLink.control->worker_count;
  if (canStart && bestLoad > 0)
    startWorker(kind);
  else if (!canStart && isHopeless)
    batch.state = BatchState::Unsendable;
  if (best == CLEAVE_SLOTS_MAX || !placeShared(best, batch))
    return false;
  submit(best, batch);
  return true;
}

void waitForWorkers() {
  uint64_t until = nowNs() + CLEAVE_SPIN_NS;
  do {
    if (collect())
      return;
    __builtin_ia32_pause();
  } while (nowNs() < until);
  /* The words to sleep on, with what they must still hold. Announce, look again, sleep. */
  futex_waitv waiters[CLEAVE_SLOTS_MAX + 1];
  uint32_t watched[CLEAVE_SLOTS_MAX];
  uint32_t count = 0;
  uint32_t bell = load(nodeLink.control->bell);
  for (uint32_t s = 0; s < nodeLink.control->slot_count; ++s)
    if (slots[s].isOurs && slots[s].submitted != slots[s].consumed) {
      store(inboxOf(s)->root_sleeps, 1);
      waiters[count] = {slots[s].consumed, reinterpret_cast<uint64_t>(&outboxOf(s)->completed), FUTEX_32, 0};
      watched[count++] = s;
    }
  waiters[count] = {bell, reinterpret_cast<uint64_t>(&nodeLink.control->bell), FUTEX_32, 0};
  if (!collect()) {
    timespec limit;
    clock_gettime(CLOCK_MONOTONIC, &limit);
    limit.tv_sec += 1; /* a lost wake-up would be a bug, and cost a second rather than the run */
    syscall(SYS_futex_waitv, waiters, count + 1, 0, &limit, CLOCK_MONOTONIC);
  }
  for (uint32_t k = 0; k < count; ++k)
    store(inboxOf(watched[k])->root_sleeps, 0);
  collect();
}

void fail(const Batch &batch) {
  cleave_failure &failure = nodeLink.control->failure;
  failure = batch.failure;
  store(failure.is_set, 1);
  ringNode();
  for (;;)
    pause();
}

} // namespace cleave
