#include "Blocks.h"

#include "../task/Memory.h"
#include "Heap.h"


namespace cleave {

namespace {

struct Header {
  uint64_t mark;
  uint64_t extent; /* the block's size, and from kOffsetBit on how far it lies behind what malloc gave, in kHeaderBytes */
};
static_assert(sizeof(Header) == kHeaderBytes);
constexpr int kOffsetBit = 48;
constexpr size_t kMostOffset = 1024;

/* Odd multiplier: no two addresses have the same mark, and no pointer or small number looks like one. */
uint64_t markOf(const void *block) {
  return (reinterpret_cast<uint64_t>(block) ^ 0x5bd1e995a7c15a3d) * 0x9e3779b97f4a7c15;
}

bool hasHeaderInItsPage(const void *block) { return reinterpret_cast<uint64_t>(block) % arena::kPage >= kHeaderBytes; }

uint64_t extentOf(const void *block) { return loadWord(static_cast<const uint8_t *>(block) - 8); }

void *mark(uint8_t *raw, size_t offset, size_t size) {
  uint8_t *block = raw + offset;
  Header header{markOf(block), uint64_t{offset / kHeaderBytes} << kOffsetBit | size};
  memcpy(block - kHeaderBytes, &header, sizeof header);
  return block;
}

/* Of a block that begins a page the header would not; the next place in line does. */
void *allocateAligned(size_t size, size_t alignment) {
  if (2 * alignment > kMostOffset || !__real_memalign)
    return nullptr;
  auto *raw = static_cast<uint8_t *>(__real_memalign(alignment, size + 2 * alignment));
  return raw ? mark(raw, hasHeaderInItsPage(raw + alignment) ? alignment : 2 * alignment, size) : nullptr;
}

} // namespace

void *allocateMarked(size_t size, size_t alignment) {
  if (size >> kOffsetBit)
    return nullptr;
  if (alignment > kHeaderBytes)
    return allocateAligned(size, alignment);
  auto *raw = static_cast<uint8_t *>(__real_malloc(size + kHeaderBytes));
  if (raw && !hasHeaderInItsPage(raw + kHeaderBytes)) { /* one of 256 */
    __real_free(raw);
    raw = static_cast<uint8_t *>(__real_malloc(size + 2 * kHeaderBytes));
  }
  return raw ? mark(raw, hasHeaderInItsPage(raw + kHeaderBytes) ? kHeaderBytes : 2 * kHeaderBytes, size) : nullptr;
}

/* What stands there may be malloc's own, which is not the program's to read, as the sanitizers see it. */
[[gnu::no_sanitize("address")]] bool isMarked(const void *block) {
  using Word [[gnu::may_alias]] = uint64_t;
  return hasHeaderInItsPage(block) && static_cast<const Word *>(block)[-2] == markOf(block);
}

void freeMarked(void *block) {
  uint64_t offset = (extentOf(block) >> kOffsetBit) * kHeaderBytes;
  memset(static_cast<uint8_t *>(block) - kHeaderBytes, 0, kHeaderBytes);
  __real_free(static_cast<uint8_t *>(block) - offset);
}

HeapBlock findBlock(const void *pointer) {
  if (arena::owns(pointer))
    return arena::blockOf(pointer);
  auto *bytes = static_cast<const uint8_t *>(pointer);
  if (reinterpret_cast<uint64_t>(pointer) % 16 || !pointer || !isMarked(pointer))
    return {};
  return {bytes, extentOf(pointer) & ((uint64_t{1} << kOffsetBit) - 1)};
}

} // namespace cleave
