/* Workers.cpp - rings and their entries: choosing a worker, sending, taking note of results.
 *
 * Local state mirrors the shared words, because what a worker writes is believed only after it was checked: a counter
 * that runs ahead of what was sent, an output outside its entry's area or a header that does not fit ends in a Dead
 * batch, and that ends the run if (and only if) its result is asked for. */
#include "Workers.h"

#include "../task/Memory.h"
#include "AlignedBlock.h"
#include "Futex.h"
#include "History.h"
#include "Memo.h"
#include "Names.h"
#include "Open.h"
#include "Session.h"
#include "Slots.h"

#include <sys/mman.h>

namespace cleave {

namespace {

constexpr uint64_t kDetachLimit = 64u << 20;
/* Larger images and outputs give their pages back at once; smaller ones are written over by the next message. */
constexpr uint64_t kLargeBytes = 4u << 20;
constexpr uint64_t kHashedBytes = 4096;

uint64_t detachedBytes, imageSequence, placingNs;

void giveBack(const uint8_t *from, uint64_t bytes) {
  uint64_t begin = alignUp(reinterpret_cast<uint64_t>(from), 4096);
  uint64_t end = (reinterpret_cast<uint64_t>(from) + bytes) & ~uint64_t{4095};
  if (bytes >= kLargeBytes && begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_REMOVE);
}

/* Copies the output out of the worker's partition, so that the entry is free again. */
void detach(Batch *batch) {
  batch->detached = static_cast<uint8_t *>(growBlock(nullptr, alignUp(batch->outputBodyBytes + 1, 16)));
  memcpy(batch->detached, batch->output, batch->outputBodyBytes);
  giveBack(batch->output, batch->outputBodyBytes);
  batch->output = batch->detached;
  detachedBytes += batch->outputBodyBytes;
  slots[batch->slot].entries[batch->entry] = nullptr;
}

bool isEntryFree(Slot &slot) {
  Batch *holder = slot.entries[slot.submitted % CLEAVE_RING];
  if (!holder)
    return true;
  if (holder->state != BatchState::Done || detachedBytes + holder->outputBodyBytes > kDetachLimit)
    return false;
  detach(holder);
  return true;
}

cleave_name imageName(const void *image, uint64_t bytes) {
  /* The top bit keeps these numbers apart from those of the arena's blocks (Message.cpp). */
  return bytes <= kHashedBytes ? contentName(image, bytes) : provenanceName(++imageSequence | uint64_t{1} << 63);
}

/* Makes addresses of the pointers in a copy of a shared image that lies at `offset` in a partition, so that each task uses
 * it there instead of making a copy of its own. Not if a callee may write to it, or if it holds what only the task binary
 * knows. */
void settle(uint8_t *copy, uint64_t offset, const SharedImage &shared, const cleave_kind &kind) {
  auto *image = reinterpret_cast<cleave_image *>(copy);
  const cleave_control &control = *session.control;
  if (!control.inputs_address)
    return;
  for (uint32_t rest = image->param_mask; rest; rest &= rest - 1)
    if (kind.params[__builtin_ctz(rest)].passing == CLEAVE_PARAM_VALUE)
      return;
  uint8_t *body = copy + image->body_offset;
  const cleave_reloc *relocs = relocsOf(image);
  for (uint32_t i = 0; i != image->reloc_count; ++i)
    if (loadWord(body + relocs[i]) >> kExternShift == CLEAVE_SLOT_SYMBOL)
      return;
  for (uint32_t i = 0; i != image->reloc_count; ++i) {
    uint64_t slot = loadWord(body + relocs[i]), which = slot >> kExternShift;
    slot = (slot & kOffsetMask) + (which ? control.objects_address + shared.image.shown()[which - 1].grant.arena_offset
                                         : control.inputs_address + offset + image->body_offset);
    memcpy(body + relocs[i], &slot, 8);
  }
  image->reloc_count = 0;
}

/* Where in the slot's input area the shared image lies; copies it there unless the worker has it. Five places, and at
 * most three other messages in flight: one is always free. */
uint64_t placeShared(Slot &slot, const SharedImage &shared, const cleave_kind &kind, uint32_t entry) {
  bool isUsed[kSharedPlaces] = {};
  for (uint32_t n = slot.completed; n != slot.submitted; ++n)
    isUsed[slot.sharedPlace[n % CLEAVE_RING]] = true;
  uint32_t place = kSharedPlaces;
  for (uint32_t i = 0; i != kSharedPlaces && place == kSharedPlaces; ++i)
    if (slot.sharedSerial[i] == shared.serial + 1)
      place = i;
  uint64_t offset;
  bool isThere = place != kSharedPlaces;
  for (uint32_t i = 0; place == kSharedPlaces; ++i)
    if (!isUsed[(slot.nextPlace + i) % kSharedPlaces])
      place = (slot.nextPlace + i) % kSharedPlaces;
  offset = session.control->input_offset + place * sharedPlaceBytes();
  if (!isThere) {
    uint64_t begin = ownNs();
    memcpy(partition(slot) + offset, shared.memory, shared.bytes);
    settle(partition(slot) + offset, offset, shared, kind);
    counters().inputs_copied_bytes += shared.bytes;
    slot.sharedSerial[place] = shared.serial + 1;
    slot.nextPlace = (place + 1) % kSharedPlaces;
    placingNs += ownNs() - begin;
  }
  slot.sharedPlace[entry] = static_cast<uint8_t>(place);
  return offset;
}

uint32_t writeGrants(cleave_grant *grants, const OutgoingImage &image) {
  for (uint32_t i = 0; i != image.shownCount(); ++i)
    grants[i] = image.shown()[i].grant;
  return image.shownCount();
}

void recordTrace(const Batch &batch, const cleave_result &result) {
  trace::record({batch.site->kind->id, batch.slot, result.start_ns, result.end_ns, batch.count, batch.inputBytes,
                 batch.outputBytes, batch.span.number, 0, 0, 0, batch.sharedBytes});
}

/* Checks the output image's header, which is read once, and leaves the body's place in the batch. */
bool acceptOutput(Slot &slot, Batch &batch, const cleave_result &result) {
  const cleave_control &control = *session.control;
  uint64_t begin = control.output_offset + batch.entry * control.output_bytes;
  uint64_t offset = result.output_offset, bytes = result.output_bytes;
  if (offset < begin || offset % 16 || offset - begin > control.output_bytes ||
      bytes > control.output_bytes - (offset - begin) || bytes < kBodyOffset)
    return false;
  cleave_image header;
  memcpy(&header, partition(slot) + offset, sizeof header);
  uint64_t stride = resultStride(*batch.site->kind);
  if (header.magic != CLEAVE_IMAGE_MAGIC || header.count != batch.count || header.tuple_bytes != stride ||
      header.body_offset != kBodyOffset || header.extern_count || header.body_bytes > bytes - kBodyOffset ||
      header.body_bytes < batch.count * stride)
    return false;
  batch.output = partition(slot) + offset + kBodyOffset;
  batch.outputBodyBytes = header.body_bytes;
  batch.outputBytes = bytes;
  return true;
}

/* One item of several died, and it is not known which: the program may never ask for that one (it breaks out of the
 * loop before). Each is done in place when its turn comes, and the one dies there as in the plain program. */
void die(Batch &batch, uint32_t cause, uint32_t detail, uint64_t bytes) {
  bool isForged = cause == CLEAVE_CAUSE_OUTPUT;
  batch.state = batch.count == 1 || isForged ? BatchState::Dead : BatchState::InPlace;
  batch.cause = cause;
  batch.causeDetail = detail;
  batch.causeBytes = bytes;
}

void dieOfPanic(Batch &batch, uint64_t logBytes, const char *log) {
  die(batch, CLEAVE_CAUSE_PANIC, 0, 0);
  batch.textBytes = logBytes < CLEAVE_LOG_MAX ? logBytes : CLEAVE_LOG_MAX;
  batch.text = static_cast<char *>(growBlock(nullptr, batch.textBytes + 1));
  memcpy(batch.text, log, batch.textBytes);
}

void count(const Batch &batch, const cleave_result &result) {
  cleave_kind_control &kind = *cleave_control_kind(session.control, batch.site->kind->id);
  ++kind.count;
  kind.items += batch.count;
  kind.bytes_in += batch.inputBytes;
  kind.bytes_out += batch.outputBytes;
  if (result.end_ns > result.start_ns)
    kind.busy_ns += result.end_ns - result.start_ns;
  counters().objects_mapped += result.externs_opened;
}

/* The worker no longer looks at the inputs. */
void releaseInputs(Batch &batch) {
  unpinAll(batch.shown, batch.shownCount);
  free(batch.shown);
  batch.shown = nullptr;
  batch.shownCount = 0;
  dropShared(batch.shared);
  batch.shared = nullptr;
}

void complete(Slot &slot, Batch *batch) {
  /* What is judged is a copy, which nobody changes meanwhile; the log, most of a result, is only looked at if wanted. */
  const cleave_result &shown = outbox(slot)->results[batch->entry];
  cleave_result result;
  memcpy(&result, &shown, offsetof(cleave_result, log));
  inbox(slot)->messages[batch->entry].grant_count = 0;
  giveBack(partition(slot) + inbox(slot)->messages[batch->entry].items_offset,
           inbox(slot)->messages[batch->entry].items_bytes);
  releaseInputs(*batch);
  if (result.outcome == CLEAVE_THROWN) {
    batch->state = BatchState::Thrown;
    if (batch->bucket == kLoopBucket)
      learnThrown(*batch->site);
  } else if (result.outcome != CLEAVE_DONE) {
    dieOfPanic(*batch, result.log_bytes, shown.log);
  } else if (!acceptOutput(slot, *batch, result)) {
    die(*batch, CLEAVE_CAUSE_OUTPUT, 0, 0);
  } else {
    batch->state = BatchState::Done;
    count(*batch, result);
    if (result.end_ns >= result.start_ns)
      learn(*batch->site, batch->bucket, result.end_ns - result.start_ns, batch->count, batch->inputBytes);
    if (batch->wasIdle && result.start_ns > batch->submittedNs)
      learnHandOff(result.start_ns - batch->submittedNs);
    recordTrace(*batch, result);
    if (batch->record)
      memo::fill(batch->record, *batch, result.end_ns > result.start_ns ? result.end_ns - result.start_ns : 0);
  }
  if (batch->state != BatchState::Done) {
    slot.entries[batch->entry] = nullptr;
    if (batch->record)
      memo::fail(batch->record);
  }
  if (batch->isAbandoned)
    retire(batch);
}

} // namespace

int reserve(uint32_t kind, uint32_t maxInFlight, uint32_t workersWanted) {
  int best = -1;
  uint32_t busy = 0, mine = 0;
  for (uint32_t i = 0; i != slotCount; ++i) {
    Slot &slot = slots[i];
    busy += slot.submitted != slot.completed || slot.isReserved;
    if (slot.kind != kind || slot.state == CLEAVE_SLOT_FREE || slot.state == CLEAVE_SLOT_DEAD)
      continue;
    ++mine;
    uint32_t inFlight = slot.submitted - slot.completed;
    bool isBetter = best < 0 || inFlight < slots[best].submitted - slots[best].completed;
    if (slot.state == CLEAVE_SLOT_RUNNING && !slot.isReserved && inFlight < maxInFlight && isBetter &&
        isEntryFree(slot))
      best = static_cast<int>(i);
  }
  uint32_t limit = session.control->worker_count;
  bool isIdle = best >= 0 && slots[best].submitted == slots[best].completed;
  if (!isIdle && mine < workersWanted && mine < limit)
    requestWorker(kind);
  if (best < 0 || (isIdle && busy >= limit))
    return -1;
  slots[best].isReserved = true;
  return best;
}

void unreserve(int slot) { slots[slot].isReserved = false; }

Area itemsArea(int index) {
  Slot &slot = slots[index];
  const cleave_control &control = *session.control;
  uint64_t bytes = (control.input_bytes / 2 / CLEAVE_RING) & ~uint64_t{4095};
  return {partition(slot) + control.input_offset + control.input_bytes / 2 + slot.submitted % CLEAVE_RING * bytes,
          bytes};
}

uint64_t takePlacingNs() {
  uint64_t ns = placingNs;
  placingNs = 0;
  return ns;
}

uint64_t sharedLimit() { return sharedPlaceBytes(); }

void submit(int index, Batch *batch, OutgoingImage &items, uint64_t itemsBytes) {
  Slot &slot = slots[index];
  uint32_t entry = slot.submitted % CLEAVE_RING;
  cleave_inbox *to = inbox(slot);
  const uint8_t *image = itemsArea(index).memory;
  cleave_message &message = to->messages[entry];
  uint32_t grants = writeGrants(to->grants[entry], batch->shared->image);
  grants += writeGrants(to->grants[entry] + grants, items);
  message.shared_offset = placeShared(slot, *batch->shared, *batch->site->kind, entry);
  message.shared_bytes = batch->shared->bytes;
  message.items_offset = static_cast<uint64_t>(image - partition(slot));
  message.items_bytes = itemsBytes;
  message.inputs[0] = batch->shared->name;
  message.inputs[1] = imageName(image, itemsBytes);
  message.output = outputName(cleave_control_kind(session.control, slot.kind)->task, message.inputs,
                              batch->site->kind->flags);
  message.grant_count = grants;
  counters().inputs_copied_bytes += itemsBytes;

  batch->state = BatchState::InFlight;
  batch->slot = static_cast<uint32_t>(index);
  batch->entry = entry;
  batch->count = items.count();
  batch->sharedBytes = batch->shared->bytes + batch->shared->image.shownBytes();
  batch->inputBytes = batch->sharedBytes + itemsBytes + items.shownBytes();
  batch->span.offer(batch->span.loop);
  batch->submittedNs = slot.lastUseNs = nowNs();
  batch->shownCount = items.shownCount();
  batch->shown = items.takeShown();
  holdShared(batch->shared);
  batch->wasIdle = slot.submitted == slot.completed;
  slot.entries[entry] = batch;
  slot.isReserved = false;
  ++openStack.helped;
  ++slot.submitted;
  /* Everything above is visible before the number is; the worker's flag is read after it (exchange.h). */
  __atomic_store_n(&to->submitted, slot.submitted, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&outbox(slot)->worker_sleeps, __ATOMIC_SEQ_CST))
    futexWake(&to->submitted);
}

