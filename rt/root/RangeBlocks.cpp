#include "RangeBlocks.h"

#include "../task/Layout.h"
#include "../task/Memory.h"

#include <initializer_list>

namespace cleave {

namespace {

/* value + step * times, or false where that is no address distance. */
bool boundAt(int64_t value, int64_t step, uint64_t times, int64_t &result) {
  int64_t product;
  return !__builtin_mul_overflow(step, static_cast<int64_t>(times), &product) &&
         !__builtin_add_overflow(value, product, &result);
}

bool isDisjoint(const BlockPart &part, uint64_t trips) {
  int64_t low[4], high[4];
  const uint64_t iterations[4] = {0, 1, trips - 2, trips - 1};
  for (int i = 0; i != 4; ++i)
    if (!boundAt(part.low, part.lowStep, iterations[i], low[i]) || !boundAt(part.high, part.highStep, iterations[i], high[i]))
      return false;
  bool isRising = high[0] <= low[1] && high[2] <= low[3], isFalling = high[1] <= low[0] && high[3] <= low[2];
  return isRising || isFalling;
}

bool overlaps(const HeapBlock &one, const HeapBlock &other) {
  return one.begin < other.begin + other.bytes && other.begin < one.begin + one.bytes;
}

/* Each worker has a copy of its own. */
constexpr uint64_t kMostGathered = 1u << 20;

template <class Element> void combineElements(uint32_t operation, uint8_t *to, const uint8_t *from, uint64_t bytes) {
  for (uint64_t at = 0; at + sizeof(Element) <= bytes; at += sizeof(Element)) {
    Element left, right;
    memcpy(&left, to + at, sizeof left);
    memcpy(&right, from + at, sizeof right);
    left = static_cast<Element>(operation == CLEAVE_GATHER_ADD   ? left + right
                                : operation == CLEAVE_GATHER_AND ? left & right
                                : operation == CLEAVE_GATHER_OR  ? left | right
                                                                 : left ^ right);
    memcpy(to + at, &left, sizeof left);
  }
}

/* What a block is not read outside of. */
HeapBlock narrowed(const cleave_range_block &given, const HeapBlock &whole) {
  if (given.is_written || given.low >= given.high || !whole.begin)
    return whole;
  int64_t least = whole.begin - static_cast<const uint8_t *>(given.base), most = least + static_cast<int64_t>(whole.bytes);
  int64_t from = given.low < least ? least : given.low, to = given.high > most ? most : given.high;
  return from < to ? HeapBlock{whole.begin + (from - least), static_cast<uint64_t>(to - from)} : whole;
}

/* Where the memory of a block begins and ends; begins nowhere if that is not known. */
HeapBlock blockAt(const cleave_range_block &given, const cleave_type &element) {
  auto *base = static_cast<const uint8_t *>(given.base);
  if (given.size_bytes)
    return narrowed(given, {base, given.size_bytes});
  if (!given.owner)
    return isTrivial(element) ? narrowed(given, findBlock(base)) : HeapBlock{};
  auto *owner = static_cast<const char *>(given.owner);
  auto bytes = static_cast<uint64_t>(loadPointer(owner + at::kVectorEnd) - loadPointer(owner));
  bool isSame = loadPointer(owner) == given.base && base && bytes % element.size_bytes == 0;
  return isSame ? HeapBlock{base, bytes} : HeapBlock{};
}

} // namespace

void beginGathering(const BlockPart &part, uint8_t *memory) {
  memset(memory, part.gathers == CLEAVE_GATHER_AND ? 0xff : 0, part.block.bytes);
}

void combineGathered(const BlockPart &part, const uint8_t *gathered) {
  auto *to = const_cast<uint8_t *>(part.block.begin);
  switch (part.elementBytes) {
  case 1:
    return combineElements<uint8_t>(part.gathers, to, gathered, part.block.bytes);
  case 2:
    return combineElements<uint16_t>(part.gathers, to, gathered, part.block.bytes);
  case 4:
    return combineElements<uint32_t>(part.gathers, to, gathered, part.block.bytes);
  default:
    return combineElements<uint64_t>(part.gathers, to, gathered, part.block.bytes);
  }
}

HeapBlock hull(const BlockPart &part, uint64_t first, uint64_t count) {
  if (part.gathers || part.isScattered)
    return part.block;
  int64_t low[2] = {}, high[2] = {};
  for (uint64_t i = 0; i != 2; ++i) {
    boundAt(part.low, part.lowStep, first + i * (count - 1), low[i]);
    boundAt(part.high, part.highStep, first + i * (count - 1), high[i]);
  }
  int64_t least = part.block.begin - part.base, most = least + static_cast<int64_t>(part.block.bytes);
  int64_t from = low[0] < low[1] ? low[0] : low[1], to = high[0] < high[1] ? high[1] : high[0];
  from = from < least ? least : from;
  to = to > most ? most : to;
  if (to < from)
    to = from = least;
  return {part.base + from, static_cast<uint64_t>(to - from)};
}

Span spanOf(const BlockPart &part, const HeapBlock &bytes) { return {bytes.begin, bytes.bytes / part.element->size_bytes}; }

/* May something that `count` values of the type own overlap with `block`? */
bool mayOwn(const cleave_type &type, const char *value, uint64_t count, const HeapBlock &block) {
  auto owned = [&](const char *begin, uint64_t bytes) {
    return overlaps({reinterpret_cast<const uint8_t *>(begin), bytes}, block);
  };
  if (isTrivial(type))
    return false;
  for (; count; --count, value += type.size_bytes) {
    switch (type.kind) {
    case CLEAVE_T_RECORD:
      for (uint32_t i = 0; i != type.field_count; ++i)
        if (mayOwn(*type.fields[i].type, value + type.fields[i].offset, 1, block))
          return true;
      break;
    case CLEAVE_T_ARRAY:
      if (mayOwn(*type.elem, value, type.count, block))
        return true;
      break;
    case CLEAVE_T_OPTIONAL:
      if (value[type.count] && mayOwn(*type.elem, value, 1, block))
        return true;
      break;
    case CLEAVE_T_VECTOR: {
      const char *begin = loadPointer(value);
      uint64_t bytes = static_cast<uint64_t>(loadPointer(value + at::kVectorEnd) - begin);
      if (owned(begin, bytes) || mayOwn(*type.elem, begin, bytes / type.elem->size_bytes, block))
        return true;
      break;
    }
    case CLEAVE_T_STRING:
      if (owned(loadPointer(value), (loadWord(value + at::kStringLength) + 1) * type.elem->size_bytes))
        return true;
      break;
    default: /* nodes are not walked for this */
      return true;
    }
  }
  return false;
}

bool meets(const BlockPart &one, const BlockPart &other, uint64_t trips) {
  if (overlaps(one.block, other.block))
    return true;
  auto ownsOf = [&](const BlockPart &owner, const BlockPart &plain) {
    Span all = spanOf(owner, owner.isWritten ? hull(owner, 0, trips) : owner.block);
    return mayOwn(*owner.element, reinterpret_cast<const char *>(all.data), all.count, plain.block);
  };
  bool isOneOwner = !isTrivial(*one.element), isOtherOwner = !isTrivial(*other.element);
  return isOneOwner != isOtherOwner && (isOneOwner ? ownsOf(one, other) : ownsOf(other, one));
}

namespace {

/* The iterations whose interval in `written` meets bytes [from, to) from its base, if it moves evenly. */
bool iterationsIn(const BlockPart &written, int64_t from, int64_t to, uint64_t trips, Barrier &barrier) {
  if (written.lowStep != written.highStep || !written.lowStep || trips > INT64_MAX / 2)
    return false;
  /* low + t * step < to and high + t * step > from */
  int64_t step = written.lowStep, count = static_cast<int64_t>(trips), least, most;
  auto below = [](int64_t a, int64_t b) { return a / b - ((a % b != 0) && ((a < 0) != (b < 0))); }; /* rounds down */
  if (step > 0) {
    least = below(from - written.high, step) + 1;
    most = below(to - written.low - 1, step) + 1;
  } else {
    least = below(to - written.low, step) + 1;
    most = below(from - written.high + 1, step) + 1;
  }
  least = least < 0 ? 0 : least;
  most = most > count ? count : most;
  if (least < most)
    barrier.add(static_cast<uint64_t>(least), static_cast<uint64_t>(most));
  return true;
}

/* Adds the iterations of `written` that change what lies in `read`. */
bool addBarrier(const BlockPart &written, const BlockPart &read, uint64_t trips, Barrier &barrier) {
  if (!written.isWritten || written.gathers || read.isWritten || !isTrivial(*read.element))
    return false;
  uint64_t size = written.element->size_bytes;
  if (isTrivial(*written.element)) {
    int64_t from = read.block.begin - written.base;
    return iterationsIn(written, from, from + static_cast<int64_t>(read.block.bytes), trips, barrier);
  }
  Span all = spanOf(written, hull(written, 0, trips));
  for (uint64_t k = 0; k != all.count; ++k) {
    const uint8_t *element = all.data + k * size;
    int64_t from = element - written.base;
    if (mayOwn(*written.element, reinterpret_cast<const char *>(element), 1, read.block) &&
        !iterationsIn(written, from, from + static_cast<int64_t>(size), trips, barrier))
      return false;
  }
  return !overlaps(written.block, read.block);
}

constexpr uint64_t kMostBetween = 8;

} // namespace

bool takeBlocks(BlockPart *parts, const cleave_range &range, Extent extent, Barrier *barrier) {
  for (uint32_t i = 0; i != range.block_count; ++i) {
    const cleave_range_block &given = range.blocks[i];
    const cleave_type &element = *range.site->kind->params[2 + i].type->elem;
    bool isNeeded = extent == Extent::Always || given.gathers;
    HeapBlock block = isNeeded ? blockAt(given, element) : HeapBlock{};
    if (isNeeded && (!block.begin || (given.gathers && block.bytes > kMostGathered)))
      return false;
    parts[i] = {static_cast<const uint8_t *>(given.base), block, &element, given.is_written != 0, given.low, given.low_step,
                given.high, given.high_step, given.gathers, given.element_bytes, given.is_written == CLEAVE_RANGE_SCATTERED, false};
    if (given.is_written && !given.gathers && !parts[i].isScattered && !isDisjoint(parts[i], range.trips))
      return false;
  }
  for (uint32_t i = 0; i != range.distinct_count; ++i) {
    for (uint32_t k : {range.distinct[2 * i], range.distinct[2 * i + 1]})
      if (!parts[k].block.begin) {
        parts[k].block = blockAt(range.blocks[k], *parts[k].element);
        if (!parts[k].block.begin)
          return false;
      }
    const BlockPart &one = parts[range.distinct[2 * i]], &other = parts[range.distinct[2 * i + 1]];
    if (!meets(one, other, range.trips))
      continue;
    if (!barrier || !addBarrier(one, other, range.trips, *barrier) || barrier->end - barrier->first > kMostBetween)
      return false;
  }
  return true;
}

} // namespace cleave
