/* Watch.h - how often in a row asking was worth nothing, and so whether the program's code need ask the next times.
 *
 * Asked for each call of a small function, or at each of many short loops, the run time would cost more than it can give. So
 * it watches, and after a row of askings that were short and brought NO HELP (nobody else did a part of what the thread
 * began) it lets the next ones pass, for the price of a load, a comparison and a store in the program's code
 * (cleave_site::skips, cleave_function::skips); one of 64 is watched on. One that was long ends the row, and so does one that
 * offered what is long beside asking, even if nobody came: they may sleep, and get up for many such ones (Local.cpp). One that
 * was helped ends it too, and the next row must be twice as long before anything is passed again: so among many small ones the rare
 * large ones are soon found. (Long it may just have been because the machine did something else.)
 *
 * Not with a store, where work that nobody helps with may still be found, nor in the modes whose point it is that all that
 * may be sent is (isolated, check). */
#ifndef CLEAVE_ROOT_WATCH_H
#define CLEAVE_ROOT_WATCH_H

#include "Local.h"
#include "Memo.h"

namespace cleave::watch {

/* Some twenty microseconds, on any processor of today. Beside that, asking is cheap. */
inline constexpr uint64_t kShortTicks = 60000;
inline constexpr uint64_t kSkipsAhead = 63;

inline uint64_t ticks() { return __builtin_ia32_rdtsc(); }

inline bool isOn() { return local::self && !memo::isOn(); }

/* One of the runtime's words (cleave_site::learnt). Any thread; who is last has the last word. */
struct Row {
  uint32_t length;   /* up to `patience` */
  uint32_t patience; /* 0: nothing was watched yet */
};
static_assert(sizeof(Row) == sizeof(uint64_t));

/* Takes note of one, and sets how many of the next may pass. What was shared (Open.h) before and after it. */
inline void note(uint64_t &word, uint64_t &skips, uint64_t sharedBefore, uint64_t sharedAfter, bool wasShort) {
  auto before = __builtin_bit_cast(Shared, sharedBefore), after = __builtin_bit_cast(Shared, sharedAfter);
  bool wasHelped = before.helped != after.helped, wasOffered = before.offered != after.offered;
  constexpr uint32_t kFirstPatience = 64, kMostPatience = 1u << 20;
  auto row = __builtin_bit_cast(Row, __atomic_load_n(&word, __ATOMIC_RELAXED));
  uint64_t ahead = 0;
  if (!row.patience)
    row.patience = kFirstPatience;
  if (wasHelped && row.length == row.patience && row.patience < kMostPatience)
    row.patience *= 2;
  if (wasHelped || wasOffered || !wasShort)
    row.length = 0;
  else if (row.length < row.patience)
    ++row.length;
  else
    ahead = kSkipsAhead;
  __atomic_store_n(&word, __builtin_bit_cast(uint64_t, row), __ATOMIC_RELAXED);
  __atomic_store_n(&skips, ahead, __ATOMIC_RELAXED);
}

/* A future or a range loop of this site asks. It ends without a word if it is not split, so what must be short is the time from
 * one asking to the next. Only as long as the depth of frames stays the same: in a recursion the function is watched. */
void siteAsks(cleave_site &site);

} // namespace cleave::watch
#endif
