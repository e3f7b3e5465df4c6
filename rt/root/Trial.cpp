#include "Trial.h"

#include "../task/Memory.h"
#include "AlignedBlock.h"
#include "Arena.h"
#include "Compare.h"
#include "History.h"
#include "Session.h"
#include "Workers.h"

#include <new>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

namespace cleave::check {

namespace {

constexpr uint8_t kFills[2] = {0xa5, 0x5a};
constexpr uint64_t kMaxImageBytes = uint64_t{1} << 30;
/* Where no worker can be had for so long, the program goes on without: slower machines must not hang. */
constexpr uint64_t kPatienceNs = 20000000000;
constexpr uint64_t kLookNs = 10000000;

Trial *firstQueued, *lastQueued;

void enqueue(Trial *trial) {
  trial->queueNext = nullptr;
  trial->queuePrevious = lastQueued;
  (lastQueued ? lastQueued->queueNext : firstQueued) = trial;
  lastQueued = trial;
  trial->isQueued = true;
}

void dequeue(Trial *trial) {
  if (!trial->isQueued)
    return;
  (trial->queuePrevious ? trial->queuePrevious->queueNext : firstQueued) = trial->queueNext;
  (trial->queueNext ? trial->queueNext->queuePrevious : lastQueued) = trial->queuePrevious;
  trial->isQueued = false;
}

bool isOver(const Run &run) { return run.ending != Ending::Waiting && run.ending != Ending::InFlight; }
bool isOver(const Trial &trial) { return isOver(trial.runs[0]) && isOver(trial.runs[1]); }

bool send(Trial &trial, unsigned number) {
  int slot = reserve(trial.site->kind->id, CLEAVE_RING, session.control->worker_count);
  if (slot < 0)
    return false;
  Area area = itemsArea(slot);
  memcpy(area.memory, trial.memory, trial.imageBytes);
  reinterpret_cast<cleave_image *>(area.memory)->check = kFills[number] | (number ? uint32_t{CLEAVE_CHECK_REVERSED} : 0);
  Run &run = trial.runs[number];
  run.batch = static_cast<Batch *>(growBlock(nullptr, sizeof(Batch)));
  memset(run.batch, 0, sizeof(Batch));
  run.batch->site = trial.site;
  run.batch->bucket = kLoopBucket;
  run.batch->shared = trial.shared;
  run.ending = Ending::InFlight;
  OutgoingImage pins = trial.items.copyOfPins();
  submit(slot, run.batch, pins, trial.imageBytes);
  return true;
}

void harvest(Run &run) {
  Batch *batch = run.batch;
  if (run.ending != Ending::InFlight || batch->state == BatchState::InFlight)
    return;
  run.batch = nullptr;
  if (batch->state == BatchState::Done) {
    run.ending = Ending::Done;
    run.outputBytes = batch->outputBodyBytes;
    run.output = static_cast<uint8_t *>(growBlock(nullptr, alignUp(run.outputBytes + 1, 16)));
    memcpy(run.output, batch->output, run.outputBytes);
  } else if (batch->state == BatchState::Thrown) {
    run.ending = Ending::Thrown;
  } else if (batch->cause == CLEAVE_CAUSE_NONE) { /* it never began: its worker died of another's message */
    run.ending = Ending::Waiting;
  } else {
    run.ending = Ending::Died;
    run.cause = batch->cause;
    run.detail = batch->causeDetail;
    run.text = batch->text;
    run.textBytes = batch->textBytes;
    batch->text = nullptr;
  }
  retire(batch);
}

CompareSide imageSide(const Trial &trial, const Run &run) {
  return {reinterpret_cast<const char *>(run.output), run.outputBytes, symbolsOf(*trial.site->kind)};
}

/* The runs draw from one seed, and the program from elsewhere: it says nothing of their results, nor whether they throw. (The environment is
 * the same for all, and work that reads a clock is not tried.) */
bool isDrawn(const Trial &trial) { return trial.site->kind->flags & CLEAVE_KIND_DRAWS; }

const char *resultIn(const Trial &trial, const Run &run, uint64_t index) {
  return reinterpret_cast<const char *>(run.output) + index * resultStride(*trial.site->kind);
}

/* What the workers cannot have known: why a task died, in words. */
const char *describeDeath(const Run &run, char *text, size_t bytes) {
  switch (run.cause) {
  case CLEAVE_CAUSE_SIGNAL:
    snprintf(text, bytes, "it was killed by signal %u", run.detail);
    break;
  case CLEAVE_CAUSE_PANIC:
    snprintf(text, bytes, "it %.*s", static_cast<int>(run.textBytes < 200 ? run.textBytes : 200), run.text);
    break;
  case CLEAVE_CAUSE_MEMORY:
    snprintf(text, bytes, "it asked for more memory than there is for a task");
    break;
  case CLEAVE_CAUSE_OUTPUT:
    snprintf(text, bytes, "its result cannot be read");
    break;
  default:
    snprintf(text, bytes, "cause %u", run.cause);
  }
  return text;
}

const char *describe(Finding finding) {
  switch (finding) {
  case Finding::RunsDiffer:
    return "two runs of the task on the same input differ, in opposite orders of its items and with what was not declared "
           "filled differently";
  case Finding::EndsDiffer:
    return "of two runs of the task on the same input one came to its end and one did not";
  case Finding::ResultDiffers:
    return "the task's result is not the program's";
  case Finding::ReductionDiffers:
    return "the values that a range gathers are not the program's";
  case Finding::TaskThrew:
    return "the task threw or gave up where the program did not";
  case Finding::TaskDied:
    return "the task died where the program did not";
  case Finding::ProgramThrew:
    return "the program threw, or left the loop, where the task came to its end";
  case Finding::InputChanged:
    return "the program changed what the task was given before it asked for the result";
  }
  return "";
}

struct Told {
  const cleave_site *site;
  uint32_t findings;
  Told *next;
};
Told *told;

} // namespace

void report(const cleave_site &site, Finding finding, const char *place) {
  Told *entry = told;
  while (entry && entry->site != &site)
    entry = entry->next;
  if (!entry) {
    entry = static_cast<Told *>(growBlock(nullptr, sizeof(Told)));
    *entry = {&site, 0, told};
    told = entry;
  }
  uint32_t bit = uint32_t{1} << static_cast<unsigned>(finding);
  if (entry->findings & bit)
    return;
  entry->findings |= bit;
  uint64_t index = counters().findings++;
  if (index >= CLEAVE_FINDINGS_MAX)
    return;
  cleave_finding &to = *cleave_control_finding(session.control, index);
  int length = snprintf(to.text, sizeof to.text, "%s:%u: '%s': %s%s%s", site.file, site.line, site.kind->name,
                        describe(finding), *place ? ": " : "", place);
  to.text_bytes = length < 0 ? 0 : static_cast<uint64_t>(length) < sizeof to.text ? length : sizeof to.text - 1;
}

/* Four lanes, so that it keeps up with memory. */
uint64_t hashOf(const void *data, uint64_t bytes) {
  auto *from = static_cast<const uint8_t *>(data);
  uint64_t lanes[4] = {bytes, 1, 2, 3};
  constexpr uint64_t kPrime = 0x9e3779b97f4a7c15;
  uint64_t at = 0;
  for (; at + 32 <= bytes; at += 32)
    for (int i = 0; i != 4; ++i) {
      lanes[i] = (lanes[i] ^ loadWord(from + at + i * 8)) * kPrime;
      lanes[i] ^= lanes[i] >> 29;
    }
  for (; at != bytes; ++at)
    lanes[0] = (lanes[0] ^ from[at]) * kPrime;
  for (int i = 1; i != 4; ++i)
    lanes[0] = (lanes[0] ^ lanes[i]) * kPrime;
  return lanes[0] ^ lanes[0] >> 32;
}

uint64_t *hashShown(const OutgoingImage &image) {
  auto *hashes = static_cast<uint64_t *>(growBlock(nullptr, (image.shownCount() + 1) * sizeof(uint64_t)));
  for (uint32_t i = 0; i != image.shownCount(); ++i)
    hashes[i] = hashOf(image.shown()[i].data, image.shown()[i].grant.bytes);
  return hashes;
}

bool isShownSame(const OutgoingImage &image, const uint64_t *hashes) {
  for (uint32_t i = 0; i != image.shownCount(); ++i)
    if (hashes[i] != hashOf(image.shown()[i].data, image.shown()[i].grant.bytes))
      return false;
  return true;
}

Trial *makeTrial(cleave_site *site, SharedImage *shared, uint32_t mask, uint64_t items, uint64_t epoch) {
  uint64_t room = (session.control->input_bytes / 2 / CLEAVE_RING) & ~uint64_t{4095};
  room = room < kMaxImageBytes ? room : kMaxImageBytes;
  void *memory = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return nullptr;
  auto *trial = new (growBlock(nullptr, sizeof(Trial))) Trial{};
  trial->site = site;
  trial->shared = shared;
  holdShared(shared);
  trial->memory = static_cast<uint8_t *>(memory);
  trial->memoryBytes = room;
  trial->items.begin(trial->memory, room, *site->kind, mask, items, epoch,
                     CLEAVE_GRANTS_MAX - shared->image.shownCount());
  return trial;
}

Trial *makeUnsent(cleave_site *site, uint64_t count) {
  auto *trial = new (growBlock(nullptr, sizeof(Trial))) Trial{};
  trial->site = site;
  trial->count = count;
  trial->isUnsent = true;
  return trial;
}

void sealTrial(Trial *trial) {
  trial->count = trial->items.count();
  trial->imageBytes = trial->items.finish();
  if (!trial->imageBytes)
    panic("a trial outgrew its memory"); /* each item was checked to fit */
  uint64_t kept = alignUp(trial->imageBytes, 4096);
  munmap(trial->memory + kept, trial->memoryBytes - kept);
  trial->memoryBytes = kept;
  trial->shownHashes = hashShown(trial->items);
  enqueue(trial);
}

void dropTrial(Trial *trial) {
  dequeue(trial);
  for (Run &run : trial->runs) {
    if (run.batch)
      abandon(run.batch);
    free(run.output);
    free(run.text);
  }
  trial->items.dispose();
  if (trial->memory)
    munmap(trial->memory, trial->memoryBytes);
  if (trial->shared)
    dropShared(trial->shared);
  free(trial->shownHashes);
  free(trial);
}

void pump() {
  poll();
  /* First all that frees an entry of a ring: a run that finds none waits for something to happen. */
  for (Trial *trial = firstQueued, *after; trial; trial = after) {
    after = trial->queueNext;
    for (Run &run : trial->runs)
      harvest(run);
    if (isOver(*trial))
      dequeue(trial);
  }
  uint32_t fullKind = ~0u;
  for (Trial *trial = firstQueued; trial; trial = trial->queueNext)
    for (unsigned i = 0; i != 2; ++i) {
      uint32_t kind = trial->site->kind->id;
      if (trial->runs[i].ending == Ending::Waiting && kind != fullKind && !send(*trial, i))
        fullKind = kind;
    }
}

void await(Trial &trial) {
  uint64_t deadline = nowNs() + kPatienceNs;
  for (pump(); !trial.isUnsent && !isOver(trial); pump()) {
    bool isWaiting = trial.runs[0].ending != Ending::InFlight && trial.runs[1].ending != Ending::InFlight;
    if (isBroken(trial.site->kind->id) || (isWaiting && nowNs() > deadline)) {
      dequeue(&trial);
      trial.isUnsent = true;
    } else {
      waitForChange(nowNs() + kLookNs);
    }
  }
}

bool isDone(const Trial &trial) {
  return trial.runs[0].ending == Ending::Done && trial.runs[1].ending == Ending::Done;
}

void judge(Trial &trial, uint64_t index, const void *result) {
  ++counters().checked;
  const cleave_type *type = trial.site->kind->result;
  if (!isDone(trial) || !type)
    return;
  CompareSide live{};
  const char *first = resultIn(trial, trial.runs[0], index), *second = resultIn(trial, trial.runs[1], index);
  Comparison runs(imageSide(trial, trial.runs[0]), imageSide(trial, trial.runs[1]));
  runs.ignoreFill(kFills[0], kFills[1]);
  if (!runs.isEqual(*type, first, second))
    return report(*trial.site, Finding::RunsDiffer, runs.place());
  if (isDrawn(trial))
    return;
  Comparison place(imageSide(trial, trial.runs[0]), live);
  if (runs.hasIgnored())
    place.ignoreFill(kFills[0]);
  if (!place.isEqual(*type, first, static_cast<const char *>(result)))
    report(*trial.site, Finding::ResultDiffers, place.place());
}

void judgeThrown(Trial &trial) {
  ++counters().checked;
  if (isDone(trial) && !isDrawn(trial))
    report(*trial.site, Finding::ProgramThrew, "");
  trial.isExplained = true;
}

void judgeEnd(const Trial &trial) {
  if (trial.isUnsent || trial.isExplained || isDone(trial))
    return;
  char text[256];
  for (const Run &run : trial.runs)
    if (run.ending == Ending::Died)
      return report(*trial.site, Finding::TaskDied, describeDeath(run, text, sizeof text));
  bool areAlike = trial.runs[0].ending == trial.runs[1].ending;
  if (!areAlike || !isDrawn(trial))
    report(*trial.site, areAlike ? Finding::TaskThrew : Finding::EndsDiffer, "");
}

void checkShown(const Trial &trial) {
  if (!isShownSame(trial.items, trial.shownHashes))
    report(*trial.site, Finding::InputChanged, "a large block");
}

bool isStillSame(const cleave_kind &kind, uint32_t mask, const void *const *args, uint64_t epoch, const uint8_t *image,
                 uint64_t imageBytes) {
  auto *before = reinterpret_cast<const cleave_image *>(image);
  uint64_t room = alignUp(imageBytes + 4096, 4096), compared = kBodyOffset + before->body_bytes;
  auto *memory = static_cast<uint8_t *>(newAligned(4096, room));
  if (!memory)
    return true;
  OutgoingImage now;
  now.begin(memory, room, kind, mask, 1, epoch, CLEAVE_GRANTS_MAX);
  bool isSame = now.add(args) && now.finish() && !__builtin_memcmp(memory, image, compared);
  now.dispose();
  freeAligned(memory);
  return isSame;
}

} // namespace cleave::check
