/* RangeBlocks.h - the memory that a range loop touches: which part of each block belongs to which iterations, and whether
 * blocks that must be different are.
 *
 * WHY RANGES MAY RUN APART. No two iterations touch the same byte of a written block: their intervals are linear in the
 * iteration's number, so neighbours that do not overlap at both ends of the loop do not overlap anywhere. */
#ifndef CLEAVE_ROOT_RANGEBLOCKS_H
#define CLEAVE_ROOT_RANGEBLOCKS_H

#include "Blocks.h"
#include "cleave/program.h"

namespace cleave {

inline constexpr uint32_t kMaxBlocks = 24;

/* As a span and a slice lie in memory. */
struct Span {
  const uint8_t *data;
  uint64_t count; /* of elements, bytes for the most part */
};

struct BlockPart {
  const uint8_t *base;
  HeapBlock block;
  const cleave_type *element;
  bool isWritten;
  int64_t low, lowStep, high, highStep;
  uint32_t gathers, elementBytes; /* program.h */
  bool isScattered;
  bool isLeftOut; /* written, and some of its pages are not there (Zero.cpp) */
};

/* What the look-up must know of each block: where it begins and ends (whoever copies it), or only what tells two apart. */
enum class Extent : bool { IfNeeded, Always };

/* Iterations whose own part is what others read: [first, end). Those before read what was there before the loop, those
 * behind what these wrote (row k of a table of which each row is combined with row k). Empty: there are none. */
struct Barrier {
  uint64_t first, end;

  bool isEmpty() const { return first == end; }
  /* As well [from, to), and what lies between. */
  void add(uint64_t from, uint64_t to) {
    first = isEmpty() || from < first ? from : first;
    end = to > end ? to : end;
  }
};

/* Looks the blocks up. False: one is not found where it must be, iterations overlap, or two that must differ do not; with a
 * `barrier` only if more than a few iterations would have to stand between the others. */
bool takeBlocks(BlockPart *parts, const cleave_range &range, Extent extent, Barrier *barrier = nullptr);

/* The part of a written block that iterations [first, first + count) own, in bytes; cut at the block's ends. All of one that they do
 * not own by intervals. */
HeapBlock hull(const BlockPart &part, uint64_t first, uint64_t count);
/* Every element the operation's identity; and what was gathered from there, combined with what the program has. */
void beginGathering(const BlockPart &part, uint8_t *memory);
void combineGathered(const BlockPart &part, const uint8_t *gathered);

Span spanOf(const BlockPart &part, const HeapBlock &bytes);

/* Two blocks of one loop, one of them written. Values that lie in different places own different memory. */
bool meets(const BlockPart &one, const BlockPart &other, uint64_t trips);
bool mayOwn(const cleave_type &type, const char *value, uint64_t count, const HeapBlock &block);

} // namespace cleave
#endif
