/* LocalLoops.cpp - staged loops in the program's own process.
 *
 *     program      next() next() next() ...             each answered from the oldest batch
 *     generator    push push push | push push | ...     ahead, as far as the ring has room
 *     workers      [batch 1][batch 3]... [batch 2]...   in any order, the program's thread among them
 *
 * Only loops of which each iteration that the generator comes to is one that the program comes to (LoopStage.cpp), so
 * tasks never see what is not there. An argument that lies in the program's memory is borrowed; one that the generator
 * built (on its stack, or in the sandbox, which is held until the batch is used up) is moved into the batch. Results are
 * built in the batch and moved to where the program wants them.
 *
 * What a call throws because of what it was given is kept, and thrown where the program made the call, if the loop's handlers
 * are known to take it (CLEAVE_SITE_CATCHES). A call that throws for want of memory is made again in place when its turn
 * comes, and so are those behind it in its batch.
 *
 * A loop whose calls turn out to be too small is PLAIN: they are made in place. But many a loop grows, for (n = 2; ...) if
 * (isPrime(n)), so now and then it is looked at how long iterations take; if calls may take long, another TRY is made: the generator,
 * which stopped where the loop became plain, passes over what was done since, and the next batches tell. A try that was for
 * nothing makes the next one come later. */
#include "AlignedBlock.h"
#include "Generator.h"
#include "History.h"
#include "Local.h"
#include "Open.h"
#include "Sandbox.h"
#include "Session.h"
#include "Trace.h"
#include "Values.h"

#include "../task/Layout.h"
#include "../task/Memory.h"

#include <errno.h>
#include <exception>
#include <new>
#include <stdlib.h>

