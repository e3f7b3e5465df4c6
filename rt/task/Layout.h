/* Layout.h - where things lie: tuples in an image, and nodes of libstdc++'s containers.
 *
 * Everything here follows from cleave_type descriptors and from the ABI of libstdc++ (stable since GCC 5 with
 * _GLIBCXX_USE_CXX11_ABI=1; the tests of this folder build the real containers and would notice a change):
 *
 *   vector          begin, end, end of storage                                  3 pointers
 *   vector<bool>    begin word, u32 bit | end word, u32 bit | end of storage    40 bytes
 *   string          pointer, length, union { 16 bytes of text, capacity }       32 bytes; short text lies inside
 *   map, set        comparator, header { colour, parent, left, right }, count   48 bytes
 *   list            next, prev, count                                           24 bytes; the sentinel is inside
 *   forward_list    next                                                        8 bytes
 *   unordered_*     buckets, bucket count, first, count, policy, one bucket     56 bytes
 *   deque           map, map size, start, finish (cur, first, last, node each)  80 bytes
 *   function        functor (16 bytes), manager, invoker                        32 bytes; large functors: a pointer
 *   variant         union of the alternatives, index of 1 or 2 bytes
 *
 * Freestanding: used in the task and in the root.
 */
#ifndef CLEAVE_TASK_LAYOUT_H
#define CLEAVE_TASK_LAYOUT_H

#include "cleave/image.h"

namespace cleave {

inline constexpr uint64_t kBlockAlign = 16;

/* The image's header is padded so that a body is aligned to a cache line wherever an image is. */
inline constexpr uint64_t kBodyOffset = 64;
static_assert(sizeof(cleave_image) <= kBodyOffset);

/* Slots hold offsets in 48 bits; the bits above name an extern (0: the body itself). */
inline constexpr unsigned kExternShift = 48;
inline constexpr uint64_t kOffsetMask = (uint64_t{1} << kExternShift) - 1;
inline constexpr uint64_t kMaxExterns = 0xfffe;
static_assert(kMaxExterns < CLEAVE_SLOT_SYMBOL);

constexpr uint64_t symbolSlot(uint64_t index) { return uint64_t{CLEAVE_SLOT_SYMBOL} << kExternShift | index; }

/* The addresses that a kind's values may refer to, and how slots name them. */
struct Symbols {
  static constexpr uint32_t kNone = ~0u;
  const void *const *list = nullptr;
  uint32_t count = 0;

  uint32_t indexOf(const void *address) const {
    for (uint32_t i = 0; i != count; ++i)
      if (list[i] == address)
        return i;
    return kNone;
  }
  /* Null where the slot names none. */
  const void *behind(uint64_t slot) const {
    uint64_t index = slot & kOffsetMask;
    return slot >> kExternShift == CLEAVE_SLOT_SYMBOL && index < count ? list[index] : nullptr;
  }
};

inline Symbols symbolsOf(const cleave_kind &kind) { return {kind.symbols, kind.symbol_count}; }

constexpr uint64_t alignUp(uint64_t value, uint64_t alignment) {
  return alignment <= 1 ? value : (value + alignment - 1) & ~(alignment - 1);
}

/* Saturates where no block can be so large. */
constexpr uint64_t times(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) || product > kOffsetMask ? kOffsetMask : product;
}

constexpr uint64_t larger(uint64_t a, uint64_t b) { return a < b ? b : a; }

/* No pointer anywhere in the value: its bytes mean the same in any address space. Recursive types pass through an
 * owning kind, where the answer is no, so the walk ends. */
inline bool isTrivial(const cleave_type &type) {
  switch (type.kind) {
  case CLEAVE_T_POD:
  case CLEAVE_T_POD_PARTIAL:
    return true;
  case CLEAVE_T_ARRAY:
  case CLEAVE_T_OPTIONAL:
    return isTrivial(*type.elem);
  case CLEAVE_T_RECORD:
  case CLEAVE_T_VARIANT:
    for (uint32_t i = 0; i != type.field_count; ++i)
      if (!isTrivial(*type.fields[i].type))
        return false;
    return true;
  default:
    return false;
  }
}

