#include "Values.h"

#include "../task/Layout.h"
#include "../task/Memory.h"

#include <new>

namespace cleave {

namespace {

void storePointer(char *to, const void *pointer) { memcpy(to, &pointer, sizeof pointer); }
char *mutablePointer(const char *from) { return const_cast<char *>(loadPointer(from)); }

/* The alternative that a variant holds, or null. */
const cleave_type *heldBy(const cleave_type &variant, const char *value) {
  uint64_t index = 0;
  memcpy(&index, value + variant.count, variant.elem->size_bytes);
  return index < variant.field_count ? variant.fields[index].type : nullptr;
}

/* The bytes of a value were copied from `from` to `to`. */
void settle(const cleave_type &type, const char *from, char *to) {
  switch (type.kind) {
  case CLEAVE_T_RECORD:
    for (uint32_t i = 0; i != type.field_count; ++i)
      settle(*type.fields[i].type, from + type.fields[i].offset, to + type.fields[i].offset);
    return;
  case CLEAVE_T_ARRAY:
    if (!isTrivial(*type.elem))
      for (uint64_t i = 0, size = type.elem->size_bytes; i != type.count; ++i)
        settle(*type.elem, from + i * size, to + i * size);
    return;
  case CLEAVE_T_OPTIONAL:
    if (to[type.count])
      settle(*type.elem, from, to);
    return;
  case CLEAVE_T_VARIANT:
    if (const cleave_type *held = heldBy(type, to))
      settle(*held, from, to);
    return;
  case CLEAVE_T_STRING:
    if (loadPointer(to) == from + at::kStringLocal)
      storePointer(to, to + at::kStringLocal);
    return;
  case CLEAVE_T_LIST: {
    bool isEmpty = loadPointer(to + at::kListNext) == from;
    storePointer(isEmpty ? to + at::kListPrev : mutablePointer(to + at::kListNext) + at::kListPrev, to);
    storePointer(isEmpty ? to + at::kListNext : mutablePointer(to + at::kListPrev) + at::kListNext, to);
    return;
  }
  case CLEAVE_T_RBTREE: {
    char *header = to + at::kTreeHeader;
    if (char *root = mutablePointer(header + at::kTreeParent)) {
      storePointer(root + at::kTreeParent, header);
    } else {
      storePointer(header + at::kTreeLeft, header);
      storePointer(header + at::kTreeRight, header);
    }
    return;
  }
  case CLEAVE_T_HASHTABLE: {
    if (loadPointer(to) == from + at::kHashSingle)
      storePointer(to, to + at::kHashSingle);
    char *buckets = mutablePointer(to);
    uint64_t count = loadWord(to + at::kHashBucketCount);
    /* The first node's bucket points to what is before that node: the table itself. */
    for (uint64_t i = 0; loadPointer(to + at::kHashFirst) && i != count; ++i)
      if (loadPointer(buckets + 8 * i) == from + at::kHashFirst) {
        storePointer(buckets + 8 * i, to + at::kHashFirst);
        return;
      }
    return;
  }
  default:
    return;
  }
}

void release(void *block, uint64_t alignment) {
  if (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
    ::operator delete(block, std::align_val_t(alignment));
  else
    ::operator delete(block);
}

void destroyAll(const cleave_type &type, char *first, const char *end) {
  if (!isTrivial(type))
    for (; first < end; first += type.size_bytes)
      destroy(type, first);
}

/* A chain of nodes that ends at `end`. */
void destroyChain(const cleave_type &type, char *node, const char *end) {
  NodeLayout layout = nodeLayout(type);
  while (node != end) {
    char *next = mutablePointer(node);
    destroy(*type.elem, node + layout.valueAt);
    release(node, layout.alignBytes);
    node = next;
  }
}

void destroyTree(const cleave_type &type, char *node) {
  NodeLayout layout = nodeLayout(type);
  while (node) {
    destroyTree(type, mutablePointer(node + at::kTreeRight));
    char *left = mutablePointer(node + at::kTreeLeft);
    destroy(*type.elem, node + layout.valueAt);
    release(node, layout.alignBytes);
    node = left;
  }
}

void destroyDeque(const cleave_type &type, char *value) {
  const cleave_type &elem = *type.elem;
  char *start = value + at::kDequeStart, *finish = value + at::kDequeFinish;
  char *last = mutablePointer(finish + at::kIterNode);
  for (char *node = mutablePointer(start + at::kIterNode); node <= last; node += 8) {
    char *buffer = mutablePointer(node);
    bool isFirst = node == loadPointer(start + at::kIterNode), isLast = node == last;
    char *from = isFirst ? mutablePointer(start + at::kIterCur) : buffer;
    const char *to = isLast ? loadPointer(finish + at::kIterCur)
                            : buffer + dequeBufferElements(elem) * elem.size_bytes;
    destroyAll(elem, from, to);
    release(buffer, elem.align_bytes);
  }
  release(mutablePointer(value), 8);
}

/* What a std::function or a unique_ptr to a class with descendants points to is told by a symbol. */
void destroyPointee(const cleave_type &type, char *object) {
  if (type.kind != CLEAVE_T_POLYMORPHIC) {
    destroy(type, object);
    return release(object, type.align_bytes);
  }
  for (uint32_t i = 0; i != type.field_count; ++i)
    if (loadPointer(object) == type.symbols[i]) {
      char *whole = object - type.fields[i].offset;
      destroy(*type.fields[i].type, whole);
      return release(whole, type.fields[i].type->align_bytes);
    }
}

void destroyFunction(const cleave_type &type, char *value) {
  for (uint32_t i = 0; i != type.field_count; ++i)
    if (loadPointer(value + at::kFunctionManager) == type.symbols[2 * i] &&
        loadPointer(value + at::kFunctionInvoker) == type.symbols[2 * i + 1]) {
      if (type.fields[i].offset)
        return destroy(*type.fields[i].type, value);
      return destroyPointee(*type.fields[i].type, mutablePointer(value));
    }
}

} // namespace

void relocate(const cleave_type &type, void *from, void *to) {
  memcpy(to, from, type.size_bytes);
  settle(type, static_cast<char *>(from), static_cast<char *>(to));
}

void destroy(const cleave_type &type, void *value) {
  char *at = static_cast<char *>(value);
  switch (type.kind) {
  case CLEAVE_T_RECORD:
    for (uint32_t i = 0; i != type.field_count; ++i)
      destroy(*type.fields[i].type, at + type.fields[i].offset);
    return;
  case CLEAVE_T_ARRAY:
    return destroyAll(*type.elem, at, at + type.count * type.elem->size_bytes);
  case CLEAVE_T_OPTIONAL:
    if (at[type.count])
      destroy(*type.elem, at);
    return;
  case CLEAVE_T_VARIANT:
    if (const cleave_type *held = heldBy(type, at))
      destroy(*held, at);
    return;
  case CLEAVE_T_VECTOR:
    destroyAll(*type.elem, mutablePointer(at), loadPointer(at + at::kVectorEnd));
    return release(mutablePointer(at), type.elem->align_bytes);
  case CLEAVE_T_BIT_VECTOR:
    return release(mutablePointer(at), 8);
  case CLEAVE_T_STRING:
    if (loadPointer(at) != at + at::kStringLocal)
      release(mutablePointer(at), 1);
    return;
  case CLEAVE_T_LIST:
    return destroyChain(type, mutablePointer(at), at);
  case CLEAVE_T_FORWARD_LIST:
    return destroyChain(type, mutablePointer(at), nullptr);
  case CLEAVE_T_RBTREE:
    return destroyTree(type, mutablePointer(at + at::kTreeHeader + at::kTreeParent));
  case CLEAVE_T_HASHTABLE:
    destroyChain(type, mutablePointer(at + at::kHashFirst), nullptr);
    if (loadPointer(at) != at + at::kHashSingle)
      release(mutablePointer(at), 8);
    return;
  case CLEAVE_T_DEQUE:
    return destroyDeque(type, at);
  case CLEAVE_T_UNIQUE:
    if (char *owned = mutablePointer(at))
      destroyPointee(*type.elem, owned);
    return;
  case CLEAVE_T_FUNCTION:
    return destroyFunction(type, at);
  default:
    return;
  }
}

} // namespace cleave
