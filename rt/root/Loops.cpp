/* Loops.cpp - staged loops: running ahead with the generator, answering in program order.
 *
 *     program      next() next() next() ...             each answered from the oldest batch, or in place
 *     generator    push push push | push push | ...     ahead, as far as rings have free entries
 *     workers      [batch 0][batch 2]... [batch 1]...   in any order
 *
 * A loop is Warming while it is not known to be long enough for a worker's start to pay: its calls are made in place
 * and the clock is read at calls 1, 2, 4, 8, ... Then it is Active. If the items turn out to be so small that the
 * program needs about as long to send them as to do them, it becomes Plain: what was sent is used up and the rest is
 * done in place, for the price of a comparison.
 *
 * With a store (Memo.h) an item is named when it is pushed. One that is found becomes a batch of its own, of no worker; as
 * long as all are found, no worker is asked for, and there is no warming either.
 *
 * Invariant: the items in `first .. last` are consecutive and begin with number `consumed`. Numbers below that which
 * the generator pushes later were done in place meanwhile, and are dropped.
 */
#include "AlignedBlock.h"
#include "Check.h"
#include "Generator.h"
#include "History.h"
#include "Local.h"
#include "Memo.h"
#include "Open.h"
#include "Session.h"
#include "Workers.h"

#include "../task/Layout.h"
#include "../task/Memory.h"

#include <new>
#include <stdlib.h>

