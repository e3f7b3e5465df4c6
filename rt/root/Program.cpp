/* Program.cpp - program.h for the root: futures, staged loops, frames, and the decision what is worth a task.
 *
 * A LOOP keeps a queue of batches in program order. Asked for a result it looks at the front; while that is under way it
 * runs the generator ahead and keeps the workers fed. Batches hold as many calls as take about a millisecond, by what was
 * measured at this place in the program; the first ones hold one call. If calls turn out to be cheaper than sending them,
 * the loop gives up: what is queued and not sent is dropped, and since the loop itself has all of its code, it just goes
 * on in place.
 *
 * What was LEARNT is kept in the site: for loops in learnt[0] (nanoseconds of one call, 0: unknown); for futures in
 * learnt[1..15] by the size of the input (two powers of two to a bucket) or, where the inputs have no size, by the depth
 * of recursion. The unknown is tried: one call goes to an idle worker and is measured there.
 *
 * The generator may run ahead of iterations that never come and look at what is not there; its faults end it
 * (LoopStage.cpp says why that is all there is to do). */
#include "Attach.h"
#include "ImageReader.h"
#include "Workers.h"

#include <initializer_list>
#include <new>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace cleave {

[[noreturn]] void panic(const char *why) {
  fprintf(stderr, "cleave: the runtime cannot go on: %s\n", why);
  abort();
}