namespace cleave::local {

namespace {

constexpr uint64_t kRing = 64, kMostItems = 4096, kMostChunks = 4;
constexpr double kBatchNs = 60000;
/* If a loop of this site had so many items last time, batches become smaller towards that number, so that nobody is left with a large
 * one while others have none; not smaller than this. */
constexpr double kLeastBatchNs = 6000;
/* An item that takes as long is done by the cut version, which offers parts of its own. */
constexpr double kSplitItemNs = 200000;
/* An item is worth it if it takes so many times what it costs the program to hand it over: to push it, which is measured, and to
 * take its result. Nothing is cheaper than kLeastItemNs, what nobody has measured may be dearer; and it is never asked about what the
 * code alone says is shorter than kTinyItemNs. */
constexpr double kWorthOfHandOver = 1.5, kTakeNs = 20, kLeastItemNs = 60, kUnknownItemNs = 100, kTinyItemNs = 200;
constexpr uint64_t kPatience = 256, kLeastSample = 64;
/* In questions of a plain loop, one in CLEAVE_PLAIN_CALLS + 1 calls: between looks at the clock, and after tries for nothing. */
constexpr uint64_t kMostBetweenLooks = 64, kMostPatience = 1u << 20;
/* What is done in a batch of which nobody knows how long its calls take, only that they and the rest of the loop take as much. */
constexpr double kTryNs = 15000;

enum : uint32_t { kFree, kQueued, kTaken, kDone };

struct Batch {
  Latch state;
  uint64_t count, capacity;
  uint64_t threwAt;  /* the first item without a result */
  uint64_t ns;
  void **lists;      /* capacity x param_count: addresses of the parameters' objects */
  uint8_t *built;    /* capacity x stride: objects that the generator built */
  uint8_t *results;  /* capacity x result stride */
  std::exception_ptr *thrown; /* capacity, instead of a result; nullptr where the loop does not catch */
  uint64_t room;     /* of all of them, allocated at `lists` */
  sandbox::Chunk *chunks[kMostChunks];
  uint32_t chunkCount;
  trace::Span span;
};

struct Loop : Work {
  cleave_site *site;
  cleave_generator generator;
  void *state;
  uint64_t depth;
  TupleLayout layout;
  uint32_t itemMask;
  uint64_t resultStride;
  const void *shared[32];
  const char *frame; /* the generator's objects lie below it, while it runs */
  bool hasMore;
  uint64_t number;   /* the trace's */
  bool isPlain;      /* its calls turned out to be too small */
  uint64_t questions, patience; /* when plain: since the last look at the clock, and how many until the next; */
  uint64_t lookedNs;            /* that look */
  double iterationNs;           /* what made the last try */
  uint64_t generated, done;     /* items that were pushed, and those that the program has had or made */
  uint64_t taken;    /* items of the first batch that the program has */
  uint64_t consumed; /* batches that are used up; */
  uint64_t filled;   /* and that were queued: the program's thread alone */
  Batch ring[kRing];
};

Work plainLoop; /* its token is that of a loop whose calls are too small: the plain version of each, in place */

Batch &batchAt(Loop &loop, uint64_t number) { return loop.ring[number % kRing]; }

bool take(Loop &loop, Batch &batch) {
  bool isOurs = batch.state.value() == kQueued && batch.state.claim(kQueued, kTaken);
  if (isOurs)
    __atomic_sub_fetch(&loop.parts, 1, __ATOMIC_RELAXED);
  return isOurs;
}

/* What takes long, or nobody knows how long, may turn out to be all that there is to share. */
bool isToSplit(const cleave_site &site) {
  LoopHistory history = loopHistory(site);
  return site.local_split && (!history.batches || history.nsPerItem >= kSplitItemNs);
}

void run(Loop &loop, Batch &batch) {
  const cleave_site &site = *loop.site;
  const cleave_kind &kind = *site.kind;
  auto call = isToSplit(site) ? site.local_split : site.local;
  uint64_t depthHere = cleave_depth;
  cleave_depth = loop.depth;
  Part part(site);
  uint64_t done = 0;
  while (done != batch.count)
    try {
      for (; done != batch.count; ++done)
        call(batch.lists + done * kind.param_count, batch.results + done * loop.resultStride);
    } catch (const std::bad_alloc &) {
      break;
    } catch (...) {
      if (!batch.thrown)
        break;
      batch.thrown[done++] = std::current_exception();
    }
  batch.threwAt = done;
  cleave_depth = depthHere;
  batch.ns = part.end(done, batch.span.number);
  batch.state.set(kDone);
}

bool takePart(Work *work) {
  auto &loop = *static_cast<Loop *>(work);
  uint64_t first = __atomic_load_n(&loop.consumed, __ATOMIC_RELAXED);
  for (uint64_t number = first; number != first + kRing; ++number)
    if (Batch &batch = batchAt(loop, number); take(loop, batch)) {
      run(loop, batch);
      return true;
    }
  return false;
}

double leastItemNs(const cleave_site &site) {
  double pushNs = loopHistory(site).rootNsPerItem;
  double least = pushNs > 0 ? kWorthOfHandOver * (pushNs + kTakeNs) : kUnknownItemNs;
  return least > kLeastItemNs ? least : kLeastItemNs;
}

uint64_t itemsFor(const Loop &loop) {
  LoopHistory history = loopHistory(*loop.site);
  if (!history.batches)
    return loop.iterationNs ? static_cast<uint64_t>(kTryNs / loop.iterationNs) + 1 : 1;
  uint64_t limit = history.batches < 4 ? uint64_t{1} << 3 * history.batches : kMostItems;
  double itemNs = history.nsPerItem < 1 ? 1 : history.nsPerItem, wanted = kBatchNs / itemNs + 1;
  if (history.lastItems > loop.generated) {
    double share = static_cast<double>(history.lastItems - loop.generated) / (2 * workerCount());
    double least = kLeastBatchNs / itemNs + 1;
    share = share > least ? share : least;
    wanted = share < wanted ? share : wanted;
  }
  return wanted < static_cast<double>(limit) ? static_cast<uint64_t>(wanted) : limit;
}

bool makeRoom(Loop &loop, Batch &batch) {
  const cleave_kind &kind = *loop.site->kind;
  uint64_t capacity = itemsFor(loop);
  uint64_t lists = alignUp(capacity * kind.param_count * sizeof(void *), 64);
  uint64_t built = alignUp(capacity * loop.layout.stride, 64), results = alignUp(capacity * loop.resultStride, 64);
  uint64_t thrown = loop.site->flags & CLEAVE_SITE_CATCHES ? capacity * sizeof(std::exception_ptr) : 0;
  uint64_t bytes = lists + built + results + thrown;
  if (bytes > batch.room) {
    freeAligned(batch.lists);
    batch.room = alignUp(bytes, 64);
    batch.lists = static_cast<void **>(newAligned(64, batch.room));
    if (!batch.lists) {
      batch.room = 0;
      return false;
    }
  }
  batch.built = reinterpret_cast<uint8_t *>(batch.lists) + lists;
  batch.results = batch.built + built;
  batch.thrown = thrown ? reinterpret_cast<std::exception_ptr *>(batch.results + results) : nullptr;
  for (uint64_t i = 0; thrown && i != capacity; ++i)
    new (&batch.thrown[i]) std::exception_ptr;
  batch.capacity = capacity;
  batch.count = batch.chunkCount = 0;
  return true;
}

/* By the generator. */
bool isBuiltInSandbox(const void *object) {
  return reinterpret_cast<uint64_t>(object) - cleave_sandbox.base < cleave_sandbox.bytes;
}
bool isBuiltOnStack(const Loop &loop, const void *object) {
  auto *at = static_cast<const char *>(object);
  return at >= static_cast<const char *>(__builtin_frame_address(0)) && at < loop.frame;
}

/* False: the batch is full. */
bool add(Loop &loop, const void *const *args) {
  if (loop.generated++ < loop.done)
    return true;
  Batch &batch = batchAt(loop, loop.filled);
  if (batch.count == batch.capacity)
    cleave_sandbox_stop(); /* it was told to stop */
  const cleave_kind &kind = *loop.site->kind;
  void **list = batch.lists + batch.count * kind.param_count;
  uint8_t *built = batch.built + batch.count * loop.layout.stride;
  bool holds = false;
  for (uint32_t i = 0; i != kind.param_count; ++i) {
    bool isShared = !(loop.itemMask >> i & 1), isInSandbox = !isShared && isBuiltInSandbox(args[i]);
    bool isWhole = isTrivial(*kind.params[i].type); /* nothing else belongs to it */
    list[i] = const_cast<void *>(isShared ? loop.shared[i] : args[i]);
    holds |= isInSandbox && !isWhole;
    /* The generator may still look at the object, and one that others point to would be another one there. In the sandbox it can
     * stay where it is; what is on the stack nobody points to. */
    if (!isShared && (isInSandbox ? isWhole : isBuiltOnStack(loop, args[i]))) {
      void *place = built + loop.layout.offsets[i];
      relocate(*kind.params[i].type, list[i], place);
      holds |= !isWhole;
      list[i] = place;
    }
  }
  if (holds && cleave_sandbox.bytes) {
    sandbox::Chunk *chunk = sandbox::hold();
    if (batch.chunkCount && batch.chunks[batch.chunkCount - 1] == chunk)
      sandbox::drop(chunk); /* once is enough */
    else
      batch.chunks[batch.chunkCount++] = chunk;
  }
  ++batch.count;
  return batch.count < batch.capacity && batch.chunkCount < kMostChunks;
}

void publish(Loop &loop) {
  Batch &batch = batchAt(loop, loop.filled);
  if (!batch.count)
    return;
  ++loop.filled;
  batch.span.offer(loop.number);
  __atomic_add_fetch(&loop.parts, 1, __ATOMIC_RELAXED);
  batch.state.set(kQueued);
}

/* As far ahead as is of use: some batches for each worker; one item for each, as long as nobody knows how long it takes. */
uint64_t aheadOf(const Loop &loop) {
  uint64_t wanted = (loopHistory(*loop.site).batches ? 4 : 1) * uint64_t{workerCount()};
  return wanted < kRing ? wanted : kRing;
}

bool generate(Loop &loop) {
  loop.frame = static_cast<const char *>(__builtin_frame_address(0));
  if (loop.site->flags & CLEAVE_SITE_CONTAINED)
    return runGenerator(loop.generator, loop.state, tokenOf(&loop), Faults::No) == Generated::More;
  const int programsErrno = errno;
  bool hasMore = loop.generator(loop.state, tokenOf(&loop));
  errno = programsErrno;
  return hasMore;
}

void fill(Loop &loop) {
  uint64_t before = loop.filled, generatedBefore = loop.generated;
  /* Its own time, for who is put aside in the middle would be dear for ever. That is a system call, so large fillings only are measured:
   * few items tell what a batch costs, and not what an item does. */
  const bool isMeasured = generatedBefore >= loop.done && itemsFor(loop) >= kLeastSample / 4;
  uint64_t began = isMeasured ? ownNs() : 0;
  while (loop.hasMore && loop.filled - loop.consumed < aheadOf(loop)) {
    if (!makeRoom(loop, batchAt(loop, loop.filled))) {
      loop.hasMore = false;
      break;
    }
    batchAt(loop, loop.filled).span.builtNs = trace::timeNs();
    loop.hasMore = generate(loop);
    publish(loop);
  }
  if (uint64_t items = loop.generated - generatedBefore; isMeasured && items >= kLeastSample)
    learnRoot(*loop.site, ownNs() - began, items);
  LoopHistory history = loopHistory(*loop.site);
  if (loop.filled == before || loop.filled - loop.consumed < 2)
    return;
  auto batches = static_cast<uint32_t>(loop.filled - before);
  double items = static_cast<double>(batchAt(loop, before).count) * batches;
  double ns = history.batches ? history.nsPerItem * items : 0;
  if (loop.isOffered)
    announce(batches, ns);
  else
    offer(&loop, batches, ns);
}

void useUp(Batch &batch) {
  for (uint32_t i = 0; i != batch.chunkCount; ++i)
    sandbox::drop(batch.chunks[i]);
  batch.chunkCount = 0;
  batch.state.set(kFree);
}

void awaitBatch(Loop &loop, Batch &batch) {
  batch.span.want();
  if (take(loop, batch))
    run(loop, batch);
  else
    ++openStack.helped;
  while (batch.state.value() == kTaken)
    if (!takePart(&loop))
      waitWhile(batch.state, kTaken);
  batch.span.end(*loop.site, workerNumber());
}

int answer(Loop &loop, void *result) {
  Batch &batch = batchAt(loop, loop.consumed);
  if (!loop.taken) {
    awaitBatch(loop, batch);
    if (batch.threwAt)
      learn(*loop.site, kLoopBucket, batch.ns, batch.threwAt, 0);
  }
  uint64_t index = loop.taken++;
  bool isThere = index < batch.threwAt, hasThrown = isThere && batch.thrown && batch.thrown[index];
  if (hasThrown)
    keepThrown(std::move(batch.thrown[index]));
  else if (isThere)
    relocate(*loop.site->kind->result, batch.results + index * loop.resultStride, result);
  else
    __atomic_add_fetch(&counters().redone, 1, __ATOMIC_RELAXED);
  if (loop.taken == batch.count) {
    useUp(batch);
    __atomic_store_n(&loop.consumed, loop.consumed + 1, __ATOMIC_RELAXED);
    loop.taken = 0;
  }
  return hasThrown ? 4 : isThere ? 1 : 0;
}

void end(OpenWork *work) {
  auto *loop = static_cast<Loop *>(work);
  unlink(loop);
  withdraw(loop);
  for (uint64_t first = loop->taken; loop->consumed != loop->filled; first = 0) {
    Batch &batch = batchAt(*loop, loop->consumed++);
    for (; batch.state.value() == kDone && first < batch.threwAt; ++first) {
      if (batch.thrown && batch.thrown[first])
        batch.thrown[first] = nullptr;
      else if (loop->site->kind->result)
        destroy(*loop->site->kind->result, batch.results + first * loop->resultStride);
    }
    useUp(batch);
  }
  for (Batch &batch : loop->ring)
    freeAligned(batch.lists);
  freeAligned(loop);
}

bool isTiny(cleave_site &site) {
  LoopHistory history = loopHistory(site);
  if (history.batches)
    return history.nsPerItem < leastItemNs(site) && !isLoopsTurn(site, kPatience);
  return isTinyByCode(site, kTinyItemNs);
}

} // namespace

void *beginLoop(cleave_site *site, cleave_generator generator, void *state, const void *const *sharedArgs) {
  if (!isProgramsThread() && site->flags & CLEAVE_SITE_CONTAINED) /* there is one sandbox */
    return tokenOf(&plainLoop);
  cleave_site &asWritten = *site;
  site = &siteAtDepth(*site, cleave_depth); /* a recursion's levels have nothing in common */
  bool isToSkip = isTiny(*site);
  skipLikeDeeper(asWritten, *site, leastItemNs(*site));
  void *place = isToSkip ? nullptr : newAligned(alignof(Loop), sizeof(Loop));
  if (!place)
    return tokenOf(&plainLoop);
  auto *loop = new (place) Loop{};
  loop->depth = cleave_depth;
  loop->takePart = takePart;
  loop->site = site;
  loop->generator = generator;
  loop->state = state;
  uint32_t count = site->kind->param_count;
  loop->itemMask = allParameters(*site->kind) & ~site->shared_mask;
  loop->layout = tupleLayout(*site->kind, loop->itemMask);
  loop->resultStride = resultStride(*site->kind);
  for (uint32_t i = 0; i != count; ++i)
    loop->shared[i] = sharedArgs[i];
  loop->hasMore = true;
  loop->number = trace::newNumber();
  link(loop, end);
  return tokenOf(loop);
}

int push(void *token, const void *const *args) {
  auto &loop = *static_cast<Loop *>(workOf(token));
  return !add(loop, args);
}

/* Of a plain loop, which made as many calls since the last one: whether it is to be tried again. */
static bool isToTry(Loop &loop) {
  loop.done += CLEAVE_PLAIN_CALLS;
  if (++loop.questions < loop.patience)
    return false;
  uint64_t now = nowNs();
  loop.iterationNs = double(now - loop.lookedNs) / double(loop.questions * (CLEAVE_PLAIN_CALLS + 1));
  loop.lookedNs = now;
  loop.questions = 0;
  if (loop.patience < kMostBetweenLooks)
    loop.patience *= 2;
  return loop.hasMore && loop.iterationNs >= leastItemNs(*loop.site);
}

static void becomePlain(Loop &loop) {
  loop.isPlain = true;
  /* A try was for nothing; or this is the first time. */
  loop.patience = loop.iterationNs ? loop.patience * 2 : 1;
  if (loop.patience > kMostPatience)
    loop.patience = kMostPatience;
  loop.questions = 0;
  loop.lookedNs = nowNs();
}

int next(void *token, void *result) {
  Work *work = workOf(token);
  if (work == &plainLoop)
    return 2;
  auto &loop = *static_cast<Loop *>(work);
  if (loop.isPlain && isToTry(loop)) {
    loop.isPlain = false;
    forgetItems(*loop.site);
  }
  if (!loop.isPlain && !loop.taken && loop.hasMore && loop.filled - loop.consumed <= aheadOf(loop) / 2) {
    /* Between batches: what the generator has pushed is used up first. */
    LoopHistory history = loopHistory(*loop.site);
    if (!loop.consumed || !history.batches || history.nsPerItem >= leastItemNs(*loop.site))
      fill(loop);
    else if (loop.filled == loop.consumed)
      becomePlain(loop);
  }
  ++loop.done;
  if (loop.filled == loop.consumed)
    return loop.isPlain ? 2 : 0;
  return answer(loop, result);
}

void endLoop(void *token) {
  Work *work = workOf(token);
  if (work == &plainLoop)
    return;
  auto &loop = *static_cast<Loop *>(work);
  if (!loop.hasMore && loop.filled)
    learnItems(*loop.site, loop.generated);
  end(&loop);
}

} // namespace cleave::local