namespace cleave {

namespace {

constexpr uint64_t kWarmNs = 300000;
constexpr double kHeavyItemNs = 100000;
/* Work on scalars and small data that costs less than that cannot pay, however much of it there is. */
constexpr double kTinyItemNs = 150;
/* How long a probe is waited for before other workers get one too. */
constexpr uint64_t kProbeNs = 500000;
/* Found items that wait for the program. */
constexpr uint64_t kMaxFound = 64;
/* Of so many items one is done in place, at first, to know what that takes. */
constexpr uint64_t kItemsPerSample = 32;
constexpr uint64_t kMaxItems = 4096, kMaxAhead = 65536, kMaxBatches = 256, kPollEvery = 16;

enum class Mode : uint8_t { Warming, Active, Plain };

/* What is being measured until the program asks for the next result: an item that is done in place and what the loop does with
 * it, or what the loop does with a result alone. */
enum class Sampling : uint8_t { None, Iteration, Rest };

struct Loop : OpenWork {
  cleave_site *site;
  cleave_generator generator;
  void *state;
  OwnsState ownsState;
  const void *sharedArgs[32];
  SharedImage *shared;
  Batch *first, *last;
  uint64_t batchCount;
  OutgoingImage items; /* being built, if slot is not -1 */
  int slot;
  uint64_t itemLimit;
  uint32_t itemMask;
  Mode mode;
  bool hasMore, isStalled;
  uint64_t generated, consumed, inPlace;
  uint64_t epoch, beganNs;
  uint64_t number; /* the trace's */
  uint64_t builtNs; /* likewise: since when the batch at hand has been built */
  uint64_t fillNs, fillItems, sharingNs;
  bool isRemembering; /* there is a store, and what the items share has a name */
  bool isAllFound;    /* so far: no worker was asked for */
  memo::Record *record; /* of the batch that is being built, or null */
  Sampling sampling;
  uint64_t sampleBeganNs, iterationNs; /* iterationNs: of the item that was done in place, until a rest is known */
};

Loop plainLoop; /* what cleave_loop_begin answers for a site that is too fine */

SharedImage *encodeShared(const Loop &loop) {
  const cleave_kind &kind = *loop.site->kind;
  uint32_t mask = loop.site->shared_mask;
  if (!mask) {
    holdShared(emptyShared());
    return emptyShared();
  }
  static uint64_t serial;
  uint64_t limit = sharedLimit(), bytes = 65536 + 2 * roughBytes(kind, mask, loop.sharedArgs);
  for (;; bytes *= 8) {
    bytes = alignUp(bytes < limit ? bytes : limit, 64);
    void *place = malloc(sizeof(SharedImage));
    auto *memory = static_cast<uint8_t *>(newAligned(64, bytes));
    if (!place || !memory)
      panic("out of memory for bookkeeping");
    auto *shared = new (place) SharedImage{};
    shared->memory = memory;
    shared->users = 1;
    shared->serial = ++serial;
    shared->image.begin(memory, bytes, kind, mask, 1, loop.epoch, CLEAVE_GRANTS_MAX / 2);
    shared->bytes = shared->image.add(loop.sharedArgs) ? shared->image.finish() : 0;
    if (shared->bytes) {
      nameShared(*shared);
      if (loop.isRemembering)
        memo::nameShared(*loop.site, loop.sharedArgs, *shared);
      return shared;
    }
    dropShared(shared);
    if (bytes >= limit)
      return nullptr;
  }
}

uint64_t itemsForBatch(const Loop &loop) {
  LoopHistory history = loopHistory(*loop.site);
  if (!history.batches)
    return 1;
  /* Eightfold at most for each batch that was measured: the first may have been unlike the others. */
  uint64_t limit = history.batches < 4 ? uint64_t{1} << 3 * history.batches : kMaxItems;
  double wanted = kBatchNs / larger(static_cast<uint64_t>(history.nsPerItem), 1);
  /* Where inputs differ in size, bytes decide when the batch is full; see isFull. */
  wanted = wanted * 2 + 1;
  return wanted < static_cast<double>(limit) ? static_cast<uint64_t>(wanted) : limit;
}

bool isFull(const Loop &loop) {
  uint64_t count = loop.items.count();
  if (count >= loop.itemLimit)
    return true;
  LoopHistory history = loopHistory(*loop.site);
  uint64_t bytes = loop.items.bodyBytes() + loop.items.shownBytes();
  bool isSized = bytes > 64 * count;
  uint64_t sharedBytes = loop.shared->bytes + loop.shared->image.shownBytes();
  double byItems = history.nsPerItem * static_cast<double>(count);
  double byBytes = history.nsPerByte * static_cast<double>(bytes + sharedBytes);
  return byItems >= kBatchNs && (!isSized || sharedBytes > bytes || byBytes >= kBatchNs / 2);
}

/* The oldest batch that a worker is at, or null. */
const Batch *oldestSent(const Loop &loop) {
  const Batch *batch = loop.first;
  while (batch && (batch->isFound || batch->state != BatchState::InFlight))
    batch = batch->next;
  return batch;
}

/* Reserves a ring entry and begins to build a batch there. */
bool openBatch(Loop &loop) {
  uint32_t kind = loop.site->kind->id, workers = session.control->worker_count;
  if (!mayIsolate())
    return false;
  if (loop.batchCount >= kMaxBatches || loop.generated >= loop.consumed + kMaxAhead)
    return false;
  if (loopHistory(*loop.site).batches) {
    loop.slot = reserve(kind, CLEAVE_RING, workers);
  } else {
    const Batch *probe = oldestSent(loop);
    bool isLong = probe && nowNs() - probe->submittedNs >= kProbeNs;
    loop.slot = probe && !isLong ? -1 : reserve(kind, 1, isLong ? workers : 1);
  }
  if (loop.slot < 0)
    return false;
  Area area = itemsArea(loop.slot);
  const cleave_kind &theKind = *loop.site->kind;
  uint64_t stride = larger(tupleLayout(theKind, loop.itemMask).stride, 16);
  uint64_t fitting = area.bytes / 4 / stride, wanted = itemsForBatch(loop);
  loop.itemLimit = larger(wanted < fitting ? wanted : fitting, 1);
  uint32_t shown = loop.shared->image.shownCount();
  loop.items.begin(area.memory, area.bytes, theKind, loop.itemMask, loop.itemLimit, loop.epoch,
                   CLEAVE_GRANTS_MAX - shown);
  return true;
}

Batch *append(Loop &loop, BatchState state) {
  auto *batch = static_cast<Batch *>(growBlock(nullptr, sizeof(Batch)));
  memset(batch, 0, sizeof *batch);
  batch->site = loop.site;
  batch->bucket = kLoopBucket;
  batch->shared = loop.shared;
  batch->span.loop = loop.number;
  batch->span.builtNs = loop.builtNs;
  batch->state = state;
  batch->count = 1;
  (loop.last ? loop.last->next : loop.first) = batch;
  loop.last = batch;
  ++loop.batchCount;
  return batch;
}

void closeBatch(Loop &loop) {
  uint64_t bytes = loop.items.count() ? loop.items.finish() : 0;
  int slot = loop.slot;
  loop.slot = -1;
  if (!loop.items.count())
    return unreserve(slot);
  if (!bytes) /* each item was checked to fit, with its relocations */
    panic("a batch outgrew its area");
  Batch *batch = append(loop, BatchState::InFlight);
  batch->record = loop.record;
  loop.record = nullptr;
  submit(slot, batch, loop.items, bytes);
  loop.builtNs = trace::timeNs(); /* the next one, if the generator goes on */
}

/* As long as all items are found, nothing is needed of a worker. */
bool isReadyToFill(Loop &loop) {
  if (!loop.isAllFound)
    return openBatch(loop);
  return loop.batchCount <= kMaxFound / 2 && mayIsolate();
}

/* Runs the generator until no ring entry is free, or the loop ends. */
void fill(Loop &loop) {
  while (loop.mode == Mode::Active && loop.hasMore && isReadyToFill(loop)) {
    takePlacingNs(); /* futures' */
    uint64_t begin = ownNs(), before = loop.generated;
    loop.builtNs = trace::timeNs();
    loop.isStalled = false;
    Generated outcome = runGenerator(loop.generator, loop.state, &loop);
    loop.hasMore = outcome == Generated::More;
    if (outcome == Generated::Faulted)
      loop.items.takeBack();
    uint64_t placing = takePlacingNs();
    loop.fillNs += ownNs() - begin - placing;
    loop.fillItems += loop.generated - before;
    if (loop.slot >= 0)
      closeBatch(loop);
    loop.sharingNs += placing + takePlacingNs();
    if (loop.isStalled)
      return;
  }
}

/* The item that is too large for a worker's input area has a batch of its own, which was never sent. */
bool pushOversized(Loop &loop, const void *const *args) {
  if (loop.items.count()) {
    closeBatch(loop);
    if (openBatch(loop) && loop.items.add(args))
      return true;
  }
  if (loop.slot >= 0)
    closeBatch(loop);
  append(loop, BatchState::InPlace);
  return openBatch(loop);
}

/* Whether to begin at once, without waiting for the loop to show that it is long. */
bool isKnownToPay(const cleave_site &site) {
  LoopHistory history = loopHistory(site);
  if (history.batches)
    return history.nsPerItem * history.itemsPerLoop >= double(kWarmNs) || history.nsPerItem >= kHeavyItemNs;
  return isIsolatedMode() || site.static_base_ns < 0 || site.static_base_ns >= kHeavyItemNs;
}

void pushFound(Loop &loop, memo::Record *record, uint32_t place) {
  if (loop.slot >= 0 && loop.items.count())
    closeBatch(loop);
  Batch *batch = append(loop, BatchState::InFlight);
  batch->shared = nullptr;
  batch->record = record;
  batch->recordIndex = place;
  batch->isFound = true;
  settle(*batch);
}

bool hasWorker(const Loop &loop) {
  uint32_t kind = loop.site->kind->id;
  return !isBroken(kind) && waitForWorker(kind);
}

/* The first item that was not found: from here on workers are needed. False: the item is to be done in place. */
bool beginSending(Loop &loop) {
  loop.isAllFound = false;
  if (!isKnownToPay(*loop.site) || !hasWorker(loop)) {
    loop.mode = Mode::Warming;
    loop.beganNs = nowNs();
    return false;
  }
  /* Pushed already: rather wait for an entry of a ring than do it in place. */
  while (!openBatch(loop) && isAnyInFlight())
    waitForChange(nowNs() + kProbeNs), poll();
  return loop.slot >= 0;
}

/* True: the item was found, and `goesOn` says whether to push more. Else its name is in the record of the batch that it
 * will be in. */
bool lookUp(Loop &loop, const void *const *args, memo::ItemName &name, bool &isNamed, bool &goesOn) {
  isNamed = mayIsolate() && memo::nameItem(*loop.site, loop.shared, loop.itemMask, args, name);
  uint32_t place;
  memo::Record *record = isNamed ? memo::find(*loop.site->kind, name, place) : nullptr;
  if (!record)
    return false;
  pushFound(loop, record, place);
  goesOn = loop.isAllFound ? loop.batchCount < kMaxFound : loop.slot >= 0 || openBatch(loop);
  return true;
}

void noteName(Loop &loop, const memo::ItemName &name) {
  if (!loop.record)
    loop.record = memo::begin();
  memo::add(loop.record, name.name);
}

/* Ranges see to that themselves. */
bool isToSample(const Loop &loop) {
  return loop.generated % kItemsPerSample == kItemsPerSample / 4 && loop.ownsState == OwnsState::No && !isIsolatedMode() && !loop.isRemembering &&
         loopHistory(*loop.site).batches > 1 && wantsInPlaceSample(*loop.site);
}

bool pushSample(Loop &loop) {
  if (loop.slot >= 0 && loop.items.count())
    closeBatch(loop);
  append(loop, BatchState::InPlace);
  return loop.slot >= 0 || openBatch(loop);
}

bool push(Loop &loop, const void *const *args) {
  if (loop.generated++ < loop.consumed)
    return true;
  if (isToSample(loop))
    return pushSample(loop);
  memo::ItemName name;
  bool isNamed = false, goesOn = false;
  if (loop.isRemembering && lookUp(loop, args, name, isNamed, goesOn))
    return goesOn;
  if (loop.isAllFound && !beginSending(loop)) {
    append(loop, BatchState::InPlace);
    return false;
  }
  if (loop.slot < 0 && !openBatch(loop)) { /* pushed on although told to stop */
    append(loop, BatchState::InPlace);
    return false;
  }
  if (!loop.items.add(args)) {
    uint64_t before = loop.batchCount;
    bool isAdded = pushOversized(loop, args);
    if (isNamed && isAdded && loop.batchCount == before + 1 && loop.last->state == BatchState::InFlight)
      noteName(loop, name);
    return isAdded;
  }
  if (isNamed)
    noteName(loop, name);
  if (!isFull(loop))
    return true;
  closeBatch(loop);
  return openBatch(loop);
}

void activate(Loop &loop) {
  if (!loop.isAllFound && !hasWorker(loop))
    return;
  if (!loop.shared) {
    uint64_t begin = ownNs();
    loop.shared = encodeShared(loop);
    loop.sharingNs = ownNs() - begin;
    if (loop.shared && loop.isRemembering && !loop.shared->isNamed) {
      loop.isRemembering = loop.isAllFound = false;
      if (!isKnownToPay(*loop.site) || !hasWorker(loop))
        return;
    }
  }
  if (!loop.shared)
    loop.hasMore = false; /* what is shared is too large to send: all in place */
  loop.mode = Mode::Active;
}

void warm(Loop &loop) {
  bool isLookingTime = (loop.consumed & (loop.consumed - 1)) == 0;
  if (isLookingTime && loop.consumed && nowNs() - loop.beganNs >= kWarmNs)
    activate(loop);
}

void checkFineness(Loop &loop) {
  if (isLoopTooFine(*loop.site))
    loop.mode = Mode::Plain;
}

/* Between batches, and now and then inside one: takes note of what is done, and keeps the workers busy. */
void service(Loop &loop) {
  poll();
  if (loop.mode == Mode::Active)
    checkFineness(loop);
  fill(loop);
}

void awaitFirst(Loop &loop) {
  loop.first->span.want();
  for (settle(*loop.first); loop.first->state == BatchState::InFlight; settle(*loop.first)) {
    bool isProbing = !loopHistory(*loop.site).batches && loop.hasMore;
    waitForChange(isProbing ? nowNs() + kProbeNs : 0);
    service(loop);
  }
  loop.first->span.end(*loop.site, 0);
}

void popFirst(Loop &loop) {
  Batch *batch = loop.first;
  loop.first = batch->next;
  if (!loop.first)
    loop.last = nullptr;
  --loop.batchCount;
  retire(batch);
}

int answerInPlace(Loop &loop) {
  ++loop.consumed;
  ++loop.inPlace;
  return loop.mode == Mode::Plain ? 2 : 0;
}

void beginSample(Loop &loop, const Batch &batch, Taken taken) {
  if (batch.state == BatchState::InPlace && wantsInPlaceSample(*loop.site))
    loop.sampling = Sampling::Iteration;
  else if (taken == Taken::Result && loop.iterationNs)
    loop.sampling = Sampling::Rest;
  else
    return;
  loop.sampleBeganNs = ownNs();
}

void endSample(Loop &loop) {
  uint64_t ns = ownNs() - loop.sampleBeganNs;
  if (loop.sampling == Sampling::Rest)
    learnInPlace(*loop.site, loop.iterationNs, ns);
  loop.iterationNs = loop.sampling == Sampling::Iteration ? ns : 0;
  loop.sampling = Sampling::None;
}

int answerFromBatch(Loop &loop, void *result) {
  Batch &batch = *loop.first;
  bool isTimed = batch.taken == 0 && loop.fillItems;
  uint64_t begin = isTimed ? ownNs() : 0;
  Taken taken = take(batch, result);
  if (isTimed) {
    learnRoot(*loop.site, loop.fillNs + (ownNs() - begin) * loop.fillItems, loop.fillItems);
    loop.fillNs = loop.fillItems = 0;
  }
  beginSample(loop, batch, taken);
  if (batch.taken == batch.count)
    popFirst(loop);
  ++loop.consumed;
  loop.inPlace += taken == Taken::InPlace;
  return taken == Taken::Result ? 1 : 0;
}

int next(Loop &loop, void *result) {
  if (loop.sampling != Sampling::None)
    endSample(loop);
  if (loop.mode == Mode::Warming)
    warm(loop);
  bool isBetween = !loop.first || loop.first->state == BatchState::InFlight || !loop.first->taken;
  if (loop.mode == Mode::Active && (isBetween || loop.consumed % kPollEvery == 0))
    service(loop);
  if (!loop.first)
    return answerInPlace(loop);
  awaitFirst(loop);
  return answerFromBatch(loop, result);
}

bool isTiny(cleave_site &site) {
  return !loopHistory(site).batches && !isIsolatedMode() && isTinyByCode(site, kTinyItemNs);
}

/* A by-value parameter that owns blocks cannot be shared: the first item's callee would use it up. */
bool sharesOwner(const cleave_site &site) {
  for (uint32_t i = 0; i != site.kind->param_count; ++i)
    if ((site.shared_mask >> i & 1) && site.kind->params[i].passing == CLEAVE_PARAM_VALUE &&
        !isTrivial(*site.kind->params[i].type))
      return true;
  return false;
}

void endLoop(OpenWork *work) {
  auto *loop = static_cast<Loop *>(work);
  unlink(loop);
  while (Batch *batch = loop->first) {
    loop->first = batch->next;
    abandon(batch);
  }
  counters().done_in_place += loop->inPlace;
  learnLoopEnd(*loop->site, loop->consumed, loop->sharingNs);
  loop->items.dispose();
  if (loop->record) { /* the batch was never sent */
    memo::fail(loop->record);
    memo::drop(loop->record);
  }
  if (loop->shared)
    dropShared(loop->shared);
  if (loop->ownsState == OwnsState::Yes)
    freeAligned(loop->state);
  free(loop);
}

} // namespace

void *beginLoop(cleave_site *site, cleave_generator generator, void *state, const void *const *shared_args,
                OwnsState owns) {
  if (!isSplitting() || !mayIsolate(*site) || sharesOwner(*site))
    return nullptr;
  if (session.isChecking)
    return check::beginLoop(site, generator, state, shared_args, owns);
  if (isTiny(*site) || isLoopTooFine(*site)) {
    if (owns == OwnsState::Yes)
      return nullptr;
    plainLoop.mode = Mode::Plain;
    return &plainLoop;
  }
  void *place = calloc(1, sizeof(Loop));
  if (!place)
    return nullptr;
  auto *loop = new (place) Loop{};
  loop->site = site;
  loop->generator = generator;
  loop->state = state;
  loop->ownsState = owns;
  uint32_t count = site->kind->param_count;
  loop->itemMask = allParameters(*site->kind) & ~site->shared_mask;
  for (uint32_t i = 0; i != count; ++i)
    loop->sharedArgs[i] = shared_args[i];
  loop->slot = -1;
  loop->hasMore = true;
  loop->epoch = nextEpoch();
  loop->beganNs = nowNs();
  loop->isRemembering = loop->isAllFound = memo::remembers(*site);
  loop->number = trace::newNumber();
  link(loop, endLoop);
  if (loop->isAllFound || isKnownToPay(*site))
    activate(*loop);
  return loop;
}

} // namespace cleave

