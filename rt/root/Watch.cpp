/* Watch.cpp - what is watched: calls of cut functions, by the frames that bracket them, and sites. */
#include "Watch.h"

#include "Open.h"

__thread uint64_t cleave_depth;

namespace cleave::watch {

namespace {

/* cleave_site::learnt[], behind what is known of the work itself (History.cpp). */
constexpr int AskedTicks = 16, AskedShared = 17, AskedDepth = 18, AskedRow = 19;
static_assert(AskedRow < int{CLEAVE_LEARNT_WORDS});

uint64_t exchange(uint64_t &word, uint64_t value) {
  uint64_t before = __atomic_load_n(&word, __ATOMIC_RELAXED);
  __atomic_store_n(&word, value, __ATOMIC_RELAXED);
  return before;
}

} // namespace

void siteAsks(cleave_site &site) {
  if (!(site.flags & CLEAVE_SITE_SKIPS) || !isOn())
    return;
  uint64_t now = ticks(), since = now - exchange(site.learnt[AskedTicks], now);
  uint64_t shared = sharedSoFar(), sharedBefore = exchange(site.learnt[AskedShared], shared);
  bool isSameDepth = exchange(site.learnt[AskedDepth], cleave_depth) == cleave_depth;
  auto row = __builtin_bit_cast(Row, __atomic_load_n(&site.learnt[AskedRow], __ATOMIC_RELAXED));
  bool hasSkipped = row.patience && row.length == row.patience;
  bool wasShort = isSameDepth && since < kShortTicks * (hasSkipped ? kSkipsAhead + 1 : 1);
  note(site.learnt[AskedRow], site.skips, sharedBefore, shared, wasShort);
}

} // namespace cleave::watch

using namespace cleave;

extern "C" void cleave_frame_enter(cleave_frame *frame, cleave_function *function) {
  ++cleave_depth;
  *frame = {function, openStack.serial, sharedSoFar(), watch::ticks()};
}

extern "C" void cleave_frame_leave(cleave_frame *frame) {
  uint64_t depth = --cleave_depth, place = depth < CLEAVE_DEPTHS ? depth : CLEAVE_DEPTHS - 1;
  endSince(frame->serial);
  if (frame->function && watch::isOn())
    watch::note(frame->function->learnt[place], frame->function->skips[place],
                frame->shared, sharedSoFar(), watch::ticks() - frame->began < watch::kShortTicks);
}