/* The fields of the fixed parts, as byte offsets. */
namespace at {
inline constexpr uint64_t kVectorEnd = 8, kVectorLimit = 16;
inline constexpr uint64_t kBitsEnd = 16, kBitsEndBit = 24, kBitsLimit = 32;
inline constexpr uint64_t kStringLength = 8, kStringLocal = 16, kStringCapacity = 16;
inline constexpr uint64_t kTreeHeader = 8, kTreeCount = 40;
inline constexpr uint64_t kTreeParent = 8, kTreeLeft = 16, kTreeRight = 24, kTreeValue = 32;
inline constexpr uint64_t kListNext = 0, kListPrev = 8, kListCount = 16;
inline constexpr uint64_t kHashBucketCount = 8, kHashFirst = 16, kHashCount = 24, kHashLoad = 32, kHashResize = 40,
                          kHashSingle = 48;
inline constexpr uint64_t kDequeMapSize = 8, kDequeStart = 16, kDequeFinish = 48;
inline constexpr uint64_t kFunctionManager = 16, kFunctionInvoker = 24;
inline constexpr uint64_t kIterCur = 0, kIterFirst = 8, kIterLast = 16, kIterNode = 24;
} // namespace at

/* A container's node: where the value lies and how large the node is. */
struct NodeLayout {
  uint64_t valueAt;
  uint64_t hashAt; /* 0: the node holds no hash code */
  uint64_t sizeBytes;
  uint64_t alignBytes;
};

inline NodeLayout nodeLayout(const cleave_type &container) {
  const cleave_type &elem = *container.elem;
  uint64_t links = container.kind == CLEAVE_T_RBTREE ? 32 : container.kind == CLEAVE_T_LIST ? 16 : 8;
  NodeLayout node{};
  node.alignBytes = larger(8, elem.align_bytes);
  node.valueAt = alignUp(links, elem.align_bytes);
  node.sizeBytes = node.valueAt + elem.size_bytes;
  if (container.kind == CLEAVE_T_HASHTABLE && (container.count & 1)) {
    node.hashAt = alignUp(node.sizeBytes, 8);
    node.sizeBytes = node.hashAt + 8;
  }
  node.sizeBytes = alignUp(node.sizeBytes, node.alignBytes);
  return node;
}

inline uint64_t dequeBufferElements(const cleave_type &elem) {
  return elem.size_bytes < 512 ? 512 / elem.size_bytes : 1;
}

/* The mask of all parameters. */
inline uint32_t allParameters(const cleave_kind &kind) {
  return kind.param_count == 32 ? UINT32_MAX : (uint32_t{1} << kind.param_count) - 1;
}

/* A tuple of the parameters in `mask`. */
struct TupleLayout {
  uint64_t offsets[32];
  uint64_t stride;
};

inline TupleLayout tupleLayout(const cleave_kind &kind, uint32_t mask) {
  TupleLayout layout{};
  uint64_t end = 0, alignment = kBlockAlign;
  for (uint32_t i = 0; i != kind.param_count; ++i) {
    if (!(mask >> i & 1))
      continue;
    const cleave_type &type = *kind.params[i].type;
    end = alignUp(end, type.align_bytes);
    layout.offsets[i] = end;
    end += type.size_bytes;
    alignment = larger(alignment, type.align_bytes);
  }
  layout.stride = alignUp(end, alignment);
  return layout;
}

inline uint64_t resultStride(const cleave_kind &kind) {
  return kind.result ? alignUp(kind.result->size_bytes, larger(kBlockAlign, kind.result->align_bytes)) : 0;
}

inline const cleave_extern *externsOf(const cleave_image *image) {
  auto *body = reinterpret_cast<const char *>(image) + image->body_offset;
  return reinterpret_cast<const cleave_extern *>(body + alignUp(image->body_bytes, kBlockAlign));
}

inline const cleave_reloc *relocsOf(const cleave_image *image) {
  return reinterpret_cast<const cleave_reloc *>(externsOf(image) + image->extern_count);
}

inline uint64_t imageBytes(uint64_t bodyBytes, uint64_t externCount, uint64_t relocCount) {
  return kBodyOffset + alignUp(bodyBytes, kBlockAlign) + externCount * sizeof(cleave_extern) +
         relocCount * sizeof(cleave_reloc);
}

} // namespace cleave
#endif