using namespace cleave;

extern "C" void *cleave_loop_begin(cleave_site *site, cleave_generator generator, void *state,
                                   const void *const *shared_args) {
  bool isLocal = local::mayDo(*site);
  if (!isLocal || memo::wantsNamed(*site))
    if (void *loop = beginLoop(site, generator, state, shared_args, OwnsState::No); loop || !isLocal)
      return loop;
  return local::beginLoop(site, generator, state, shared_args);
}

extern "C" int cleave_loop_push(void *loop, const void *const *args) {
  if (local::owns(loop))
    return local::push(loop, args);
  if (session.isChecking)
    return check::push(loop, args);
  auto *ours = static_cast<Loop *>(loop);
  ours->isStalled = !push(*ours, args);
  return ours->isStalled;
}

extern "C" int cleave_loop_next(void *loop, void *result) {
  if (local::owns(loop))
    return local::next(loop, result);
  auto *ours = static_cast<Loop *>(loop);
  if (!ours)
    return 0;
  if (session.isChecking)
    return check::next(loop);
  if (ours->mode == Mode::Plain && !ours->first) {
    ++ours->inPlace;
    ++ours->consumed;
    return 2;
  }
  return session.isAttached ? next(*ours, result) : 0;
}

extern "C" void cleave_loop_end(void *loop) {
  if (local::owns(loop))
    return local::endLoop(loop);
  auto *ours = static_cast<Loop *>(loop);
  if (!ours || !session.isAttached)
    return;
  if (session.isChecking)
    return check::endWork(static_cast<OpenWork *>(loop));
  if (ours != &plainLoop)
    return endLoop(ours);
  counters().done_in_place += ours->inPlace;
  ours->inPlace = 0;
}