void poll() {
  refreshSlots();
  for (uint32_t i = 0; i != slotCount; ++i) {
    Slot &slot = slots[i];
    if (slot.submitted == slot.completed || slot.state == CLEAVE_SLOT_WANTED)
      continue;
    uint32_t completed = __atomic_load_n(&outbox(slot)->completed, __ATOMIC_ACQUIRE);
    if (completed - slot.completed > slot.submitted - slot.completed)
      completed = slot.completed; /* forged */
    while (slot.completed != completed) {
      Batch *batch = slot.entries[slot.completed++ % CLEAVE_RING];
      complete(slot, batch);
    }
    if (slot.state == CLEAVE_SLOT_DEAD)
      buryMessages(slot);
  }
}

/* The slot's worker is dead: the message that it was doing died with it, later ones never began. */
void buryMessages(Slot &slot) {
  const cleave_slot &shared = *cleave_control_slot(session.control, slot.index);
  bool isFirst = true;
  while (slot.completed != slot.submitted) {
    Batch *batch = slot.entries[slot.completed++ % CLEAVE_RING];
    slot.entries[batch->entry] = nullptr;
    releaseInputs(*batch);
    if (isFirst && !(shared.cause == CLEAVE_CAUSE_SETUP && !isIsolatedMode()))
      die(*batch, shared.cause, shared.detail, shared.bytes);
    else
      batch->state = BatchState::InPlace;
    isFirst = false;
    if (batch->record)
      memo::fail(batch->record);
    if (batch->isAbandoned)
      retire(batch);
  }
}

/* Before the partition is handed to another worker. */
void clearEntries(Slot &slot) {
  for (Batch *&entry : slot.entries)
    if (entry)
      detach(entry); /* clears the entry */
}

void retire(Batch *batch) {
  if (batch->detached)
    detachedBytes -= batch->outputBodyBytes;
  else if (batch->state == BatchState::Done && !batch->isFound) {
    giveBack(batch->output, batch->outputBodyBytes);
    slots[batch->slot].entries[batch->entry] = nullptr;
  }
  if (batch->record)
    memo::drop(batch->record);
  free(batch->detached);
  free(batch->text);
  free(batch);
}

void abandon(Batch *batch) {
  if (batch->state != BatchState::InPlace && !batch->isFound)
    ++counters().abandoned;
  if (batch->state == BatchState::InFlight && !batch->isFound)
    batch->isAbandoned = true;
  else
    retire(batch);
}

void nameShared(SharedImage &shared) { shared.name = imageName(shared.memory, shared.bytes); }

void holdShared(SharedImage *shared) { ++shared->users; }

void dropShared(SharedImage *shared) {
  if (--shared->users)
    return;
  shared->image.dispose();
  freeAligned(shared->memory);
  free(shared);
}

} // namespace cleave
