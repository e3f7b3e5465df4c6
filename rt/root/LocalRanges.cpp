/* LocalRanges.cpp - range loops in the program's own process.
 *
 * The whole loop is done when it begins: its iterations, in chunks, write where the program has its arrays. Each worker has a
 * share of its own, neighbouring chunks, and the same one in the next loop, whose data its core then has at hand; when it is
 * used up it takes chunks of others' shares (affinity scheduling: Markatos and LeBlanc, 1992). Afterwards the loop asks chunk
 * by chunk, in order, for what its reductions gathered. Where an iteration's own part is what all others read (Barrier,
 * RangeBlocks.h), what comes before it is one stretch, it is done in place, and what comes behind it is another stretch, begun
 * when the loop gets there.
 *
 * MEMORY RUNS OUT in some chunk: what that chunk and all behind it wrote is taken back (each kept a copy of what lay in its
 * part, if its work may throw), and the loop goes on in place from there, where the exception meets it as it would have
 * met the plain program. */
#include "LocalRanges.h"

#include "AlignedBlock.h"
#include "Arena.h"
#include "History.h"
#include "Local.h"
#include "RangeBlocks.h"
#include "Session.h"
#include "ShownLoop.h"
#include "Trace.h"

#include "../task/Layout.h"
#include "../task/Memory.h"

#include <errno.h>
#include <new>
#include <stdlib.h>
#include <sys/mman.h>