namespace {

constexpr uint64_t kTaskNs = 1000000;   /* a task should take about this long */
constexpr uint64_t kWorthNs = 50000;    /* a future below this is made in place */
constexpr double kCallNs = 300;         /* what sending one call of a batch costs */
constexpr double kCallByteNs = 0.3;     /* ... for each byte of its arguments */
constexpr uint64_t kMaxBatch = 16384;
constexpr uint64_t kMaxAheadBytes = uint64_t{64} << 20;
constexpr uint64_t kSmallInput = 4096;  /* sized inputs below this are taken to be cheap until measured */

char placeholder[2];
void *const kInPlace = nullptr;
void *const kSmall = placeholder;

/* What is open: abandoned when its frame is left. */
struct Open {
  bool isLoop;
  uint64_t depth;
  Open *below;
};

struct Loop : Open {
  cleave_site *site;
  cleave_generator generator;
  void *state;
  uint32_t itemMask;
  Image shared;
  Published published;
  uint64_t serial;
  Batch *front, *back, *building;
  uint64_t queued, aheadBytes, plannedCount;
  bool hasEnded, hasGivenUp, isUnsendable;
};

struct Future : Open {
  Batch batch;
  Published published;
  uint64_t bucket;
};

Open *openList;
uint64_t depth;
uint64_t serials;

bool isAlone() { return getpid() != nodeLink.process; }

/* ---- faults of generators ---- */

sigjmp_buf generatorEscape;
volatile bool isGenerating;

void onFault(int number) {
  if (isGenerating) {
    isGenerating = false;
    siglongjmp(generatorEscape, 1);
  }
  signal(number, SIG_DFL);
  raise(number);
}

void catchFaults() {
  static bool isInstalled;
  if (isInstalled)
    return;
  isInstalled = true;
  for (int number : {SIGSEGV, SIGBUS, SIGFPE}) {
    struct sigaction old, ours{};
    sigaction(number, nullptr, &old);
    if (old.sa_handler != SIG_DFL)
      continue; /* the program has its own */
    ours.sa_handler = onFault;
    ours.sa_flags = SA_NODEFER;
    sigaction(number, &ours, nullptr);
  }
}

/* ---- batches ---- */

void disposeBatch(Batch &batch) {
  batch.items.dispose();
  free(batch.output);
  batch.output = nullptr;
}

bool isUnderWay(const Batch &batch) { return batch.state == BatchState::Sent; }

/* Hands out result `index`. 1: constructed; 0: the call is to be made in place. */
int takeResult(Batch &batch, void *result) {
  uint64_t index = batch.taken++;
  if (batch.state == BatchState::Failed) {
    if (batch.failure.cause == CLEAVE_CAUSE_SETUP && nodeLink.control->mode == CLEAVE_MODE_AUTO) {
      ++nodeLink.control->counters.done_in_place;
      return 0;
    }
    fail(batch);
  }
  if (batch.state != BatchState::Done) {
    ++(batch.state == BatchState::Thrown ? nodeLink.control->counters.redone : nodeLink.control->counters.done_in_place);
    return 0;
  }
  const cleave_kind &kind = *batch.site->kind;
  auto *image = reinterpret_cast<const cleave_image *>(batch.output);
  ImageReader reader(reinterpret_cast<const uint8_t *>(batch.output) + kBodyOffset, image->body_bytes);
  switch (reader.read(*kind.result, index * image->tuple_bytes, result)) {
  case ReadError::None:
    return 1;
  case ReadError::NoMemory:
    return 0;
  case ReadError::Malformed:
    batch.state = BatchState::Failed;
    batch.failure.kind = kind.id;
    batch.failure.cause = CLEAVE_CAUSE_OUTPUT;
    fail(batch);
  }
  __builtin_unreachable();
}

void learn(uint64_t &average, uint64_t measured) {
  measured = measured ? measured : 1;
  average = average ? (average * 3 + measured) / 4 : measured;
}

/* ---- loops ---- */

void learnFrom(Loop &loop, const Batch &batch) {
  if (batch.state == BatchState::Done && batch.items.count)
    learn(loop.site->learnt[0], batch.busyNs / batch.items.count);
}

uint64_t estimatedNs(const cleave_site &site) {
  if (site.learnt[0])
    return site.learnt[0];
  return 0;
}

uint64_t planCount(const Loop &loop) {
  uint64_t ns = estimatedNs(*loop.site);
  if (!ns)
    return 1;
  uint64_t count = kTaskNs / ns;
  return count < 1 ? 1 : count > kMaxBatch ? kMaxBatch : count;
}

/* How many batches may wait: enough for all workers while the front one is being done; few while nothing is known. */
uint64_t window(const Loop &loop) {
  uint64_t workers = nodeLink.control->worker_count;
  bool isKnown = loop.site->learnt[0] || loop.site->static_base_ns + loop.site->static_per_byte_ns > 0;
  return isKnown ? workers * 4 + 2 : workers * 2;
}

void enqueue(Loop &loop, Batch *batch) {
  batch->state = BatchState::Ready;
  (loop.back ? loop.back->next : loop.front) = batch;
  loop.back = batch;
  ++loop.queued;
  loop.aheadBytes += batch->items.bytes();
}

void sendReady(Loop &loop) {
  for (Batch *batch = loop.front; batch; batch = batch->next)
    if (batch->state == BatchState::Ready && !trySend(*batch))
      return;
}

void finishBuilding(Loop &loop) {
  Batch *batch = loop.building;
  if (!batch)
    return;
  loop.building = nullptr;
  if (!batch->items.count) {
    disposeBatch(*batch);
    free(batch);
    return;
  }
  enqueue(loop, batch);
}

void runGenerator(Loop &loop) {
  if (loop.hasEnded || loop.queued >= window(loop) || loop.aheadBytes > kMaxAheadBytes)
    return;
  catchFaults();
  if (sigsetjmp(generatorEscape, 0)) {
    /* A fault: there is nothing more to run ahead of. The call that was being encoded is left out. */
    loop.hasEnded = true;
  } else {
    isGenerating = true;
    if (!loop.generator(loop.state, &loop))
      loop.hasEnded = true;
    isGenerating = false;
  }
  if (loop.hasEnded)
    finishBuilding(loop);
}

/* Cheaper in place? Only what was measured counts. */
bool isNotWorth(const Loop &loop, const Batch &batch) {
  if (batch.state != BatchState::Done || !batch.items.count || !loop.site->learnt[0])
    return false;
  double bytes = static_cast<double>(batch.items.bytes() + batch.outputBytes) / static_cast<double>(batch.items.count);
  return static_cast<double>(loop.site->learnt[0]) < kCallNs + kCallByteNs * bytes && batch.items.count > 16;
}

void popFront(Loop &loop) {
  Batch *batch = loop.front;
  loop.front = batch->next;
  if (!loop.front)
    loop.back = nullptr;
  --loop.queued;
  uint64_t bytes = batch->items.bytes();
  loop.aheadBytes -= bytes < loop.aheadBytes ? bytes : loop.aheadBytes;
  disposeBatch(*batch);
  free(batch);
}

/* The loop goes on in place: nothing that was queued will be asked for. */
void giveUp(Loop &loop) {
  loop.hasGivenUp = true;
  loop.hasEnded = true;
}

void abandon(Batch &batch) {
  if (isUnderWay(batch)) {
    batch.isAbandoned = true;
    ++nodeLink.control->counters.abandoned;
    while (isUnderWay(batch))
      waitForWorkers();
  }
}

void closeLoop(Loop &loop) {
  if (loop.building) {
    disposeBatch(*loop.building);
    free(loop.building);
  }
  for (Batch *batch = loop.front; batch; batch = batch->next)
    if (batch->state == BatchState::Ready)
      batch->state = BatchState::Unsendable;
  while (loop.front) {
    abandon(*loop.front);
    popFront(loop);
  }
  loop.shared.dispose();
  loop.published.grants.clear();
}

void closeFuture(Future &future) {
  abandon(future.batch);
  disposeBatch(future.batch);
  future.published.grants.clear();
}

void unlink(Open *open) {
  for (Open **link = &openList; *link; link = &(*link)->below)
    if (*link == open) {
      *link = open->below;
      return;
    }
}

void close(Open *open) {
  unlink(open);
  if (open->isLoop)
    closeLoop(*static_cast<Loop *>(open));
  else
    closeFuture(*static_cast<Future *>(open));
  free(open);
}

void link(Open *open, bool isLoop) {
  open->isLoop = isLoop;
  open->depth = depth;
  open->below = openList;
  openList = open;
}

template <class T> T *make() { return static_cast<T *>(memset(growBlock(nullptr, sizeof(T)), 0, sizeof(T))); }

/* Descriptor-carrying members need their constructors; everything else of a Batch is zero. */
Batch *newBatch(cleave_site *site) {
  Batch *batch = make<Batch>();
  new (&batch->items) Image();
  batch->site = site;
  return batch;
}

/* ---- futures ---- */

uint64_t inputBytes(const cleave_kind &kind, const void *const *args) {
  ImageWriter measure;
  TupleLayout layout = tupleLayout(kind, (kind.param_count >= 32 ? ~0u : (1u << kind.param_count) - 1));
  measure.beginTuples(layout.stride);
  for (uint32_t k = 0; k < kind.param_count; ++k)
    measure.write(*kind.params[k].type, layout.offsets[k], args[k]);
  uint64_t bytes = measure.used;
  measure.dispose();
  free(measure.relocs);
  return bytes;
}

bool hasSize(const cleave_kind &kind) {
  for (uint32_t k = 0; k < kind.param_count; ++k)
    if (!isTrivial(*kind.params[k].type))
      return true;
  return false;
}

uint64_t bucketOf(const cleave_kind &kind, uint64_t bytes) {
  uint64_t value = hasSize(kind) ? static_cast<uint64_t>(63 - __builtin_clzll(bytes | 1)) / 2 : depth;
  return 1 + (value < 14 ? value : 14);
}

/* Nanoseconds of one call; 0: unknown. */
uint64_t estimateFuture(const cleave_site &site, uint64_t bucket, uint64_t bytes) {
  if (site.learnt[bucket])
    return site.learnt[bucket];
  if (site.static_base_ns >= 0 && site.static_base_ns + site.static_per_byte_ns > 0)
    return static_cast<uint64_t>(site.static_base_ns + site.static_per_byte_ns * static_cast<double>(bytes)) + 1;
  bool isSized = hasSize(*site.kind);
  /* A larger input, or a shallower call, that was cheap: this one is too. */
  for (uint64_t k = 1; k < 16; ++k)
    if (site.learnt[k] && site.learnt[k] < kWorthNs && (isSized ? k > bucket : k < bucket))
      return site.learnt[k];
  if (isSized && bytes < kSmallInput)
    return 1;
  return 0;
}

} // namespace
} // namespace cleave

