#include "Content.h"

#include "../task/Memory.h"
#include "Arena.h"
#include "Session.h"
#include "Written.h"

#include <stdlib.h>
#include <sys/mman.h>

namespace cleave::content {

namespace {

constexpr uint64_t kScratchBytes = uint64_t{1} << 30;
/* What an image may leave behind without being given back. */
constexpr uint64_t kKeptScratch = 4u << 20;
/* Hashing less than that costs no more than asking the kernel. */
constexpr uint64_t kLeastWatched = 256u << 10;

HashKey key;
uint8_t *scratch;
OutgoingImage image; /* on `scratch` */
bool isImageOpen, isWatching, isAskedForWatching;

/* Digests of blocks, by place. */
struct Known {
  uint64_t serial; /* of the block; 0: nothing */
  const uint8_t *data;
  uint64_t bytes;
  Hash128 digest;
};
constexpr uint32_t kKnown = 4096, kWays = 4;
Known *known;
uint64_t serials;
uint32_t nextWay;

Known *setOf(const void *data, uint64_t bytes) {
  uint64_t mixed = (reinterpret_cast<uint64_t>(data) + bytes * 31) * 0x9e3779b97f4a7c15;
  return known + (mixed >> 40) % (kKnown / kWays) * kWays;
}

/* Pages of [data, data + bytes) were written to, and are watched anew: what was known of others in there is lost. */
void forgetAround(const uint8_t *data, uint64_t bytes) {
  const uint8_t *begin = data - reinterpret_cast<uint64_t>(data) % arena::kPage;
  const uint8_t *end = data + bytes + arena::kPage;
  for (uint32_t i = 0; i != kKnown; ++i)
    if (known[i].serial && known[i].data < end && begin < known[i].data + known[i].bytes)
      known[i].serial = 0;
}

Hash128 digestBlock(const uint8_t *data, uint64_t bytes) {
  void *block;
  arena::Published *published = bytes >= kLeastWatched ? arena::find(data, bytes, &block) : nullptr;
  if (published && !isAskedForWatching) {
    isAskedForWatching = true;
    known = static_cast<Known *>(calloc(kKnown, sizeof(Known)));
    isWatching = known && written::attach(arena::base, arena::bytes);
  }
  if (!published || !isWatching)
    return keyedHash(key, data, bytes);
  if (!published->serial)
    published->serial = ++serials;
  Known *set = setOf(data, bytes), *entry = nullptr;
  for (uint32_t i = 0; i != kWays; ++i)
    if (set[i].serial == published->serial && set[i].data == data && set[i].bytes == bytes)
      entry = &set[i];
  if (entry && written::look(data, bytes) == written::State::Clean)
    return entry->digest;
  /* Watched first, hashed then: what is written in between is noted. */
  written::State before = written::watch(data, bytes);
  if (before != written::State::Clean)
    forgetAround(data, bytes);
  Hash128 digest = keyedHash(key, data, bytes);
  if (before != written::State::Unknown) {
    if (!entry)
      entry = &set[nextWay++ % kWays];
    *entry = {published->serial, data, bytes, digest};
  }
  return digest;
}

void closeImage() {
  if (isImageOpen)
    image.dispose();
  isImageOpen = false;
}

/* What the image says of block i, in place of a name. */
cleave_name placeOf(Met &met, const Shown &shown) {
  uint64_t words[5] = {0, 0, shown.used, ~uint64_t{0}, 0};
  Hash128 digest = digestBlock(static_cast<const uint8_t *>(shown.data), shown.used);
  memcpy(words, &digest, sizeof digest);
  for (uint32_t i = 0; i != met.count; ++i)
    if (met.places[i].block == shown.block) {
      words[3] = i;
      words[4] = reinterpret_cast<uint64_t>(shown.data) - reinterpret_cast<uint64_t>(met.places[i].data);
      break;
    }
  meet(met, shown);
  digest = keyedHash(key, words, sizeof words);
  cleave_name name;
  memcpy(&name, &digest, sizeof name);
  return name;
}

bool digestImage(const cleave_kind &kind, uint32_t parameter, const void *const *args, Met &met, Hash128 &digest) {
  closeImage();
  isImageOpen = true;
  image.begin(scratch, kScratchBytes, kind, uint32_t{1} << parameter, 1, 0, CLEAVE_GRANTS_MAX);
  image.showPrivately();
  uint64_t bytes = image.add(args) ? image.finish() : 0;
  if (bytes) {
    auto *header = reinterpret_cast<cleave_image *>(scratch);
    header->param_mask = 0;
    auto *externs = const_cast<cleave_extern *>(externsOf(header));
    for (uint32_t i = 0; i != image.shownCount(); ++i)
      externs[i].name = placeOf(met, image.shown()[i]);
    digest = keyedHash(key, scratch, bytes);
    if (bytes > kKeptScratch)
      madvise(scratch, bytes, MADV_DONTNEED);
  }
  closeImage();
  return bytes != 0;
}

} // namespace

void meet(Met &met, const Shown &shown) {
  if (met.count == met.capacity) {
    met.capacity = met.capacity ? 2 * met.capacity : 16;
    met.places = static_cast<Met::Place *>(growBlock(met.places, met.capacity * sizeof *met.places));
  }
  met.places[met.count++] = {shown.block, shown.data};
}

bool attach(const HashKey &contentKey) {
  key = contentKey;
  void *at = mmap(nullptr, kScratchBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  scratch = at == MAP_FAILED ? nullptr : static_cast<uint8_t *>(at);
  return scratch;
}

bool digestTuple(const cleave_kind &kind, uint32_t mask, const void *const *args, Met &met, Hash128 *digests) {
  for (uint32_t rest = mask; rest; rest &= rest - 1) {
    auto parameter = static_cast<uint32_t>(__builtin_ctz(rest));
    if (!digestImage(kind, parameter, args, met, digests[parameter]))
      return false;
  }
  return true;
}

} // namespace cleave::content
