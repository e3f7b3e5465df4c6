/* ImageReader.cpp - values whose parts lie in one piece; containers of nodes are in ImageReaderNodes.cpp, values that
 * say themselves what they are in ImageReaderDynamic.cpp. */
#include "ImageReader.h"

#include "../task/Memory.h"

#include <new>

namespace cleave {

namespace {
constexpr uint32_t kMaxDepth = 48;
constexpr uint64_t kMaxBytes = uint64_t{1} << 46;

void storePointer(char *to, const char *pointer) { memcpy(to, &pointer, sizeof pointer); }
} // namespace

bool ImageReader::fail(ReadError why) {
  if (error == ReadError::None)
    error = why;
  return false;
}

/* The caller has checked that the value's fixed part lies in the body. Read once: the writer may still be there. */
uint64_t ImageReader::word(uint64_t offset) { return loadWord(body + offset); }

char *ImageReader::allocate(uint64_t size, uint64_t alignment) {
  if (!blocksLeft || size > kMaxBytes) {
    fail(ReadError::Malformed);
    return nullptr;
  }
  --blocksLeft;
  void *block = alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__
                    ? ::operator new(size, std::align_val_t(alignment), std::nothrow)
                    : ::operator new(size, std::nothrow);
  if (!block)
    fail(ReadError::NoMemory);
  return static_cast<char *>(block);
}

ReadError ImageReader::read(const cleave_type &type, uint64_t offset, void *destination) {
  bool isDone = check(holds(offset, type.size_bytes)) && value(type, offset, static_cast<char *>(destination));
  while (isDone && deferredCount) {
    Deferred next = deferred[--deferredCount];
    isDone = elements(*next.type, next.offset, next.destination, next.count);
  }
  if (deferred)
    free(deferred);
  deferred = nullptr;
  deferredCount = deferredCapacity = 0;
  return error;
}

bool ImageReader::value(const cleave_type &type, uint64_t offset, char *to) {
  switch (type.kind) {
  case CLEAVE_T_POD:
  case CLEAVE_T_POD_PARTIAL:
    memcpy(to, body + offset, type.size_bytes);
    return true;
  case CLEAVE_T_RECORD:
    for (uint32_t i = 0; i != type.field_count; ++i)
      if (!value(*type.fields[i].type, offset + type.fields[i].offset, to + type.fields[i].offset))
        return false;
    return true;
  case CLEAVE_T_ARRAY:
    return elements(*type.elem, offset, to, type.count);
  case CLEAVE_T_OPTIONAL:
    to[type.count] = body[offset + type.count] != 0;
    return !to[type.count] || value(*type.elem, offset, to);
  case CLEAVE_T_VECTOR:
    return vector(type, offset, to);
  case CLEAVE_T_STRING:
    return string(type, offset, to);
  case CLEAVE_T_RBTREE:
    return tree(type, offset, to);
  case CLEAVE_T_HASHTABLE:
    return hashTable(type, offset, to);
  case CLEAVE_T_DEQUE:
    return deque(type, offset, to);
  case CLEAVE_T_LIST:
    return list(type, offset, to);
  case CLEAVE_T_FORWARD_LIST:
    return forwardList(type, offset, to);
  case CLEAVE_T_BIT_VECTOR:
    return bitVector(offset, to);
  case CLEAVE_T_UNIQUE:
    return unique(type, offset, to);
  case CLEAVE_T_SLICE:
    return slice(type, offset, to);
  case CLEAVE_T_VARIANT:
    return variant(type, offset, to);
  case CLEAVE_T_SYMBOL:
    return symbol(type, offset, to);
  case CLEAVE_T_FUNCTION:
    return function(type, offset, to);
  default: /* views cannot be results: whose memory would they show? */
    return fail(ReadError::Malformed);
  }
}

/* The range is in the body. */
bool ImageReader::elements(const cleave_type &type, uint64_t offset, char *to, uint64_t count) {
  if (type.kind == CLEAVE_T_POD || type.kind == CLEAVE_T_POD_PARTIAL) {
    memcpy(to, body + offset, count * type.size_bytes);
    return true;
  }
  if (depth == kMaxDepth) {
    if (deferredCount == deferredCapacity) {
      deferredCapacity = deferredCapacity ? deferredCapacity * 2 : 64;
      deferred = static_cast<Deferred *>(growBlock(deferred, deferredCapacity * sizeof(Deferred)));
    }
    deferred[deferredCount++] = {&type, offset, count, to};
    return true;
  }
  ++depth;
  for (uint64_t i = 0; i != count; ++i)
    if (!value(type, offset + i * type.size_bytes, to + i * type.size_bytes))
      return false;
  --depth;
  return true;
}

bool ImageReader::vector(const cleave_type &type, uint64_t offset, char *to) {
  uint64_t begin = word(offset), end = word(offset + at::kVectorEnd), limit = word(offset + at::kVectorLimit);
  if (!begin) {
    memset(to, 0, 24);
    return true;
  }
  const cleave_type &elem = *type.elem;
  if (!check(begin <= end && end <= limit && holds(begin, end - begin) && (end - begin) % elem.size_bytes == 0 &&
             (limit - begin) % elem.size_bytes == 0))
    return false;
  char *block = allocate(limit - begin, elem.align_bytes);
  if (!block)
    return false;
  storePointer(to, block);
  storePointer(to + at::kVectorEnd, block + (end - begin));
  storePointer(to + at::kVectorLimit, block + (limit - begin));
  return elements(elem, begin, block, (end - begin) / elem.size_bytes);
}

bool ImageReader::bitVector(uint64_t offset, char *to) {
  uint64_t begin = word(offset), end = word(offset + at::kBitsEnd), limit = word(offset + at::kBitsLimit);
  uint64_t bits = word(offset + at::kBitsEndBit);
  memset(to, 0, 40);
  if (!begin)
    return true;
  if (!check(bits < 64 && (end - begin) % 8 == 0 && (limit - begin) % 8 == 0 && begin <= end && end <= limit &&
             holds(begin, end - begin + (bits ? 8 : 0)) && end - begin + (bits ? 8 : 0) <= limit - begin))
    return false;
  char *block = allocate(limit - begin, 8);
  if (!block)
    return false;
  memcpy(block, body + begin, end - begin + (bits ? 8 : 0));
  storePointer(to, block);
  storePointer(to + at::kBitsEnd, block + (end - begin));
  memcpy(to + at::kBitsEndBit, &bits, 4);
  storePointer(to + at::kBitsLimit, block + (limit - begin));
  return true;
}

bool ImageReader::string(const cleave_type &type, uint64_t offset, char *to) {
  uint64_t width = type.elem->size_bytes, text = word(offset), length = word(offset + at::kStringLength);
  memcpy(to + at::kStringLength, &length, 8);
  if (text == offset + at::kStringLocal) {
    memcpy(to + at::kStringLocal, body + text, 16);
    storePointer(to, to + at::kStringLocal);
    return check(length < 16 / width);
  }
  uint64_t capacity = word(offset + at::kStringCapacity);
  if (!check(length <= capacity && capacity < kMaxBytes && holds(text, (length + 1) * width)))
    return false;
  char *block = allocate((capacity + 1) * width, 1);
  if (!block)
    return false;
  memcpy(block, body + text, (length + 1) * width);
  storePointer(to, block);
  memcpy(to + at::kStringCapacity, &capacity, 8);
  return true;
}

/* Into memory that the receiver chose. */
bool ImageReader::slice(const cleave_type &type, uint64_t offset, char *to) {
  uint64_t data = word(offset), count = word(offset + 8), wanted = loadWord(to + 8), size = type.elem->size_bytes;
  return check(count == wanted && times(count, size) <= bytes && (!count || holds(data, count * size))) &&
         updateAll(*type.elem, data, const_cast<char *>(loadPointer(to)), count);
}

/* Values that are there already get the bytes of those in the image: what has a place in the value itself, and what it
 * owns in a vector or string, which must be as long. Everything else stays as it is. The range is in the body. */
bool ImageReader::updateAll(const cleave_type &type, uint64_t offset, char *to, uint64_t count) {
  if (type.kind == CLEAVE_T_POD || type.kind == CLEAVE_T_POD_PARTIAL) {
    if (count)
      memcpy(to, body + offset, count * type.size_bytes);
    return true;
  }
  for (uint64_t i = 0; i != count; ++i)
    if (!update(type, offset + i * type.size_bytes, to + i * type.size_bytes))
      return false;
  return true;
}

bool ImageReader::update(const cleave_type &type, uint64_t offset, char *to) {
  switch (type.kind) {
  case CLEAVE_T_POD:
  case CLEAVE_T_POD_PARTIAL:
    return updateAll(type, offset, to, 1);
  case CLEAVE_T_RECORD:
    for (uint32_t i = 0; i != type.field_count; ++i)
      if (!update(*type.fields[i].type, offset + type.fields[i].offset, to + type.fields[i].offset))
        return false;
    return true;
  case CLEAVE_T_ARRAY:
    return updateAll(*type.elem, offset, to, type.count);
  case CLEAVE_T_OPTIONAL:
    return check((to[type.count] != 0) == (body[offset + type.count] != 0)) &&
           (!to[type.count] || update(*type.elem, offset, to));
  case CLEAVE_T_VECTOR: {
    uint64_t begin = word(offset), size = word(offset + at::kVectorEnd) - begin;
    char *own = const_cast<char *>(loadPointer(to));
    return check(static_cast<uint64_t>(loadPointer(to + at::kVectorEnd) - own) == size && (!size || holds(begin, size))) &&
           updateAll(*type.elem, begin, own, size / type.elem->size_bytes);
  }
  case CLEAVE_T_STRING: {
    uint64_t text = word(offset), length = word(offset + at::kStringLength);
    return check(loadWord(to + at::kStringLength) == length && length <= bytes &&
                 holds(text, length * type.elem->size_bytes)) &&
           updateAll(*type.elem, text, const_cast<char *>(loadPointer(to)), length);
  }
  default:
    return true;
  }
}

bool ImageReader::unique(const cleave_type &type, uint64_t offset, char *to) {
  uint64_t owned = word(offset);
  storePointer(to, nullptr);
  return !owned || pointee(*type.elem, owned, to);
}

} // namespace cleave
