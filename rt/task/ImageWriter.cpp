/* ImageWriter.cpp - the walk over values whose parts lie in one piece: scalars, records, vectors, strings, views.
 * Containers made of nodes are in ImageWriterNodes.cpp, values that say themselves what they are in
 * ImageWriterDynamic.cpp.
 *
 * Invariant: every byte below `used` is written, padding included, so equal values have equal images. */
#include "ImageWriter.h"

#include "Memory.h"

namespace cleave {

namespace {
/* Deep enough for what people nest by hand, shallow enough for a small stack (about 150 bytes a level). */
constexpr uint32_t kMaxDepth = 48;
} // namespace

/* Only for what a live value cannot contradict; see the header. */
bool ImageWriter::isSane(bool isTrue) {
  if (!isTrue) {
    overflowed = true;
    body = nullptr;
  }
  return isTrue;
}

uint64_t ImageWriter::reserve(uint64_t bytes, uint64_t alignment) {
  uint64_t offset = alignUp(used, larger(kBlockAlign, alignment));
  if (body && (offset > capacity || bytes > capacity - offset)) {
    overflowed = true;
    body = nullptr; /* the rest of the walk is harmless: it writes nothing */
  }
  zero(used, offset - used);
  used = offset + bytes;
  return offset;
}

uint64_t ImageWriter::load(uint64_t offset) const { return body ? loadWord(body + offset) : 0; }

void ImageWriter::copy(uint64_t offset, const void *source, uint64_t bytes) {
  if (!body)
    return;
  if (bytes == 8)
    memcpy(body + offset, source, 8);
  else if (bytes == 4)
    memcpy(body + offset, source, 4);
  else if (bytes)
    memcpy(body + offset, source, bytes);
}

void ImageWriter::zero(uint64_t offset, uint64_t bytes) {
  if (body && bytes)
    memset(body + offset, 0, bytes);
}

void ImageWriter::leaveOut(uint64_t offset, uint64_t bytes) {
  if (body && bytes)
    memset(body + offset, filling, bytes);
}

void ImageWriter::store(uint64_t offset, uint64_t word) {
  if (body)
    memcpy(body + offset, &word, 8);
}

void ImageWriter::pointer(uint64_t offset, uint64_t slot) {
  store(offset, slot);
  if (body) {
    if (relocCount == relocCapacity) {
      relocCapacity = relocCapacity ? relocCapacity * 2 : 256;
      relocs = static_cast<cleave_reloc *>(growBlock(relocs, relocCapacity * sizeof(cleave_reloc)));
    }
    relocs[relocCount] = offset;
  }
  ++relocCount;
}

void ImageWriter::defer(const cleave_type &type, uint64_t offset, const char *source, uint64_t count) {
  if (deferredCount == deferredCapacity) {
    deferredCapacity = deferredCapacity ? deferredCapacity * 2 : 64;
    deferred = static_cast<Deferred *>(growBlock(deferred, deferredCapacity * sizeof(Deferred)));
  }
  deferred[deferredCount++] = {&type, offset, count, source};
}

void ImageWriter::dispose() {
  free(deferred);
  deferred = nullptr;
  deferredCapacity = 0;
}

void ImageWriter::write(const cleave_type &type, uint64_t offset, const void *source) {
  value(type, offset, static_cast<const char *>(source));
  while (deferredCount) {
    Deferred next = deferred[--deferredCount];
    elements(*next.type, next.offset, next.source, next.count);
  }
}

void ImageWriter::rewind(const Mark &mark, uint8_t *itsBody) {
  body = itsBody;
  used = mark.used;
  relocCount = mark.relocCount;
  overflowed = false;
  deferredCount = 0;
  depth = 0;
}

void ImageWriter::writeHeader(cleave_image *header, uint32_t mask, uint64_t count, uint64_t stride,
                              uint32_t externCount) const {
  memset(header, 0, kBodyOffset);
  header->magic = CLEAVE_IMAGE_MAGIC;
  header->param_mask = mask;
  header->extern_count = externCount;
  header->reloc_count = static_cast<uint32_t>(relocCount);
  header->count = count;
  header->tuple_bytes = stride;
  header->body_offset = kBodyOffset;
  header->body_bytes = used;
}

void ImageWriter::value(const cleave_type &type, uint64_t offset, const char *source) {
  switch (type.kind) {
  case CLEAVE_T_POD:
    return copy(offset, source, type.size_bytes);
  case CLEAVE_T_POD_PARTIAL:
  case CLEAVE_T_RECORD:
    return fields(type, offset, source);
  case CLEAVE_T_ARRAY:
    return elements(*type.elem, offset, source, type.count);
  case CLEAVE_T_VECTOR:
    return vector(type, offset, source);
  case CLEAVE_T_STRING:
    return string(type, offset, source);
  case CLEAVE_T_OPTIONAL:
    return optional(type, offset, source);
  case CLEAVE_T_SPAN:
  case CLEAVE_T_SLICE:
    store(offset + 8, loadWord(source + 8));
    return borrowed(*type.elem, offset, loadPointer(source), loadWord(source + 8));
  case CLEAVE_T_STRING_VIEW:
    store(offset, loadWord(source));
    return borrowed(*type.elem, offset + 8, loadPointer(source + 8), loadWord(source));
  case CLEAVE_T_RBTREE:
    return tree(type, offset, source);
  case CLEAVE_T_HASHTABLE:
    return hashTable(type, offset, source);
  case CLEAVE_T_DEQUE:
    return deque(type, offset, source);
  case CLEAVE_T_LIST:
    return list(type, offset, source);
  case CLEAVE_T_FORWARD_LIST:
    return forwardList(type, offset, source);
  case CLEAVE_T_BIT_VECTOR:
    return bitVector(offset, source);
  case CLEAVE_T_UNIQUE:
  case CLEAVE_T_REFERENCE:
    return pointee(*type.elem, offset, loadPointer(source));
  case CLEAVE_T_VARIANT:
    return variant(type, offset, source);
  case CLEAVE_T_SYMBOL:
    return symbol(offset, type.symbols[0]);
  case CLEAVE_T_POLYMORPHIC:
    return polymorphic(type, offset, source);
  case CLEAVE_T_FUNCTION:
    return function(type, offset, source);
  default:
    panic("image: unknown kind of type");
  }
}

void ImageWriter::elements(const cleave_type &type, uint64_t offset, const char *source, uint64_t count) {
  if (type.kind == CLEAVE_T_POD)
    return copy(offset, source, count * type.size_bytes);
  if (!body && isTrivial(type))
    return;
  if (depth == kMaxDepth)
    return defer(type, offset, source, count);
  ++depth;
  for (uint64_t i = 0; i != count && !overflowed; ++i)
    value(type, offset + i * type.size_bytes, source + i * type.size_bytes);
  --depth;
}

void ImageWriter::fields(const cleave_type &type, uint64_t offset, const char *source) {
  leaveOut(offset, type.size_bytes);
  for (uint32_t i = 0; i != type.field_count; ++i)
    value(*type.fields[i].type, offset + type.fields[i].offset, source + type.fields[i].offset);
}

void ImageWriter::optional(const cleave_type &type, uint64_t offset, const char *source) {
  zero(offset, type.size_bytes);
  if (!source[type.count])
    return;
  value(*type.elem, offset, source);
  if (body)
    body[offset + type.count] = 1;
}

/* Copies `count` elements into a block with space for `room` and gives the block's offset. A block is never empty,
 * so that its address differs from the next one's. */
uint64_t ImageWriter::block(const cleave_type &elem, const char *source, uint64_t count, uint64_t room) {
  uint64_t bytes = times(count, elem.size_bytes), roomBytes = larger(times(larger(room, count), elem.size_bytes), 1);
  uint64_t offset = reserve(roomBytes, elem.align_bytes);
  leaveOut(offset + bytes, roomBytes - bytes);
  elements(elem, offset, source, count);
  return offset;
}

void ImageWriter::vector(const cleave_type &type, uint64_t offset, const char *source) {
  const char *begin = loadPointer(source), *end = loadPointer(source + at::kVectorEnd);
  if (!begin)
    return zero(offset, 24);
  const cleave_type &elem = *type.elem;
  uint64_t usedBytes = static_cast<uint64_t>(end - begin);
  uint64_t limitBytes = static_cast<uint64_t>(loadPointer(source + at::kVectorLimit) - begin);
  uint64_t slot = 0;
  bool isExtern =
      externs && usedBytes >= CLEAVE_EXTERN_MIN && isTrivial(elem) && externs->refer(begin, limitBytes, usedBytes, slot);
  if (!isExtern) {
    uint64_t count = usedBytes / elem.size_bytes;
    slot = block(elem, begin, count, hasRoomToGrow ? limitBytes / elem.size_bytes : count);
  }
  pointer(offset, slot);
  pointer(offset + at::kVectorEnd, slot + usedBytes);
  pointer(offset + at::kVectorLimit, slot + limitBytes);
}

void ImageWriter::bitVector(uint64_t offset, const char *source) {
  const char *begin = loadPointer(source);
  zero(offset, 40);
  if (!begin)
    return;
  uint64_t wholeBytes = static_cast<uint64_t>(loadPointer(source + at::kBitsEnd) - begin);
  uint64_t bits = loadWord(source + at::kBitsEndBit) & 0xffffffff;
  uint64_t limitBytes = static_cast<uint64_t>(loadPointer(source + at::kBitsLimit) - begin);
  uint64_t usedBytes = wholeBytes + (bits ? 8 : 0);
  if (!isSane(bits < 64 && limitBytes <= kOffsetMask && wholeBytes <= limitBytes && usedBytes <= limitBytes))
    return;
  uint64_t roomBytes = larger(hasRoomToGrow ? limitBytes : usedBytes, 1);
  uint64_t slot = reserve(roomBytes, 8);
  leaveOut(slot + wholeBytes, roomBytes - wholeBytes);
  copy(slot, begin, wholeBytes);
  if (bits) /* the bits behind the last one are whatever the allocator left there */
    store(slot + wholeBytes, loadWord(begin + wholeBytes) & ((uint64_t{1} << bits) - 1));
  pointer(offset, slot);
  pointer(offset + at::kBitsEnd, slot + wholeBytes);
  store(offset + at::kBitsEndBit, bits);
  pointer(offset + at::kBitsLimit, slot + limitBytes);
}

void ImageWriter::string(const cleave_type &type, uint64_t offset, const char *source) {
  uint64_t width = type.elem->size_bytes;
  const char *text = loadPointer(source);
  uint64_t length = loadWord(source + at::kStringLength);
  uint64_t bytes = times(length + 1, width); /* with the terminator */
  zero(offset + at::kStringLocal, 16);
  store(offset + at::kStringLength, length);
  if (text == source + at::kStringLocal) {
    if (!isSane(length < 16 / width))
      return;
    copy(offset + at::kStringLocal, text, bytes);
    return pointer(offset, offset + at::kStringLocal);
  }
  uint64_t capacityCount = loadWord(source + at::kStringCapacity), slot = 0;
  uint64_t roomBytes = times(capacityCount + 1, width);
  if (!(externs && bytes >= CLEAVE_EXTERN_MIN && externs->refer(text, roomBytes, bytes, slot)))
    slot = block(*type.elem, text, length + 1, hasRoomToGrow ? capacityCount + 1 : length + 1);
  pointer(offset, slot);
  store(offset + at::kStringCapacity, capacityCount);
}

/* A view's elements: never freed and never written by who holds the view. */
void ImageWriter::borrowed(const cleave_type &elem, uint64_t slotAt, const char *data, uint64_t count) {
  if (!data)
    return store(slotAt, 0);
  uint64_t slot = 0, bytes = times(count, elem.size_bytes);
  if (!(externs && bytes >= CLEAVE_EXTERN_MIN && isTrivial(elem) && externs->refer(data, bytes, bytes, slot)))
    slot = block(elem, data, count, count);
  pointer(slotAt, slot);
}

} // namespace cleave