using namespace cleave;

extern "C" {

void *cleave_frame_enter(void) {
  ++depth;
  return openList;
}

void cleave_frame_leave(void *) {
  while (openList && openList->depth == depth)
    close(openList);
  --depth;
}

void *cleave_loop_begin(cleave_site *site, cleave_generator generator, void *state, const void *const *sharedArgs) {
  if (isAlone())
    return nullptr;
  Loop *loop = make<Loop>();
  new (&loop->shared) Image();
  const cleave_kind &kind = *site->kind;
  uint32_t all = kind.param_count >= 32 ? ~0u : (1u << kind.param_count) - 1;
  loop->site = site;
  loop->generator = generator;
  loop->state = state;
  loop->itemMask = all & ~site->shared_mask;
  loop->serial = ++serials;
  loop->shared.begin(kind, site->shared_mask, 1, &loop->published);
  loop->isUnsendable = !loop->shared.append(kind, sharedArgs);
  link(loop, true);
  return loop;
}

int cleave_loop_push(void *opaque, const void *const *args) {
  Loop &loop = *static_cast<Loop *>(opaque);
  if (!loop.building) {
    Batch *batch = newBatch(loop.site);
    batch->shared = &loop.shared;
    batch->sharedSerial = loop.serial;
    batch->items.begin(*loop.site->kind, loop.itemMask, planCount(loop), &loop.published);
    loop.building = batch;
  }
  Batch &batch = *loop.building;
  if (!batch.items.append(*loop.site->kind, args)) {
    loop.isUnsendable = true;
    return 1;
  }
  if (batch.items.count == batch.items.limit || batch.items.bytes() > kMaxAheadBytes / 16) {
    finishBuilding(loop);
    sendReady(loop);
  }
  return loop.queued >= window(loop) || loop.aheadBytes > kMaxAheadBytes;
}

int cleave_loop_next(void *opaque, void *result) {
  Loop *loop = static_cast<Loop *>(opaque);
  if (!loop || loop->isUnsendable)
    return 0;
  if (loop->hasGivenUp && !loop->front)
    return 2;
  if (!loop->front)
    runGenerator(*loop);
  if (!loop->front) {
    if (loop->building)
      finishBuilding(*loop);
    if (!loop->front || loop->isUnsendable)
      return 0; /* a fault in the generator */
  }
  for (;;) {
    collect();
    runGenerator(*loop);
    sendReady(*loop);
    BatchState state = loop->front->state;
    if (state != BatchState::Sent && state != BatchState::Ready)
      break;
    if (state == BatchState::Ready && loop->hasGivenUp)
      break;
    waitForWorkers();
  }
  Batch &batch = *loop->front;
  if (!batch.taken)
    learnFrom(*loop, batch);
  bool isCheap = batch.state == BatchState::Done && isNotWorth(*loop, batch);
  bool isLast = batch.taken + 1 >= batch.items.count;
  int answer = takeResult(batch, result);
  if (isLast)
    popFront(*loop);
  if (isCheap && isLast && !loop->hasGivenUp) {
    giveUp(*loop);
    /* In program order: what is under way is waited for when its turn comes, the rest is never sent. */
    Batch **link = &loop->front;
    while (*link && (*link)->state != BatchState::Ready && (*link)->state != BatchState::Unsendable)
      link = &(*link)->next;
    Batch *rest = *link;
    *link = nullptr;
    loop->back = nullptr;
    for (Batch *batch = loop->front; batch; batch = batch->next)
      loop->back = batch;
    while (rest) {
      Batch *next = rest->next;
      abandon(*rest);
      --loop->queued;
      disposeBatch(*rest);
      free(rest);
      rest = next;
    }
  }
  return answer;
}

void cleave_loop_end(void *opaque) {
  if (opaque)
    close(static_cast<Loop *>(opaque));
}

void *cleave_spawn(cleave_site *site, const void *const *args) {
  if (isAlone())
    return kInPlace;
  const cleave_kind &kind = *site->kind;
  uint64_t bytes = hasSize(kind) ? inputBytes(kind, args) : 0;
  uint64_t bucket = bucketOf(kind, bytes);
  uint64_t ns = estimateFuture(*site, bucket, bytes);
  if (ns && ns < kWorthNs)
    return kSmall;
  if (!hasIdleWorker(kind))
    return kInPlace;
  Future *future = make<Future>();
  new (&future->batch.items) Image();
  future->batch.site = site;
  future->batch.sharedSerial = ~uint64_t{0} - 1; /* the empty shared image: one for all futures */
  future->bucket = bucket;
  future->batch.items.begin(kind, kind.param_count >= 32 ? ~0u : (1u << kind.param_count) - 1, 1, &future->published);
  link(future, false);
  if (!future->batch.items.append(kind, args)) {
    close(future);
    return kInPlace;
  }
  future->batch.state = BatchState::Ready;
  trySend(future->batch);
  return future;
}

int cleave_join(cleave_site *site, void *token, void *result) {
  if (token == kInPlace || token == kSmall) {
    if (nodeLink.control)
      ++nodeLink.control->counters.done_in_place;
    return token == kSmall ? 2 : 0;
  }
  Future *future = static_cast<Future *>(token);
  for (;;) {
    collect();
    BatchState state = future->batch.state;
    if (state == BatchState::Ready && !trySend(future->batch) && future->batch.state == BatchState::Ready) {
      waitForWorkers();
      continue;
    }
    if (future->batch.state != BatchState::Sent && future->batch.state != BatchState::Ready)
      break;
    waitForWorkers();
  }
  if (future->batch.state == BatchState::Done)
    learn(site->learnt[future->bucket], future->batch.busyNs);
  int answer = takeResult(future->batch, result);
  close(future);
  return answer;
}

} // extern "C"
