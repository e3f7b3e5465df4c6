/* Ranges.cpp - range loops: blocks are looked up and compared once, then ranges of iterations go the way of a staged
 * loop's items (Loops.cpp), with a generator of the run time's own.
 *
 *     item k     iterations [k * grain, (k + 1) * grain): its part of each written block, copied when it is pushed
 *     shared     the scalars, and all of each block that is only read: large ones are shown, not copied
 *     result     reductions, and the parts of the written blocks, copied to where they belong when they are asked for
 *
 * WHY THAT IS RIGHT. No two iterations touch the same byte of a written block (RangeBlocks.h). What lies in
 * a range's hull between two of its intervals belongs to nobody else in this loop, so copying it there and back changes
 * nothing. An interval may stick out of its block where the program touches nothing (an access under a condition): the
 * hull is cut at the block's ends.
 *
 * BLOCKS OF VALUES. Where an iteration's elements are told (whole ones, by the same intervals), what they own is theirs
 * too: two std::vectors never share a buffer. Such a block ends where its vector does, not where the heap block does:
 * behind the last element lies nothing that could be copied. A result goes back into the memory that the elements have;
 * the loop changes no element's own words, so the sizes agree.
 */
#include "AlignedBlock.h"
#include "Arena.h"
#include "History.h"
#include "Check.h"
#include "Local.h"
#include "LocalRanges.h"
#include "Memo.h"
#include "Open.h"
#include "RangeBlocks.h"
#include "Session.h"
#include "ShownLoop.h"
#include "Watch.h"

#include "../task/Layout.h"
#include "../task/Memory.h"
#include "cleave/program.h"

#include <new>
#include <stdlib.h>

