/* Check.cpp - loops and futures in mode check. See Check.h for what it shows, Trial.h for what is sent and compared.
 *
 *     loop      the generator runs kAheadItems ahead of the program, kItemsPerTrial to a trial; each next() answers 3,
 *               "do it in place and show me", and what is shown is compared
 *     future    a trial of one item, made at the spawn; the join answers 3
 *     range     a loop whose items are ranges; what was done in place is seen when the loop asks for the next one
 */
#include "Check.h"

#include "../task/Memory.h"
#include "AlignedBlock.h"
#include "Generator.h"
#include "Session.h"
#include "Trial.h"
#include "Workers.h"

#include <new>
#include <stdlib.h>

namespace cleave::check {

namespace {

constexpr uint64_t kItemsPerTrial = 4, kAheadItems = 256;
/* A site is tried in full for that many items, a future's also for each depth of frames: the calls of a recursion are
 * unlike each other there. Then when the number of times that it was asked for is a power of two. */
constexpr uint64_t kSiteItems = 2048, kFutureItems = 96;
constexpr unsigned kDepths = 16;

struct SiteRecord {
  const cleave_site *site;
  SiteRecord *next;
  uint64_t items, asked;
  uint32_t atDepth[kDepths];
};

constexpr unsigned kBuckets = 256;
SiteRecord *records[kBuckets];

SiteRecord &recordOf(const cleave_site *site) {
  SiteRecord *&bucket = records[(reinterpret_cast<uint64_t>(site) >> 5) % kBuckets];
  for (SiteRecord *record = bucket; record; record = record->next)
    if (record->site == site)
      return *record;
  auto *record = static_cast<SiteRecord *>(growBlock(nullptr, sizeof(SiteRecord)));
  memset(record, 0, sizeof *record);
  record->site = site;
  record->next = bucket;
  bucket = record;
  return *record;
}

bool isPowerOfTwo(uint64_t number) { return (number & (number - 1)) == 0; }

/* ---- loops ---- */

struct CheckedLoop : OpenWork {
  cleave_site *site;
  cleave_generator generator;
  void *state;
  OwnsState ownsState;
  const void *sharedArgs[32];
  SharedImage *shared;
  uint64_t *sharedHashes;
  Trial *first, *last; /* the last one may still be open */
  bool isOpen, hasMore;
  bool mayChangeShared;
  bool isPending; /* an item of the first trial is being done in place */
  uint32_t itemMask;
  uint64_t generated, consumed, epoch;
};

void append(CheckedLoop &loop, Trial *trial) {
  (loop.last ? loop.last->next : loop.first) = trial;
  loop.last = trial;
}

bool openTrial(CheckedLoop &loop) {
  Trial *trial = makeTrial(loop.site, loop.shared, loop.itemMask, kItemsPerTrial, loop.epoch);
  if (!trial) {
    loop.hasMore = false;
    return false;
  }
  append(loop, trial);
  loop.isOpen = true;
  return true;
}

void closeTrial(CheckedLoop &loop) {
  if (!loop.isOpen)
    return;
  loop.isOpen = false;
  Trial *trial = loop.last;
  if (trial->items.count())
    return sealTrial(trial);
  if (loop.first == trial) {
    loop.first = loop.last = nullptr;
  } else {
    for (loop.last = loop.first; loop.last->next != trial; loop.last = loop.last->next)
      ;
    loop.last->next = nullptr;
  }
  dropTrial(trial);
}

bool isFarAhead(const CheckedLoop &loop) { return loop.generated >= loop.consumed + kAheadItems; }

/* As far as it may, before anything of it is used. */
void runAhead(CheckedLoop &loop) {
  while (loop.hasMore && loop.generated + kItemsPerTrial <= loop.consumed + kAheadItems && openTrial(loop)) {
    Generated outcome = runGenerator(loop.generator, loop.state, &loop);
    loop.hasMore = loop.hasMore && outcome == Generated::More;
    if (outcome == Generated::Faulted && loop.isOpen)
      loop.last->items.takeBack();
    closeTrial(loop);
  }
}

void popFirst(CheckedLoop &loop) {
  Trial *trial = loop.first;
  loop.first = trial->next;
  if (!loop.first)
    loop.last = nullptr;
  dropTrial(trial);
}

/* The item that was pending is dealt with. */
void advance(CheckedLoop &loop) {
  loop.isPending = false;
  ++loop.consumed;
  Trial &trial = *loop.first;
  if (++trial.judged != trial.count)
    return;
  judgeEnd(trial);
  popFirst(loop);
}

int answerUnchecked(CheckedLoop &loop) {
  ++loop.consumed;
  ++counters().done_in_place;
  if (Trial *trial = loop.first) {
    ++counters().unchecked;
    if (++trial->judged == trial->count)
      popFirst(loop);
  }
  return 0;
}

void checkInputs(CheckedLoop &loop) {
  if (loop.first->judged == 0)
    checkShown(*loop.first);
  /* The whole of it, so not each time. */
  if (loop.site->shared_mask && !loop.mayChangeShared && isPowerOfTwo(loop.consumed) &&
      (!isShownSame(loop.shared->image, loop.sharedHashes) ||
       !isStillSame(*loop.site->kind, loop.site->shared_mask, loop.sharedArgs, loop.epoch, loop.shared->memory,
                    loop.shared->bytes)))
    report(*loop.site, Finding::InputChanged, "one that all calls of a loop share");
}

/* Null: it does not fit. */
SharedImage *encodeShared(const CheckedLoop &loop) {
  if (!loop.site->shared_mask) {
    holdShared(emptyShared());
    return emptyShared();
  }
  static uint64_t serial;
  uint64_t limit = sharedLimit();
  for (uint64_t bytes = 65536;; bytes *= 8) {
    bytes = bytes < limit ? bytes : limit;
    auto *memory = static_cast<uint8_t *>(newAligned(64, bytes));
    if (!memory)
      return nullptr;
    auto *shared = new (growBlock(nullptr, sizeof(SharedImage))) SharedImage{};
    shared->memory = memory;
    shared->users = 1;
    shared->serial = ++serial | uint64_t{1} << 62; /* apart from those of Loops.cpp */
    shared->image.begin(memory, bytes, *loop.site->kind, loop.site->shared_mask, 1, loop.epoch, CLEAVE_GRANTS_MAX / 2);
    shared->bytes = shared->image.add(loop.sharedArgs) ? shared->image.finish() : 0;
    if (shared->bytes) {
      nameShared(*shared);
      return shared;
    }
    dropShared(shared);
    if (bytes == limit)
      return nullptr;
  }
}

void endCheckedLoop(CheckedLoop *loop) {
  if (loop->isPending) {
    judgeThrown(*loop->first);
    advance(*loop);
  }
  unlink(loop);
  while (loop->first)
    popFirst(*loop);
  dropShared(loop->shared);
  free(loop->sharedHashes);
  if (loop->ownsState == OwnsState::Yes)
    freeAligned(loop->state);
  free(loop);
}

void endLoop(OpenWork *work) { endCheckedLoop(static_cast<CheckedLoop *>(work)); }

/* ---- futures ---- */

struct CheckedFuture : OpenWork {
  Trial *trial;
  bool isPending;
  uint64_t epoch;
  const void *args[32];
};

void endCheckedFuture(CheckedFuture *future) {
  if (future->isPending)
    judgeThrown(*future->trial);
  unlink(future);
  dropTrial(future->trial);
  free(future);
}

void endFuture(OpenWork *work) { endCheckedFuture(static_cast<CheckedFuture *>(work)); }

bool isFutureSpent(const cleave_site *site) {
  SiteRecord &record = recordOf(site);
  uint32_t &here = record.atDepth[cleave_depth < kDepths ? cleave_depth : kDepths - 1];
  return !isPowerOfTwo(++record.asked) && ++here > kFutureItems;
}

} // namespace

bool isSpent(const cleave_site *site) {
  SiteRecord &record = recordOf(site);
  return !isPowerOfTwo(++record.asked) && record.items >= kSiteItems;
}

void *beginLoop(cleave_site *site, cleave_generator generator, void *state, const void *const *sharedArgs,
                OwnsState owns) {
  /* A range loop was asked before (Ranges.cpp): it would be looked at in vain. */
  if ((owns == OwnsState::No && isSpent(site)) || !waitForWorker(site->kind->id))
    return nullptr;
  auto *loop = new (growBlock(nullptr, sizeof(CheckedLoop))) CheckedLoop{};
  loop->site = site;
  loop->generator = generator;
  loop->state = state;
  loop->ownsState = owns;
  loop->itemMask = allParameters(*site->kind) & ~site->shared_mask;
  for (uint32_t i = 0; i != site->kind->param_count; ++i)
    loop->sharedArgs[i] = sharedArgs[i];
  loop->hasMore = true;
  loop->epoch = nextEpoch();
  loop->shared = encodeShared(*loop);
  if (!loop->shared) {
    free(loop);
    return nullptr;
  }
  loop->sharedHashes = hashShown(loop->shared->image);
  link(loop, endLoop);
  runAhead(*loop);
  pump();
  return loop;
}

int push(void *work, const void *const *args) {
  auto &loop = *static_cast<CheckedLoop *>(work);
  if (loop.generated++ < loop.consumed)
    return 0;
  bool isAdded = loop.isOpen && loop.last->items.add(args);
  if (!isAdded && loop.isOpen && loop.last->items.count()) {
    closeTrial(loop);
    isAdded = openTrial(loop) && loop.last->items.add(args);
  }
  if (!isAdded) { /* too large, or pushed on although told to stop */
    closeTrial(loop);
    append(loop, makeUnsent(loop.site, 1));
  }
  SiteRecord &record = recordOf(loop.site);
  if (++record.items >= kSiteItems && loop.generated >= kAheadItems)
    loop.hasMore = false;
  if (loop.isOpen && loop.last->items.count() == kItemsPerTrial)
    closeTrial(loop);
  return !loop.hasMore || isFarAhead(loop) || (!loop.isOpen && !openTrial(loop));
}

int next(void *work) {
  if (!session.isAttached)
    return 0;
  auto &loop = *static_cast<CheckedLoop *>(work);
  if (loop.isPending) { /* the call threw, and somebody caught it */
    judgeThrown(*loop.first);
    advance(loop);
  }
  runAhead(loop);
  pump();
  if (loop.first && !loop.first->isUnsent)
    await(*loop.first);
  if (!loop.first || loop.first->isUnsent)
    return answerUnchecked(loop);
  checkInputs(loop);
  loop.isPending = true;
  return 3;
}

void rangeDone(void *work, const RangeDone &range) {
  auto &loop = *static_cast<CheckedLoop *>(work);
  if (!session.isAttached || !loop.isPending)
    return;
  Trial &trial = *loop.first;
  if (isDone(trial)) {
    const uint8_t *gathered = trial.runs[0].output + trial.judged * resultStride(*loop.site->kind);
    auto *expected = static_cast<uint8_t *>(growBlock(nullptr, range.reductionBytes + 1));
    memcpy(expected, range.after, range.reductionBytes);
    range.combine(range.before, gathered, expected);
    if (__builtin_memcmp(expected, range.after, range.reductionBytes))
      report(*loop.site, Finding::ReductionDiffers, "");
    free(expected);
    memcpy(range.result, gathered, range.reductionBytes);
  }
  judge(trial, trial.judged, range.result);
  advance(loop);
}

void allowSharedChanges(void *loop) { static_cast<CheckedLoop *>(loop)->mayChangeShared = true; }

void *spawn(cleave_site *site, const void *const *args) {
  const cleave_kind &kind = *site->kind;
  if (isFutureSpent(site) || !waitForWorker(kind.id))
    return nullptr;
  uint64_t epoch = nextEpoch();
  Trial *trial = makeTrial(site, emptyShared(), allParameters(kind), 1, epoch);
  if (!trial)
    return nullptr;
  if (!trial->items.add(args)) {
    ++counters().unchecked;
    dropTrial(trial);
    return nullptr;
  }
  sealTrial(trial);
  auto *future = new (growBlock(nullptr, sizeof(CheckedFuture))) CheckedFuture{};
  future->trial = trial;
  future->epoch = epoch;
  for (uint32_t i = 0; i != kind.param_count; ++i)
    future->args[i] = args[i];
  link(future, endFuture);
  pump();
  return future;
}

int join(void *token) {
  auto *future = static_cast<CheckedFuture *>(token);
  Trial &trial = *future->trial;
  await(trial);
  if (trial.isUnsent) {
    ++counters().unchecked;
    endCheckedFuture(future);
    return 0;
  }
  checkShown(trial);
  const cleave_kind &kind = *trial.site->kind;
  if (!isStillSame(kind, allParameters(kind), future->args, future->epoch, trial.memory, trial.imageBytes))
    report(*trial.site, Finding::InputChanged, "");
  future->isPending = true;
  return 3;
}

void endWork(OpenWork *work) { work->end(work); }

} // namespace cleave::check

using namespace cleave;
using namespace cleave::check;

extern "C" void cleave_checked(void *handle, const void *result) {
  if (!session.isAttached) /* the child of a fork */
    return;
  auto *work = static_cast<OpenWork *>(handle);
  if (work->end == endLoop) {
    auto &loop = *static_cast<CheckedLoop *>(work);
    judge(*loop.first, loop.first->judged, result);
    return advance(loop);
  }
  auto *future = static_cast<CheckedFuture *>(work);
  future->isPending = false;
  judge(*future->trial, 0, result);
  judgeEnd(*future->trial);
  endCheckedFuture(future);
}
