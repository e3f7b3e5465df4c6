#include "Blocks.h"

#include "../task/Memory.h"
#include "Arena.h"

#include <stdlib.h>
#include <sys/mman.h>

namespace cleave {

namespace {

struct Header {
  uint64_t mark;
  uint64_t bytes;
};
static_assert(sizeof(Header) == kHeaderBytes);

/* Odd multiplier: no two addresses have the same mark, and no pointer or small number looks like one. */
uint64_t markOf(const void *block) {
  return (reinterpret_cast<uint64_t>(block) ^ 0x5bd1e995a7c15a3d) * 0x9e3779b97f4a7c15;
}

bool isReadableBefore(const void *pointer) {
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  if (address % arena::kPage >= kHeaderBytes)
    return true;
  unsigned char state;
  return mincore(reinterpret_cast<void *>((address & ~(arena::kPage - 1)) - arena::kPage), 1, &state) == 0;
}

} // namespace

void *allocateMarked(size_t size) {
  auto *raw = static_cast<uint8_t *>(malloc(size + kHeaderBytes));
  if (!raw)
    return nullptr;
  uint8_t *block = raw + kHeaderBytes;
  Header header{markOf(block), size};
  memcpy(raw, &header, sizeof header);
  return block;
}

/* `block` came from operator new: there is at least malloc's own header in front of it. That is not the program's to
 * read, as the sanitizers see it. */
[[gnu::no_sanitize("address")]] bool isMarked(const void *block) {
  using Word [[gnu::may_alias]] = uint64_t;
  return static_cast<const Word *>(block)[-2] == markOf(block);
}

void freeMarked(void *block) {
  uint8_t *raw = static_cast<uint8_t *>(block) - kHeaderBytes;
  memset(raw, 0, kHeaderBytes);
  free(raw);
}

HeapBlock findBlock(const void *pointer) {
  if (arena::owns(pointer))
    return arena::blockOf(pointer);
  auto *bytes = static_cast<const uint8_t *>(pointer);
  if (reinterpret_cast<uint64_t>(pointer) % 16 || !pointer || !isReadableBefore(pointer) || !isMarked(pointer))
    return {};
  return {bytes, loadWord(bytes - 8)};
}

} // namespace cleave
