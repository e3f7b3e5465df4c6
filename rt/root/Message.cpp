#include "Message.h"

#include "../task/Memory.h"
#include "Arena.h"
#include "Names.h"
#include "Sandbox.h"
#include "Session.h"

namespace cleave {

namespace {
/* Mode check: what lies between values and behind them is no zero that a task could lean on. */
constexpr uint8_t kCheckFilling = 0xa5;
uint64_t publications;
} // namespace

void unpinAll(Shown *shown, uint32_t count) {
  for (uint32_t i = 0; i != count; ++i)
    arena::unpin(shown[i].block);
}

void OutgoingImage::begin(uint8_t *itsMemory, uint64_t bytes, const cleave_kind &itsKind, uint32_t itsMask,
                          uint64_t tuples, uint64_t itsEpoch, uint32_t limit) {
  memory = itsMemory;
  memoryBytes = bytes;
  kind = &itsKind;
  mask = itsMask;
  layout = tupleLayout(itsKind, itsMask);
  tupleCount = 0;
  tupleLimit = tuples;
  epoch = itsEpoch;
  shownUsed = 0;
  shownLimit = limit;
  bytesShown = 0;
  isPrivate = false;
  writer.body = memory + kBodyOffset;
  writer.capacity = bytes - kBodyOffset;
  writer.used = writer.relocCount = 0;
  writer.externs = this;
  writer.symbols = symbolsOf(itsKind);
  writer.overflowed = false;
  writer.filling = session.isChecking ? kCheckFilling : 0;
  writer.beginTuples(tuples * layout.stride);
}

void OutgoingImage::addParameters(const void *const *args, uint64_t at) {
  writer.leaveOut(at, layout.stride);
  for (uint32_t rest = mask; rest; rest &= rest - 1) {
    unsigned i = static_cast<unsigned>(__builtin_ctz(rest));
    writer.hasRoomToGrow = kind->params[i].passing == CLEAVE_PARAM_VALUE;
    how = writer.hasRoomToGrow ? CLEAVE_OPEN_PRIVATE : CLEAVE_OPEN_RELAXED;
    writer.write(*kind->params[i].type, at + layout.offsets[i], args[i]);
  }
}

bool OutgoingImage::add(const void *const *args) {
  if (writer.overflowed || tupleCount == tupleLimit)
    return false;
  itemMark = writer.mark();
  itemShown = shownUsed;
  itemBytesShown = bytesShown;
  isAdding = true;
  addParameters(args, tupleCount * layout.stride);
  bool isRoom = !writer.overflowed && imageBytes(writer.used, shownUsed, writer.relocCount) + outsideBytes() <= memoryBytes;
  if (!isRoom) {
    takeBack();
    return false;
  }
  isAdding = false;
  ++tupleCount;
  return true;
}

void OutgoingImage::takeBack() {
  if (!isAdding)
    return;
  isAdding = false;
  writer.rewind(itemMark, memory + kBodyOffset);
  unpinAll(shownBlocks + itemShown, shownUsed - itemShown);
  shownUsed = itemShown;
  bytesShown = itemBytesShown;
}

uint64_t OutgoingImage::finish() {
  uint64_t tupleBytes = tupleCount * layout.stride, reserved = tupleLimit * layout.stride;
  if (writer.overflowed)
    return 0;
  if (writer.used == reserved)
    writer.used = tupleBytes;
  else
    writer.zero(tupleBytes, reserved - tupleBytes);
  uint64_t total = imageBytes(writer.used, shownUsed, writer.relocCount);
  if (total + outsideBytes() > memoryBytes)
    return 0;
  writer.zero(writer.used, alignUp(writer.used, kBlockAlign) - writer.used);
  auto *header = reinterpret_cast<cleave_image *>(memory);
  writer.writeHeader(header, mask, tupleCount, layout.stride, shownUsed);
  auto *externs = const_cast<cleave_extern *>(externsOf(header));
  for (uint32_t i = 0; i != shownUsed; ++i)
    externs[i] = {shownBlocks[i].grant.name, shownBlocks[i].grant.bytes, shownBlocks[i].how, 0};
  if (writer.relocCount)
    memcpy(const_cast<cleave_reloc *>(relocsOf(header)), writer.relocs, writer.relocCount * sizeof(cleave_reloc));
  writeOutside(total);
  return total + outsideBytes();
}

/* As much the task's input as all else. */
void OutgoingImage::writeOutside(uint64_t at) {
  auto *header = reinterpret_cast<cleave_image *>(memory);
  if (environmentBytes()) {
    header->environment = static_cast<uint32_t>(at / 8);
    environment::write(memory + at);
    at += environmentBytes();
  }
  if (seedBytes()) {
    header->seed = static_cast<uint32_t>(at / 8);
    makeSeed(memory + at);
  }
}

void OutgoingImage::dispose() {
  unpinAll(shownBlocks, shownUsed);
  free(shownBlocks);
  shownBlocks = nullptr;
  shownUsed = shownCapacity = 0;
  writer.dispose();
  free(writer.relocs);
  writer.relocs = nullptr;
  writer.relocCapacity = 0;
}

Shown *OutgoingImage::takeShown() {
  Shown *taken = shownBlocks;
  shownBlocks = nullptr;
  shownUsed = shownCapacity = 0;
  return taken;
}

OutgoingImage OutgoingImage::copyOfPins() const {
  OutgoingImage copy = *this;
  copy.writer = ImageWriter();
  copy.shownBlocks = static_cast<Shown *>(growBlock(nullptr, (shownUsed + 1) * sizeof(Shown)));
  for (uint32_t i = 0; i != shownUsed; ++i) {
    copy.shownBlocks[i] = shownBlocks[i];
    arena::pin(shownBlocks[i].block);
  }
  return copy;
}

/* The same block may be met many times in an image; most often the last one again. */
bool OutgoingImage::refer(const void *data, uint64_t bytes, uint64_t used, uint64_t &slot) {
  for (uint32_t i = shownUsed; i-- != 0;)
    if (shownBlocks[i].data == data && shownBlocks[i].grant.bytes == bytes && shownBlocks[i].how == how) {
      shownBlocks[i].used = larger(shownBlocks[i].used, used);
      slot = uint64_t{i + 1} << kExternShift;
      return true;
    }
  void *block;
  arena::Published *published = shownUsed < shownLimit ? arena::find(data, bytes, &block) : nullptr;
  if (!published)
    return false;
  if (!isPrivate && (published->epoch != epoch || published->data != data || published->bytes != bytes)) {
    *published = {provenanceName(++publications), epoch, data, bytes, published->serial};
    ++counters().objects_published;
  }
  if (shownUsed == shownCapacity) {
    shownCapacity = shownCapacity ? shownCapacity * 2 : 16;
    shownBlocks = static_cast<Shown *>(growBlock(shownBlocks, shownCapacity * sizeof(Shown)));
  }
  arena::pin(block);
  if (!isPrivate)
    sandbox::noteShown(data);
  uint64_t offset = static_cast<uint64_t>(static_cast<const uint8_t *>(data) - arena::base);
  shownBlocks[shownUsed] = {block, data, {isPrivate ? cleave_name{} : published->name, offset, bytes}, how, used};
  slot = uint64_t{++shownUsed} << kExternShift;
  bytesShown += bytes;
  return true;
}

} // namespace cleave