namespace cleave {

namespace {

/* Ranges a loop is cut into: enough to keep workers equally busy, few enough that handing them over costs little. */
constexpr uint64_t kRangesPerLoop = 128, kLeastSampledRanges = 16;
/* Below this a range is not worth its hand-over, and a whole loop not worth the look at its blocks. */
constexpr uint64_t kCheckedRangesPerLoop = 16;
constexpr double kLeastRangeNs = 20000, kLeastLoopNs = 50000, kLeastIterationNs = 4;

struct RangeWork {
  void *loop;
  uint64_t trips, grain, next; /* next: the first iteration that was not pushed */
  /* A range in the middle that is done in place, to know what that takes; the middle, because of triangular loops. */
  cleave_site *site;
  uint64_t sampleFirst, sampleBeganNs;
  ShownLoop shown;
  uint64_t reductionBytes;
  void (*combine)(const void *, const void *, void *);
  /* Mode check: the range that is being done in place, and the reductions before it, which lie behind the result. */
  uint64_t checkedFirst, checkedCount;
  uint8_t *before;
  uint32_t blockCount;
  BlockPart parts[kMaxBlocks];
  Span spans[kMaxBlocks];
  uint8_t *gathered[kMaxBlocks]; /* of blocks that gather: identities, then the last range's result */
  int64_t item[2 + kMaxBlocks];
  const void *args[2 + kMaxBlocks];
  alignas(64) uint8_t result[]; /* reductions, then a slice for each written block */
};

uint64_t rangeLength(const RangeWork &work, uint64_t first) {
  uint64_t left = work.trips - first;
  return left < work.grain ? left : work.grain;
}

/* The generator: pushes range after range. */
int pushRanges(void *state, void *loop) {
  auto &work = *static_cast<RangeWork *>(state);
  while (work.next < work.trips) {
    uint64_t first = work.next, count = rangeLength(work, first);
    if (first == work.sampleFirst) {
      work.next = first + count;
      continue;
    }
    work.item[0] = static_cast<int64_t>(first);
    work.item[1] = static_cast<int64_t>(count);
    for (uint32_t i = 0; i != work.blockCount; ++i) {
      const BlockPart &part = work.parts[i];
      if (part.isWritten && !part.gathers)
        work.spans[i] = spanOf(part, hull(part, first, count));
      work.item[2 + i] = part.base - (part.gathers ? part.block.begin : work.spans[i].data);
    }
    work.next = first + count;
    if (cleave_loop_push(loop, work.args))
      return work.next < work.trips;
  }
  return 0;
}

/* Is there memory that one block has for reading and another for writing? The iterations keep apart within it. */
bool isReadAndWritten(const RangeWork &work) {
  for (uint32_t i = 0; i != work.blockCount; ++i)
    for (uint32_t k = 0; k != work.blockCount; ++k) {
      const BlockPart &written = work.parts[i], &read = work.parts[k];
      if (!written.isWritten || read.isWritten)
        continue;
      Span all = spanOf(read, read.block);
      if (meets(written, read, work.trips) ||
          mayOwn(*read.element, reinterpret_cast<const char *>(all.data), all.count, written.block))
        return true;
    }
  return false;
}

bool takeBlocks(RangeWork &work, const cleave_range &range) {
  if (!takeBlocks(work.parts, range, Extent::Always))
    return false;
  for (uint32_t i = 0; i != range.block_count; ++i) {
    const BlockPart &part = work.parts[i];
    work.spans[i] = spanOf(part, part.block);
    work.args[2 + i] = &work.spans[i];
    if (!part.gathers)
      continue;
    /* What each task begins with, and room for what it comes to. */
    work.gathered[i] = static_cast<uint8_t *>(malloc(2 * part.block.bytes));
    if (!work.gathered[i] || session.isChecking) /* the program's own elements never are what a task's are */
      return false;
    beginGathering(part, work.gathered[i]);
    work.spans[i].data = work.gathered[i];
  }
  return true;
}

void freeGathered(RangeWork &work) {
  for (uint32_t i = 0; i != work.blockCount; ++i)
    free(work.gathered[i]);
}

uint64_t grainOf(const cleave_range &range) {
  if (session.isChecking)
    return (range.trips + kCheckedRangesPerLoop - 1) / kCheckedRangesPerLoop;
  uint64_t grain = (range.trips + kRangesPerLoop - 1) / kRangesPerLoop;
  if (range.has_open_work || range.iteration_ns <= 0)
    return grain;
  double least = kLeastRangeNs / range.iteration_ns;
  return static_cast<double>(grain) < least ? static_cast<uint64_t>(least) + 1 : grain;
}

/* Less than it takes to copy a byte for sharing it, or there and back. */
constexpr double kCopyNsPerByte = 0.5;

/* Does copying what the loop needs cost more than the loop is known to take? What lies in the arena is shown, not copied,
 * unless it is written. */
bool isCopyingTooMuch(const RangeWork &work, const cleave_range &range) {
  if (range.has_open_work || session.isChecking)
    return false;
  uint64_t bytes = 0;
  for (uint32_t i = 0; i != work.blockCount; ++i)
    if (const BlockPart &part = work.parts[i]; part.gathers)
      bytes += 2 * part.block.bytes * ((range.trips + work.grain - 1) / work.grain);
    else if (part.isWritten)
      bytes += hull(part, 0, range.trips).bytes;
    else if (part.block.bytes < CLEAVE_EXTERN_MIN || !arena::owns(part.block.begin))
      bytes += part.block.bytes;
  return static_cast<double>(bytes) * kCopyNsPerByte > range.iteration_ns * static_cast<double>(range.trips);
}

bool isWorthALook(const cleave_range &range) {
  if (session.isChecking)
    return range.trips > 1 && range.block_count <= kMaxBlocks && !check::isSpent(range.site);
  /* An iteration of a few instructions cannot pay for its bytes to go there and back, however many there are. */
  if (!range.has_open_work && range.iteration_ns < kLeastIterationNs)
    return false;
  double ns = range.iteration_ns * static_cast<double>(range.trips);
  return range.trips > 1 && range.block_count <= kMaxBlocks && (range.has_open_work || ns >= kLeastLoopNs);
}

uint64_t sampleOf(const RangeWork &work) {
  uint64_t ranges = (work.trips + work.grain - 1) / work.grain;
  bool isWanted = ranges >= kLeastSampledRanges && !session.isChecking && !memo::isOn() && wantsInPlaceSample(*work.site);
  return isWanted ? ranges / 2 * work.grain : UINT64_MAX;
}

/* Fills in where the results of [first, first + count) are to go. */
void prepareResult(RangeWork &work, uint64_t first, uint64_t count) {
  auto *slices = reinterpret_cast<Span *>(work.result + alignUp(work.reductionBytes, 8));
  for (uint32_t i = 0; i != work.blockCount; ++i)
    if (work.parts[i].gathers)
      *slices++ = {work.gathered[i] + work.parts[i].block.bytes, work.parts[i].block.bytes};
    else if (work.parts[i].isWritten)
      *slices++ = spanOf(work.parts[i], hull(work.parts[i], first, count));
}

/* Mode check: what was done in place since the loop asked last is held against the task, and so will be what comes. */
int checkRange(RangeWork &work, uint64_t done, const void *reductions, uint64_t *count) {
  if (work.checkedCount) {
    prepareResult(work, work.checkedFirst, work.checkedCount);
    check::rangeDone(work.loop, {work.result, work.before, reductions, work.reductionBytes, work.combine});
    work.checkedCount = 0;
  }
  if (done >= work.trips) {
    *count = UINT64_MAX - done;
    return 0;
  }
  *count = rangeLength(work, done);
  if (check::next(work.loop) == 3) {
    work.checkedFirst = done;
    work.checkedCount = *count;
    memcpy(work.before, reductions, work.reductionBytes);
  }
  return 0;
}

} // namespace
} // namespace cleave

