/* Batch.cpp - see Batch.h. */
#include "Batch.h"

#include "Attach.h"
#include "Names.h"

#include <string.h>

namespace cleave {

/* An image beyond this is not sent: the call is made in place. */
static constexpr uint64_t kMaxBody = uint64_t{512} << 20;

const cleave_grant *Published::find(uint64_t arenaOffset, uint64_t bytes) const {
  for (uint64_t k = 0; k < grants.count; ++k)
    if (grants.items[k].arena_offset == arenaOffset && grants.items[k].bytes == bytes)
      return &grants.items[k];
  return nullptr;
}

bool Image::refer(const void *block, uint64_t bytes, uint64_t &slot) {
  if (!isInArena(block) || externs.count >= CLEAVE_GRANTS_MAX / 2)
    return false;
  uint64_t offset = static_cast<uint64_t>(static_cast<const char *>(block) - nodeLink.arena);
  const cleave_grant *known = published->find(offset, bytes);
  if (!known) {
    cleave_grant grant{nameOfPublication(), offset, bytes};
    published->grants.push(grant);
    known = &published->grants.items[published->grants.count - 1];
    ++nodeLink.control->counters.objects_published;
  }
  externs.push(*known);
  slot = externs.count << kExternShift;
  return true;
}

void Image::begin(const cleave_kind &kind, uint32_t itsMask, uint64_t tuples, Published *itsPublished) {
  mask = itsMask;
  limit = tuples;
  published = itsPublished;
  layout = tupleLayout(kind, mask);
  writer.capacity = alignUp(tuples * layout.stride, 64) + 16384;
  writer.body = static_cast<uint8_t *>(growBlock(nullptr, writer.capacity));
  writer.externs = this;
  writer.beginTuples(tuples * layout.stride);
  memset(writer.body, 0, tuples * layout.stride);
}

bool Image::append(const cleave_kind &kind, const void *const *args) {
  for (;;) {
    ImageWriter::Mark before = writer.mark();
    uint64_t externsBefore = externs.count;
    for (uint32_t rest = mask; rest; rest &= rest - 1) {
      unsigned i = static_cast<unsigned>(__builtin_ctz(rest));
      writer.hasRoomToGrow = kind.params[i].passing == CLEAVE_PARAM_VALUE;
      writer.write(*kind.params[i].type, count * layout.stride + layout.offsets[i], args[i]);
    }
    if (!writer.overflowed) {
      ++count;
      return true;
    }
    externs.count = externsBefore;
    if (writer.capacity >= kMaxBody) {
      writer.rewind(before, writer.body);
      return false;
    }
    writer.capacity *= 2;
    writer.rewind(before, static_cast<uint8_t *>(growBlock(writer.body, writer.capacity)));
  }
}

void Image::copyTo(char *destination) const {
  auto *header = reinterpret_cast<cleave_image *>(destination);
  writer.writeHeader(header, mask, count, layout.stride, static_cast<uint32_t>(externs.count));
  char *body = destination + kBodyOffset;
  memcpy(body, writer.body, writer.used);
  char *at = body + alignUp(writer.used, kBlockAlign);
  for (uint64_t k = 0; k < externs.count; ++k, at += sizeof(cleave_extern)) {
    cleave_extern entry{externs.items[k].name, externs.items[k].bytes};
    memcpy(at, &entry, sizeof entry);
  }
  memcpy(at, writer.relocs, writer.relocCount * sizeof(cleave_reloc));
}

void Image::dispose() {
  free(writer.body);
  free(writer.relocs);
  writer.body = nullptr;
  writer.relocs = nullptr;
  writer.dispose();
  externs.clear();
}

} // namespace cleave