namespace cleave::local {

namespace {

/* Enough for the last ones not to matter, and each long beside what it costs, a tenth of a microsecond: up to so many of 4 us, then
 * longer ones, then more of 0.4 ms. */
constexpr uint64_t kChunksPerWorker = 32, kMostPerWorker = 128, kMostChunks = 1024;
constexpr double kChunkNs = 4000, kLongChunkNs = 400000, kLoopNs = 12000;
/* A site that did not pay is tried again after so many loops. */
constexpr uint64_t kPatience = 1024;

/* Chunks of a stretch. */
struct Share {
  alignas(64) uint64_t next; /* the first one that nobody has taken; */
  uint64_t end;
  alignas(64) uint64_t spentNs; /* what its worker did, of whatever share */
  uint64_t items;
};

struct Ranges : Work {
  cleave_site *site;
  uint64_t allTrips;
  Barrier barrier;
  double nsPerIteration; /* 0: who knows */
  uint64_t capacity;     /* of results, in chunks */
  uint64_t first, trips, grain, chunks; /* of the stretch */
  uint64_t failed; /* the first chunk that threw */
  Share *shares;   /* by worker, from the owner on */
  uint32_t workers; /* that there are shares for */
  uint64_t reductionBytes, resultBytes;
  uint32_t blockCount, owner;
  const void *scalars;
  BlockPart memory[kMaxBlocks];
  uint8_t **gathered; /* by worker, then by block: its own copy of what gathers. Null: nothing does */
  trace::Span span;
  ShownLoop shown;
  bool isOutermost; /* it may be shown */
  uint8_t **copies; /* of each chunk's parts, as they were; null: it cannot throw */
  alignas(64) uint8_t results[];
};

uint64_t firstOf(const Ranges &ranges, uint64_t chunk) { return ranges.first + chunk * ranges.grain; }

uint64_t lengthOf(const Ranges &ranges, uint64_t chunk) {
  uint64_t left = ranges.trips - chunk * ranges.grain;
  return left < ranges.grain ? left : ranges.grain;
}

/* Copies the chunk's written parts to `copy`, or back. */
template <class Move> void eachPart(const Ranges &ranges, uint64_t chunk, Move move) {
  for (uint32_t i = 0; i != ranges.blockCount; ++i)
    if (ranges.memory[i].isWritten) {
      HeapBlock part = hull(ranges.memory[i], firstOf(ranges, chunk), lengthOf(ranges, chunk));
      move(const_cast<uint8_t *>(part.begin), part.bytes);
    }
}

bool keepParts(Ranges &ranges, uint64_t chunk) {
  uint64_t bytes = 0;
  eachPart(ranges, chunk, [&](uint8_t *, uint64_t size) { bytes += size; });
  auto *copy = static_cast<uint8_t *>(malloc(bytes + 1));
  ranges.copies[chunk] = copy;
  if (copy)
    eachPart(ranges, chunk, [&](uint8_t *at, uint64_t size) {
      memcpy(copy, at, size);
      copy += size;
    });
  return copy;
}

void takeBack(Ranges &ranges, uint64_t chunk) {
  uint8_t *copy = ranges.copies[chunk];
  if (copy)
    eachPart(ranges, chunk, [&](uint8_t *at, uint64_t size) {
      memcpy(at, copy, size);
      copy += size;
    });
}

void fail(Ranges &ranges, uint64_t chunk) {
  uint64_t first = __atomic_load_n(&ranges.failed, __ATOMIC_RELAXED);
  while (chunk < first &&
         !__atomic_compare_exchange_n(&ranges.failed, &first, chunk, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

/* This worker's copy of a block that gathers; the program's thread has the program's own. */
uint8_t *gatheringOf(Ranges &ranges, uint32_t block) {
  const BlockPart &part = ranges.memory[block];
  if (workerNumber() == ranges.owner)
    return const_cast<uint8_t *>(part.block.begin);
  uint8_t *&own = ranges.gathered[workerNumber() * ranges.blockCount + block];
  if (!own) {
    own = static_cast<uint8_t *>(growBlock(nullptr, part.block.bytes));
    beginGathering(part, own);
  }
  return own;
}

void combineAll(Ranges &ranges) {
  for (uint64_t k = 0; ranges.gathered && k != uint64_t{workerCount()} * ranges.blockCount; ++k)
    if (ranges.gathered[k]) {
      const BlockPart &part = ranges.memory[k % ranges.blockCount];
      combineGathered(part, ranges.gathered[k]);
      beginGathering(part, ranges.gathered[k]); /* for the next stretch */
    }
}

uint32_t shareOf(const Ranges &ranges, uint32_t worker) {
  return worker >= ranges.owner ? worker - ranges.owner : worker + ranges.workers - ranges.owner;
}

void shareOut(Ranges &ranges) {
  for (uint64_t k = 0; k != ranges.workers; ++k)
    ranges.shares[k] = {(ranges.chunks * k + ranges.workers - 1) / ranges.workers,
                        (ranges.chunks * (k + 1) + ranges.workers - 1) / ranges.workers, 0, 0};
}

/* A chunk of the calling worker's share, else of another's. */
bool takeChunk(Ranges &ranges, uint64_t &chunk) {
  uint32_t at = shareOf(ranges, workerNumber());
  for (uint32_t k = 0; k != ranges.workers; ++k, at = at + 1 == ranges.workers ? 0 : at + 1) {
    Share &share = ranges.shares[at];
    if (__atomic_load_n(&share.next, __ATOMIC_RELAXED) < share.end &&
        (chunk = __atomic_fetch_add(&share.next, 1, __ATOMIC_ACQUIRE)) < share.end)
      return true;
  }
  return false;
}

/* All pages at once, and none of them twice, for reading and then for writing. */
void bringIn(const HeapBlock &memory) {
  constexpr uint64_t kMask = arena::kPage - 1, kLeast = 8 * arena::kPage;
  uint64_t begin = reinterpret_cast<uint64_t>(memory.begin) & ~kMask;
  uint64_t end = (reinterpret_cast<uint64_t>(memory.begin) + memory.bytes + kMask) & ~kMask;
  int programsErrno = errno;
  if (memory.bytes >= kLeast)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_POPULATE_WRITE);
  errno = programsErrno;
}

uint64_t doChunk(Ranges &ranges, uint64_t chunk) {
  uint64_t item[2 + kMaxBlocks] = {firstOf(ranges, chunk), lengthOf(ranges, chunk)}; /* the rest: data is the base */
  Span spans[kMaxBlocks];
  void *args[2 + kMaxBlocks] = {item, const_cast<void *>(ranges.scalars)};
  for (uint32_t i = 0; i != ranges.blockCount; ++i) {
    const BlockPart &block = ranges.memory[i];
    if (block.isLeftOut)
      bringIn(hull(block, item[0], item[1]));
    spans[i] = {block.base, 0};
    args[2 + i] = &spans[i];
    if (block.gathers) {
      spans[i].data = gatheringOf(ranges, i);
      item[2 + i] = static_cast<uint64_t>(block.base - block.block.begin);
    }
  }
  void *result = ranges.results + chunk * ranges.resultBytes;
  if (!ranges.copies) {
    Part part(*ranges.site);
    ranges.site->local(args, result);
    return part.end(item[1], ranges.span.number);
  }
  if (!keepParts(ranges, chunk)) {
    fail(ranges, chunk);
    return 0;
  }
  Part part(*ranges.site);
  try {
    ranges.site->local(args, result);
  } catch (...) {
    fail(ranges, chunk);
  }
  return part.end(item[1], ranges.span.number);
}

/* If it is before all that threw. */
void doAndCount(Ranges &ranges, uint64_t chunk) {
  if (chunk >= __atomic_load_n(&ranges.failed, __ATOMIC_RELAXED))
    return;
  Share &own = ranges.shares[shareOf(ranges, workerNumber())];
  own.spentNs += doChunk(ranges, chunk);
  own.items += lengthOf(ranges, chunk);
  ranges.shown.add(lengthOf(ranges, chunk));
}

bool takePart(Work *work) {
  auto &ranges = *static_cast<Ranges *>(work);
  uint64_t chunk;
  if (!takeChunk(ranges, chunk)) {
    __atomic_store_n(&ranges.parts, 0, __ATOMIC_RELAXED);
    return false;
  }
  doAndCount(ranges, chunk);
  return true;
}

void dispose(OpenWork *work) {
  auto *ranges = static_cast<Ranges *>(work);
  unlink(ranges);
  ranges->shown.end();
  if (ranges->copies)
    for (uint64_t i = 0; i != ranges->capacity; ++i)
      free(ranges->copies[i]);
  free(ranges->copies);
  for (uint64_t k = 0; ranges->gathered && k != uint64_t{workerCount()} * ranges->blockCount; ++k)
    free(ranges->gathered[k]);
  free(ranges->gathered);
  freeAligned(ranges);
}

/* About what the loop takes, in nanoseconds; 0: who knows. */
double estimate(const cleave_range &range) {
  LoopHistory history = loopHistory(*range.site);
  double ns = history.batches ? history.nsPerItem : range.has_open_work ? 0 : range.iteration_ns;
  return ns * static_cast<double>(range.trips);
}

uint64_t chunksFor(uint64_t trips, double ns) {
  double some = static_cast<double>(kChunksPerWorker * workerCount()), most = static_cast<double>(kMostPerWorker * workerCount());
  double fine = ns / kChunkNs, coarse = ns / kLongChunkNs;
  double wanted = ns <= 0 ? most : fine < some ? fine : coarse < some ? some : coarse < most ? coarse : most;
  auto chunks = static_cast<uint64_t>(wanted < kMostChunks ? wanted : kMostChunks);
  return chunks < 2 ? 2 : chunks < trips ? chunks : trips;
}

/* What may throw must be able to take back; what elements own is not copied, and what gathers is not told apart. */
bool mayBeUndone(const Ranges &ranges) {
  for (uint32_t i = 0; i != ranges.blockCount; ++i)
    if (ranges.memory[i].isWritten && (ranges.memory[i].gathers || !isTrivial(*ranges.memory[i].element)))
      return false;
  return true;
}

/* False: no memory for it, or copies for all workers would cost more than the loop. */
bool prepareGathering(Ranges &ranges, double ns) {
  constexpr double kNsPerByte = 1; /* to fill and to combine */
  uint64_t bytes = 0;
  for (uint32_t i = 0; i != ranges.blockCount; ++i)
    bytes += ranges.memory[i].gathers ? ranges.memory[i].block.bytes : 0;
  if (!bytes)
    return true;
  if (ns > 0 && static_cast<double>(bytes * workerCount()) * kNsPerByte * 4 > ns)
    return false;
  ranges.gathered = static_cast<uint8_t **>(calloc(uint64_t{workerCount()} * ranges.blockCount, sizeof(uint8_t *)));
  return ranges.gathered;
}

/* Does [first, first + trips), or finds that it is too short to (then there are no chunks). */
void doStretch(Ranges &ranges, uint64_t first, uint64_t trips) {
  bool isKnown = ranges.nsPerIteration > 0;
  double ns = ranges.nsPerIteration * static_cast<double>(trips);
  ranges.first = first;
  ranges.trips = trips;
  ranges.chunks = ranges.failed = 0;
  ranges.grain = 1;
  if (trips < 2 || (isKnown && ns < kLoopNs))
    return;
  uint64_t wanted = chunksFor(trips, ns);
  wanted = wanted < ranges.capacity ? wanted : ranges.capacity;
  ranges.grain = (trips + wanted - 1) / wanted;
  ranges.chunks = ranges.failed = (trips + ranges.grain - 1) / ranges.grain;
  shareOut(ranges);
  if (ranges.isOutermost)
    ranges.shown.begin(first, ranges.allTrips);
  ranges.span.offer(0);
  Share &own = ranges.shares[0];
  uint64_t chunk;
  auto othersNs = [&](double allNs) { return allNs * (workerCount() - 1) / workerCount(); };
  auto others = static_cast<uint32_t>(ranges.chunks - 1);
  ranges.parts = 1;
  if (isKnown) {
    offer(&ranges, others, othersNs(ns));
  } else {
    /* Its first chunk tells. If that is long, one other is at work by then; a loop that used to be short has nobody got up. */
    bool wasShort = loopHistory(*ranges.site).batches;
    if (!wasShort)
      offer(&ranges, 1, 0);
    if (takeChunk(ranges, chunk))
      doAndCount(ranges, chunk);
    ns = static_cast<double>(own.spentNs) * static_cast<double>(ranges.chunks);
    if (!wasShort)
      announce(others - 1, othersNs(ns));
    else if (ns >= kLoopNs)
      offer(&ranges, others, othersNs(ns));
  }
  while (takeChunk(ranges, chunk))
    doAndCount(ranges, chunk);
  ranges.span.want();
  withdraw(&ranges);
  ranges.shown.end();
  openStack.helped += own.items < trips;
  ranges.span.end(*ranges.site, workerNumber());
  combineAll(ranges);
  uint64_t spentNs = 0, items = 0;
  for (uint32_t k = 0; k != ranges.workers; ++k) {
    spentNs += ranges.shares[k].spentNs;
    items += ranges.shares[k].items;
  }
  if (items)
    learn(*ranges.site, kLoopBucket, spentNs, items, 0);
  if (items && !isKnown)
    ranges.nsPerIteration = static_cast<double>(spentNs) / static_cast<double>(items);
  for (uint64_t chunk = ranges.failed; ranges.copies && chunk < ranges.chunks; ++chunk)
    takeBack(ranges, chunk);
}

/* What the loop needs before its first stretch. False: it cannot be done here. */
bool prepare(Ranges &ranges, const cleave_range &range) {
  bool mayThrow = ranges.site->flags & CLEAVE_SITE_MAY_THROW;
  if (!takeBlocks(ranges.memory, range, mayThrow ? Extent::Always : Extent::IfNeeded, &ranges.barrier))
    return false;
  for (uint32_t i = 0; i != ranges.blockCount; ++i)
    if (BlockPart &part = ranges.memory[i];
        part.isWritten && !part.gathers && !part.isScattered && arena::takeLeftOut(part.base)) {
      part.isLeftOut = true;
      part.block = part.block.begin ? part.block : arena::blockOf(part.base);
    }
  if (mayThrow) {
    ranges.copies = static_cast<uint8_t **>(calloc(ranges.capacity, sizeof(uint8_t *)));
    if (!ranges.copies || !mayBeUndone(ranges) || !ranges.barrier.isEmpty())
      return false;
  }
  return prepareGathering(ranges, ranges.nsPerIteration * static_cast<double>(ranges.allTrips));
}

} // namespace

void *doRanges(const cleave_range &range) {
  cleave_site &site = *range.site;
  if (range.trips < 2 || range.block_count > kMaxBlocks || isTurnedDown(site))
    return nullptr;
  double ns = estimate(range);
  bool isKnown = loopHistory(site).batches || !range.has_open_work;
  if (isKnown && ns < kLoopNs) {
    if (!loopHistory(site).batches || !isLoopsTurn(site, kPatience))
      return nullptr;
    isKnown = false; /* measured again */
  }
  uint64_t capacity = chunksFor(range.trips, isKnown ? ns : 0), resultBytes = alignUp(site.kind->result->size_bytes, 64);
  uint64_t sharesAt = alignUp(sizeof(Ranges) + capacity * resultBytes, 64);
  void *place = newAligned(alignof(Ranges), sharesAt + workerCount() * sizeof(Share));
  if (!place)
    return nullptr;
  auto *ranges = new (place) Ranges{};
  ranges->shares = reinterpret_cast<Share *>(static_cast<char *>(place) + sharesAt);
  ranges->workers = workerCount();
  ranges->takePart = takePart;
  ranges->site = &site;
  ranges->allTrips = range.trips;
  ranges->nsPerIteration = isKnown ? ns / static_cast<double>(range.trips) : 0;
  ranges->capacity = capacity;
  ranges->reductionBytes = range.reduction_bytes;
  ranges->resultBytes = resultBytes;
  ranges->blockCount = range.block_count;
  ranges->scalars = range.scalars;
  ranges->owner = workerNumber();
  ranges->isOutermost = isProgramsThread() && ShownLoop::isOutermost();
  link(ranges, dispose);
  if (!prepare(*ranges, range)) {
    turnDown(site);
    dispose(ranges);
    return nullptr;
  }
  doStretch(*ranges, 0, ranges->barrier.isEmpty() ? range.trips : ranges->barrier.first);
  return tokenOf(ranges);
}

int nextRange(void *token, uint64_t done, void *reductions, uint64_t *count) {
  auto &ranges = *static_cast<Ranges *>(workOf(token));
  const Barrier &barrier = ranges.barrier;
  if (done >= ranges.allTrips) {
    *count = UINT64_MAX - done;
    return 0;
  }
  if (done == barrier.first && !barrier.isEmpty()) {
    *count = barrier.end - barrier.first;
    return 0;
  }
  if (done == barrier.end && !barrier.isEmpty())
    doStretch(ranges, barrier.end, ranges.allTrips - barrier.end);
  uint64_t chunk = (done - ranges.first) / ranges.grain;
  if (chunk >= ranges.failed) {
    *count = ranges.first + ranges.trips - done;
    return 0;
  }
  *count = lengthOf(ranges, chunk);
  memcpy(reductions, ranges.results + chunk * ranges.resultBytes, ranges.reductionBytes);
  return 1;
}

void endRanges(void *token) { dispose(workOf(token)); }

} // namespace cleave::local
