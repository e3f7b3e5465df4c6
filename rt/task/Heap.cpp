/* Heap.cpp - a task's heap: malloc's family over cleave_node::request.
 *
 * A task lives for about a millisecond, has one thread and gives everything back at its end, so: no locks, no
 * coalescing, no returning of memory. Memory is cut from a chunk from the front; a freed block goes to the free list
 * of its size class and comes from there again. Classes are 16 bytes apart up to 1 KiB, then eight to a doubling.
 *
 *     | class, 8 bytes | payload, 16-aligned ... |       aligned blocks: | distance to the real one, top bit set |
 *
 * The first chunk is a page beside what was handed over, since a worker makes zero what a task asked for, and many ask for
 * nothing else: 64 KiB took longer than all else of a small task. Then chunks double what there is, up to 64 KiB, and from
 * there grow by a quarter of it: few enough for a short table (free() asks it whether an address is the heap's: arguments
 * were laid out by the encoder, and a program may well destroy or grow what it got by value), and close enough to what is
 * needed not to break a quota by guessing. Doubling would. */
#include "Task.h"

extern "C" int *__errno_location() noexcept;

namespace cleave {

namespace {

constexpr uint64_t kHeader = 8, kAlignedBit = uint64_t{1} << 63;
constexpr uint64_t kLinearLimit = 1024, kLinearClasses = kLinearLimit / 16, kFirstChunk = 4 << 10,
                   kDoublingLimit = 64 << 10;
constexpr uint64_t kMaxBytes = uint64_t{1} << 46;
constexpr unsigned kChunksMax = 192, kClasses = kLinearClasses + 1 + 8 * 37;
constexpr int kErrnoMemory = 12;

struct Chunk {
  uint64_t begin, bytes;
};
struct FreeBlock {
  FreeBlock *next;
};

Chunk chunks[kChunksMax];
unsigned chunkCount;
uint64_t grantedBytes;
uint8_t *bump, *bumpEnd;
FreeBlock *freeLists[kClasses];

/* Rounds `total` (payload and header) up to its class's size. */
unsigned classOf(uint64_t &total) {
  total = (total + 15) & ~uint64_t{15};
  if (total <= kLinearLimit)
    return static_cast<unsigned>(total / 16);
  unsigned top = 63 - static_cast<unsigned>(__builtin_clzll(total - 1));
  unsigned shift = top - 3;
  uint64_t units = ((total - 1) >> shift) + 1; /* 9 to 16 eighths */
  total = units << shift;
  return kLinearClasses + (top - 10) * 8 + static_cast<unsigned>(units - 8);
}

bool addChunk(uint64_t bytes) {
  uint64_t least = grantedBytes < kFirstChunk ? kFirstChunk : grantedBytes < kDoublingLimit ? grantedBytes : kDoublingLimit;
  if (least < grantedBytes / 4)
    least = grantedBytes / 4;
  if (bytes < least)
    bytes = least;
  cleave_buffer granted;
  if (chunkCount == kChunksMax || node->request(bytes, CLEAVE_BUFFER_HEAP, &granted) != CLEAVE_OK)
    return false;
  grantedBytes += granted.size_bytes;
  if (heapFilling)
    memset(granted.address, heapFilling, granted.size_bytes);
  chunks[chunkCount++] = {reinterpret_cast<uint64_t>(granted.address), granted.size_bytes};
  return true;
}

/* A block from a new chunk. The bump region moves there only if more is left in it than in the old one. The region
 * stays 16-aligned: a block's header lies 8 into it, and its payload ends 8 into the next. */
uint8_t *cutFromNewChunk(uint64_t total) {
  if (!addChunk(total + 2 * kHeader))
    return nullptr;
  const Chunk &chunk = chunks[chunkCount - 1];
  auto *block = reinterpret_cast<uint8_t *>(chunk.begin);
  if (chunk.bytes - total > static_cast<uint64_t>(bumpEnd - bump)) {
    bump = block + total;
    bumpEnd = block + chunk.bytes;
  }
  return block;
}

bool isHeap(uint64_t address) {
  for (unsigned i = chunkCount; i-- != 0;)
    if (address - chunks[i].begin < chunks[i].bytes)
      return true;
  return false;
}

uint64_t &headerOf(void *payload) { return *reinterpret_cast<uint64_t *>(static_cast<uint8_t *>(payload) - kHeader); }

uint64_t payloadBytes(uint64_t cls) {
  if (cls <= kLinearClasses)
    return cls * 16 - kHeader;
  uint64_t step = cls - kLinearClasses - 1; /* 0: nine eighths of 1 KiB */
  return ((step % 8 + 9) << (step / 8 + 7)) - kHeader;
}

} // namespace

uint8_t heapFilling;

void *startHeap(uint64_t frontBytes) {
  if (!addChunk(frontBytes + kFirstChunk))
    return nullptr;
  Chunk &chunk = chunks[0];
  void *front = reinterpret_cast<void *>(chunk.begin);
  chunk.begin += frontBytes;
  chunk.bytes -= frontBytes;
  bump = reinterpret_cast<uint8_t *>(chunk.begin);
  bumpEnd = bump + chunk.bytes;
  return front;
}

} // namespace cleave