using namespace cleave;

static void *beginRanges(const cleave_range &range) {
  if (!isSplitting() || !mayIsolate(*range.site) || !isWorthALook(range))
    return nullptr;
  uint64_t resultBytes = alignUp(range.site->kind->result->size_bytes, 64);
  void *place = newAligned(64, sizeof(RangeWork) + resultBytes + range.reduction_bytes);
  if (!place)
    return nullptr;
  auto *work = new (place) RangeWork{};
  work->trips = range.trips;
  work->grain = grainOf(range);
  work->site = range.site;
  work->sampleFirst = sampleOf(*work);
  work->reductionBytes = range.reduction_bytes;
  work->combine = range.combine;
  work->before = work->result + resultBytes;
  work->blockCount = range.block_count;
  work->args[0] = work->item;
  work->args[1] = range.scalars;
  void *shared[32] = {};
  bool mayBeShown = !session.isChecking && ShownLoop::isOutermost();
  if (takeBlocks(*work, range) && !isCopyingTooMuch(*work, range)) {
    for (uint32_t i = 0; i != range.block_count + 2; ++i)
      if (range.site->shared_mask >> i & 1)
        shared[i] = const_cast<void *>(work->args[i]);
    work->loop = beginLoop(range.site, pushRanges, work, shared, OwnsState::Yes);
  }
  if (work->loop && session.isChecking && isReadAndWritten(*work))
    check::allowSharedChanges(work->loop);
  if (work->loop && mayBeShown)
    work->shown.begin(0, range.trips);
  if (work->loop)
    return work;
  freeGathered(*work);
  freeAligned(work);
  return nullptr;
}

extern "C" void *cleave_range_begin(const cleave_range *range) {
  watch::siteAsks(*range->site);
  bool isLocal = local::mayDo(*range->site);
  if (!isLocal || memo::wantsNamed(*range->site))
    if (void *work = beginRanges(*range); work || !isLocal)
      return work;
  return local::doRanges(*range);
}

extern "C" int cleave_range_next(void *range, uint64_t done, void *reductions, uint64_t *count) {
  if (local::owns(range))
    return local::nextRange(range, done, reductions, count);
  auto &work = *static_cast<RangeWork *>(range);
  if (session.isChecking)
    return checkRange(work, done, reductions, count);
  if (done >= work.trips) {
    *count = UINT64_MAX - done;
    return 0;
  }
  uint64_t length = rangeLength(work, done);
  if (done)
    work.shown.add(work.grain); /* the range before this one */
  if (work.sampleBeganNs) {
    learnInPlace(*work.site, ownNs() - work.sampleBeganNs, 0);
    work.sampleBeganNs = 0;
  }
  if (done == work.sampleFirst) {
    work.sampleBeganNs = ownNs();
    *count = length;
    return 0;
  }
  prepareResult(work, done, length);
  int answer = cleave_loop_next(work.loop, work.result);
  /* Plain from now on: the rest is done without asking again, so nobody sees how far it is. */
  if (answer == 2)
    work.shown.end();
  *count = answer == 2 ? work.trips - done : length;
  if (answer != 1)
    return 0;
  memcpy(reductions, work.result, work.reductionBytes);
  for (uint32_t i = 0; i != work.blockCount; ++i)
    if (work.parts[i].gathers)
      combineGathered(work.parts[i], work.gathered[i] + work.parts[i].block.bytes);
  return 1;
}

extern "C" void cleave_range_end(void *range) {
  if (local::owns(range))
    return local::endRanges(range);
  if (!range)
    return;
  static_cast<RangeWork *>(range)->shown.end();
  freeGathered(*static_cast<RangeWork *>(range));
  cleave_loop_end(static_cast<RangeWork *>(range)->loop);
}
