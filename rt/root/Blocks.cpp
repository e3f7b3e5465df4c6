#include "Blocks.h"

#include "../task/Memory.h"
#include "Heap.h"


namespace cleave {

namespace {

struct Header {
  uint64_t mark;
  uint64_t bytes;
};
static_assert(sizeof(Header) == kHeaderBytes);

/* Of the header's mark; set: what malloc gave begins two headers in front of the block. */
constexpr uint64_t kIsShifted = 1;

/* Odd multiplier: no two addresses have the same mark, and no pointer or small number looks like one. */
uint64_t markOf(const void *block) {
  return ((reinterpret_cast<uint64_t>(block) ^ 0x5bd1e995a7c15a3d) * 0x9e3779b97f4a7c15) & ~kIsShifted;
}

bool hasHeaderInItsPage(const void *block) { return reinterpret_cast<uint64_t>(block) % arena::kPage >= kHeaderBytes; }

} // namespace

void *allocateMarked(size_t size) {
  auto *raw = static_cast<uint8_t *>(__real_malloc(size + kHeaderBytes));
  if (!raw)
    return nullptr;
  uint64_t isShifted = 0;
  if (!hasHeaderInItsPage(raw + kHeaderBytes)) {
    __real_free(raw);
    raw = static_cast<uint8_t *>(__real_malloc(size + 2 * kHeaderBytes));
    if (!raw)
      return nullptr;
    isShifted = hasHeaderInItsPage(raw + kHeaderBytes) ? 0 : kIsShifted;
  }
  uint8_t *block = raw + (isShifted ? 2 : 1) * kHeaderBytes;
  Header header{markOf(block) | isShifted, size};
  memcpy(block - kHeaderBytes, &header, sizeof header);
  return block;
}

/* What stands there may be malloc's own, which is not the program's to read, as the sanitizers see it. */
[[gnu::no_sanitize("address")]] bool isMarked(const void *block) {
  using Word [[gnu::may_alias]] = uint64_t;
  return hasHeaderInItsPage(block) && (static_cast<const Word *>(block)[-2] & ~kIsShifted) == markOf(block);
}

void freeMarked(void *block) {
  uint8_t *header = static_cast<uint8_t *>(block) - kHeaderBytes;
  bool isShifted = loadWord(header) & kIsShifted;
  memset(header, 0, kHeaderBytes);
  __real_free(isShifted ? header - kHeaderBytes : header);
}

HeapBlock findBlock(const void *pointer) {
  if (arena::owns(pointer))
    return arena::blockOf(pointer);
  auto *bytes = static_cast<const uint8_t *>(pointer);
  if (reinterpret_cast<uint64_t>(pointer) % 16 || !pointer || !isMarked(pointer))
    return {};
  return {bytes, loadWord(bytes - 8)};
}

} // namespace cleave