using namespace cleave;

extern "C" {

void *malloc(size_t bytes) noexcept {
  if (bytes > kMaxBytes)
    return *__errno_location() = kErrnoMemory, nullptr;
  uint64_t total = bytes + kHeader;
  unsigned cls = classOf(total);
  if (FreeBlock *block = freeLists[cls]) {
    freeLists[cls] = block->next;
    if (heapFilling)
      memset(block, heapFilling, sizeof *block);
    return block;
  }
  uint8_t *block = bump;
  if (static_cast<uint64_t>(bumpEnd - bump) >= total + kHeader)
    bump += total;
  else if (!(block = cutFromNewChunk(total)))
    return *__errno_location() = kErrnoMemory, nullptr;
  void *payload = block + 2 * kHeader;
  headerOf(payload) = cls;
  return payload;
}

void free(void *payload) noexcept {
  if (!isHeap(reinterpret_cast<uint64_t>(payload)))
    return;
  uint64_t header = headerOf(payload);
  if (header & kAlignedBit) {
    payload = static_cast<uint8_t *>(payload) - (header & ~kAlignedBit);
    header = headerOf(payload);
  }
  auto *block = static_cast<FreeBlock *>(payload);
  if (heapFilling)
    memset(payload, heapFilling, payloadBytes(header));
  block->next = freeLists[header];
  freeLists[header] = block;
}

void *calloc(size_t count, size_t size) noexcept {
  uint64_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes))
    return *__errno_location() = kErrnoMemory, nullptr;
  void *payload = malloc(bytes);
  if (payload)
    memset(payload, 0, bytes);
  return payload;
}

void *realloc(void *old, size_t bytes) noexcept {
  if (!old)
    return malloc(bytes);
  uint64_t header = headerOf(old), distance = header & kAlignedBit ? header & ~kAlignedBit : 0;
  if (distance)
    header = headerOf(static_cast<uint8_t *>(old) - distance);
  uint64_t oldBytes = payloadBytes(header) - distance;
  if (bytes <= oldBytes && bytes >= oldBytes / 2)
    return old;
  void *payload = malloc(bytes);
  if (!payload)
    return nullptr;
  memcpy(payload, old, oldBytes < bytes ? oldBytes : bytes);
  free(old);
  return payload;
}

void *aligned_alloc(size_t alignment, size_t bytes) noexcept {
  if (alignment <= 16)
    return malloc(bytes);
  auto *real = static_cast<uint8_t *>(malloc(bytes + alignment));
  if (!real)
    return nullptr;
  uint64_t address = reinterpret_cast<uint64_t>(real);
  uint64_t distance = ((address + alignment - 1) & ~(uint64_t{alignment} - 1)) - address;
  if (distance)
    headerOf(real + distance) = distance | kAlignedBit;
  return real + distance;
}

} // extern "C"
