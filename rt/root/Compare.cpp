#include "Compare.h"

#include "../task/Memory.h"

namespace cleave {

namespace {

/* Deeper values are taken to be equal: a list of a million unique_ptrs must not need a stack for it. */
constexpr uint32_t kMaxDepth = 4000;
/* Unordered containers in different orders are compared element by element with all others. */
constexpr uint64_t kMaxUnordered = 1u << 14;
/* The height of a tree of 2^48 nodes. */
constexpr unsigned kMaxHeight = 128;

uint64_t wordAt(const char *from, uint64_t offset) { return loadWord(from + offset); }

/* A tree's nodes in order. */
class InOrder {
public:
  InOrder(const CompareSide &side, uint64_t root, uint64_t nodeBytes) : side(side), nodeBytes(nodeBytes) { descend(root); }

  const char *next() {
    if (!height)
      return nullptr;
    const char *node = stack[--height];
    descend(wordAt(node, at::kTreeRight));
    return node;
  }

private:
  void descend(uint64_t word) {
    for (const char *node; height != kMaxHeight && (node = side.follow(word)) && side.holds(node, nodeBytes);
         word = wordAt(node, at::kTreeLeft))
      stack[height++] = node;
  }

  const CompareSide &side;
  uint64_t nodeBytes;
  const char *stack[kMaxHeight];
  unsigned height = 0;
};

/* A deque's elements. */
class DequeCursor {
public:
  DequeCursor(const CompareSide &side, const char *deque, uint64_t elementBytes, uint64_t bufferBytes)
      : side(side), elementBytes(elementBytes), bufferBytes(bufferBytes) {
    const char *start = deque + at::kDequeStart;
    node = wordAt(start, at::kIterNode);
    current = wordAt(start, at::kIterCur);
    end = wordAt(start, at::kIterFirst) + bufferBytes;
  }

  const char *next() {
    if (current == end) {
      node += 8;
      const char *entry = side.follow(node);
      if (!entry || !side.holds(entry, 8))
        return nullptr;
      current = loadWord(entry);
      end = current + bufferBytes;
    }
    const char *element = side.follow(current);
    current += elementBytes;
    return element && side.holds(element, elementBytes) ? element : nullptr;
  }

  static uint64_t count(const char *deque, uint64_t elementBytes, uint64_t bufferBytes) {
    const char *start = deque + at::kDequeStart, *finish = deque + at::kDequeFinish;
    uint64_t buffers = (wordAt(finish, at::kIterNode) - wordAt(start, at::kIterNode)) / 8;
    uint64_t before = wordAt(start, at::kIterCur) - wordAt(start, at::kIterFirst);
    uint64_t last = wordAt(finish, at::kIterCur) - wordAt(finish, at::kIterFirst);
    return (buffers * bufferBytes + last - before) / elementBytes;
  }

private:
  const CompareSide &side;
  uint64_t elementBytes, bufferBytes, node, current, end;
};

} // namespace

void Comparison::append(const char *what) {
  for (; *what && length != sizeof text - 1; ++what)
    text[length++] = *what;
  text[length] = 0;
}

void Comparison::append(uint64_t number) {
  char digits[21] = {};
  char *first = digits + 20;
  do
    *--first = static_cast<char>('0' + number % 10);
  while (number /= 10);
  append(first);
}

bool Comparison::differ(const char *what) {
  length = 0;
  append(what);
  return false;
}

bool Comparison::inside(const char *what, uint64_t number) {
  append(" of ");
  append(what);
  append(number);
  return false;
}

bool Comparison::agree(uint64_t left, uint64_t right, const char *what) { return left == right || differ(what); }

bool Comparison::isEqual(const cleave_type &type, const char *left, const char *right) {
  const char *const at[2] = {left, right};
  for (int i = 0; i != 2; ++i)
    if (!sides[i].holds(at[i], type.size_bytes))
      return differ("a result that cannot be read");
  return value(type, at);
}

bool Comparison::bytesAgree(Pair at, uint64_t count) {
  uint64_t i = 0;
  /* Whole words first: nearly all of them are equal. */
  for (; i + 8 <= count && loadWord(at[0] + i) == loadWord(at[1] + i); i += 8)
    ;
  for (; i != count; ++i) {
    auto left = static_cast<uint8_t>(at[0][i]), right = static_cast<uint8_t>(at[1][i]);
    if (left == right)
      continue;
    auto bits = static_cast<uint8_t>(isBitwise ? left ^ right : 0xff);
    bool isFill = ((left ^ fill[0]) & bits) == 0 &&
                  (ignores == Ignores::Left || (ignores == Ignores::Both && ((right ^ fill[1]) & bits) == 0));
    if (!isFill) {
      differ("byte ");
      append(i);
      return false;
    }
    ignored = true;
  }
  return true;
}

bool Comparison::value(const cleave_type &type, Pair at) {
  switch (type.kind) {
  case CLEAVE_T_POD:
    return bytesAgree(at, type.size_bytes);
  case CLEAVE_T_POD_PARTIAL:
  case CLEAVE_T_RECORD:
    return fields(type, at);
  case CLEAVE_T_ARRAY:
    return elements(*type.elem, at, type.count);
  case CLEAVE_T_VECTOR:
    return vector(type, at);
  case CLEAVE_T_STRING:
    return string(type, at);
  case CLEAVE_T_OPTIONAL: {
    bool isThere = at[0][type.count] != 0;
    return agree(isThere, at[1][type.count] != 0, "whether there is a value") && (!isThere || value(*type.elem, at));
  }
  case CLEAVE_T_RBTREE:
    return tree(type, at);
  case CLEAVE_T_HASHTABLE:
    return hashTable(type, at);
  case CLEAVE_T_DEQUE:
    return deque(type, at);
  case CLEAVE_T_LIST:
    return list(type, at);
  case CLEAVE_T_FORWARD_LIST:
    return forwardList(type, at);
  case CLEAVE_T_BIT_VECTOR:
    return bitVector(at);
  case CLEAVE_T_UNIQUE:
    return pointee(*type.elem, loadWord(at[0]), loadWord(at[1]));
  case CLEAVE_T_SLICE:
    return slice(type, at);
  case CLEAVE_T_VARIANT:
    return variant(type, at);
  case CLEAVE_T_SYMBOL:
    return sides[0].symbol(loadWord(at[0])) == sides[1].symbol(loadWord(at[1])) || differ("the class");
  case CLEAVE_T_POLYMORPHIC:
    return polymorphic(type, at);
  case CLEAVE_T_FUNCTION:
    return function(type, at);
  default: /* views are no results */
    return differ("a type that is no result");
  }
}

/* The elements lie in one piece, and where they should. */
bool Comparison::elements(const cleave_type &type, Pair at, uint64_t count) {
  if (!count)
    return true;
  for (int i = 0; i != 2; ++i)
    if (!at[i] || !sides[i].holds(at[i], times(count, type.size_bytes)))
      return differ("a result that cannot be read");
  if (type.kind == CLEAVE_T_POD)
    return bytesAgree(at, count * type.size_bytes);
  if (depth == kMaxDepth)
    return true;
  ++depth;
  bool isSame = true;
  for (uint64_t i = 0; i != count && isSame; ++i) {
    const char *const one[2] = {at[0] + i * type.size_bytes, at[1] + i * type.size_bytes};
    isSame = value(type, one) || inside("element ", i);
  }
  --depth;
  return isSame;
}

bool Comparison::fields(const cleave_type &type, Pair at) {
  for (uint32_t i = 0; i != type.field_count; ++i) {
    uint64_t offset = type.fields[i].offset;
    const char *const field[2] = {at[0] + offset, at[1] + offset};
    const cleave_type &part = *type.fields[i].type;
    isBitwise = part.kind == CLEAVE_T_POD && part.align_bytes == 1;
    bool isSame = value(part, field);
    isBitwise = false;
    if (!isSame)
      return type.field_count == 1 ? false : inside("the field at ", offset);
  }
  return true;
}

bool Comparison::vector(const cleave_type &type, Pair at) {
  uint64_t bytes = wordAt(at[0], at::kVectorEnd) - wordAt(at[0], 0);
  const char *const data[2] = {sides[0].follow(loadWord(at[0])), sides[1].follow(loadWord(at[1]))};
  return agree(bytes, wordAt(at[1], at::kVectorEnd) - wordAt(at[1], 0), "the size of a vector") &&
         elements(*type.elem, data, bytes / type.elem->size_bytes);
}

bool Comparison::bitVector(Pair at) {
  uint64_t whole = wordAt(at[0], at::kBitsEnd) - wordAt(at[0], 0);
  uint64_t rest = wordAt(at[0], at::kBitsEndBit) & 0xffffffff;
  if (!agree(whole, wordAt(at[1], at::kBitsEnd) - wordAt(at[1], 0), "the size of a vector<bool>") ||
      !agree(rest, wordAt(at[1], at::kBitsEndBit) & 0xffffffff, "the size of a vector<bool>"))
    return false;
  if (!whole && !rest)
    return true;
  const char *const data[2] = {sides[0].follow(loadWord(at[0])), sides[1].follow(loadWord(at[1]))};
  for (int i = 0; i != 2; ++i)
    if (!data[i] || !sides[i].holds(data[i], whole + (rest ? 8 : 0)))
      return differ("a result that cannot be read");
  uint64_t mask = (uint64_t{1} << rest) - 1;
  return bytesAgree(data, whole) &&
         (!rest || agree(wordAt(data[0], whole) & mask, wordAt(data[1], whole) & mask, "the last bits"));
}

bool Comparison::string(const cleave_type &type, Pair at) {
  uint64_t count = wordAt(at[0], at::kStringLength);
  const char *const data[2] = {sides[0].follow(loadWord(at[0])), sides[1].follow(loadWord(at[1]))};
  return agree(count, wordAt(at[1], at::kStringLength), "the length of a string") && elements(*type.elem, data, count);
}

bool Comparison::slice(const cleave_type &type, Pair at) {
  uint64_t count = wordAt(at[0], 8);
  const char *const data[2] = {sides[0].follow(loadWord(at[0])), sides[1].follow(loadWord(at[1]))};
  return agree(count, wordAt(at[1], 8), "the size of a part") && elements(*type.elem, data, count);
}

bool Comparison::variant(const cleave_type &type, Pair at) {
  uint64_t width = type.elem->size_bytes, which[2] = {};
  for (int i = 0; i != 2; ++i)
    memcpy(&which[i], at[i] + type.count, width);
  return agree(which[0], which[1], "the alternative of a variant") &&
         (which[0] >= type.field_count || value(*type.fields[which[0]].type, at));
}

/* Which class the objects at both places are of, as an index, or ~0. */
static uint32_t classOf(const cleave_type &type, const CompareSide &side, const char *object) {
  const void *table = side.holds(object, 8) ? side.symbol(loadWord(object)) : nullptr;
  for (uint32_t i = 0; table && i != type.field_count; ++i)
    if (type.symbols[i] == table)
      return i;
  return ~0u;
}

bool Comparison::pointee(const cleave_type &elem, uint64_t left, uint64_t right) {
  const char *object[2] = {sides[0].follow(left), sides[1].follow(right)};
  if (!object[0] || !object[1])
    return agree(object[0] != nullptr, object[1] != nullptr, "whether there is an object");
  const cleave_type *whole = &elem;
  if (elem.kind == CLEAVE_T_POLYMORPHIC) {
    uint32_t which = classOf(elem, sides[0], object[0]);
    if (!agree(which, classOf(elem, sides[1], object[1]), "the class of an object") || which == ~0u)
      return which != ~0u ? false : differ("the class of an object");
    whole = elem.fields[which].type;
    for (const char *&one : object)
      one -= elem.fields[which].offset;
  }
  return elements(*whole, {object[0], object[1]}, 1);
}

bool Comparison::polymorphic(const cleave_type &type, Pair at) {
  uint32_t which = classOf(type, sides[0], at[0]);
  if (which == ~0u || which != classOf(type, sides[1], at[1]))
    return differ("the class of an object");
  return value(*type.fields[which].type, at);
}

bool Comparison::function(const cleave_type &type, Pair at) {
  uint64_t managers[2] = {wordAt(at[0], at::kFunctionManager), wordAt(at[1], at::kFunctionManager)};
  if (!managers[0] || !managers[1])
    return agree(managers[0] != 0, managers[1] != 0, "whether a function is held");
  const void *manager = sides[0].symbol(managers[0]);
  const void *invoker = sides[0].symbol(wordAt(at[0], at::kFunctionInvoker));
  if (manager != sides[1].symbol(managers[1]) || invoker != sides[1].symbol(wordAt(at[1], at::kFunctionInvoker)))
    return differ("what a function holds");
  for (uint32_t i = 0; i != type.field_count; ++i)
    if (type.symbols[2 * i] == manager && type.symbols[2 * i + 1] == invoker)
      return type.fields[i].offset ? value(*type.fields[i].type, at)
                                   : pointee(*type.fields[i].type, loadWord(at[0]), loadWord(at[1]));
  return differ("what a function holds");
}

bool Comparison::list(const cleave_type &type, Pair at) {
  NodeLayout layout = nodeLayout(type);
  uint64_t count = wordAt(at[0], at::kListCount);
  if (!agree(count, wordAt(at[1], at::kListCount), "the size of a list"))
    return false;
  const char *node[2] = {at[0], at[1]};
  for (uint64_t i = 0; i != count; ++i) {
    for (int side = 0; side != 2; ++side) {
      node[side] = sides[side].follow(wordAt(node[side], at::kListNext));
      if (!node[side] || !sides[side].holds(node[side], layout.sizeBytes))
        return differ("a result that cannot be read");
    }
    if (!elements(*type.elem, {node[0] + layout.valueAt, node[1] + layout.valueAt}, 1))
      return inside("node ", i);
  }
  return true;
}

bool Comparison::forwardList(const cleave_type &type, Pair at) {
  NodeLayout layout = nodeLayout(type);
  const char *node[2] = {at[0], at[1]};
  for (uint64_t i = 0;; ++i) {
    for (int side = 0; side != 2; ++side) {
      node[side] = sides[side].follow(loadWord(node[side]));
      if (node[side] && !sides[side].holds(node[side], layout.sizeBytes))
        return differ("a result that cannot be read");
    }
    if (!node[0] || !node[1])
      return agree(node[0] != nullptr, node[1] != nullptr, "the size of a list");
    if (!elements(*type.elem, {node[0] + layout.valueAt, node[1] + layout.valueAt}, 1))
      return inside("node ", i);
  }
}

bool Comparison::tree(const cleave_type &type, Pair at) {
  NodeLayout layout = nodeLayout(type);
  uint64_t count = wordAt(at[0], at::kTreeCount);
  if (!agree(count, wordAt(at[1], at::kTreeCount), "the size of a tree"))
    return false;
  uint64_t roots[2];
  for (int side = 0; side != 2; ++side)
    roots[side] = count ? wordAt(at[side], at::kTreeHeader + at::kTreeParent) : 0;
  if (!count)
    return true;
  InOrder left(sides[0], roots[0], layout.sizeBytes), right(sides[1], roots[1], layout.sizeBytes);
  for (uint64_t i = 0; i != count; ++i) {
    const char *node[2] = {left.next(), right.next()};
    if (!node[0] || !node[1])
      return differ("a result that cannot be read");
    if (!elements(*type.elem, {node[0] + layout.valueAt, node[1] + layout.valueAt}, 1))
      return inside("node ", i);
  }
  return true;
}

bool Comparison::hashTable(const cleave_type &type, Pair at) {
  NodeLayout layout = nodeLayout(type);
  uint64_t count = wordAt(at[0], at::kHashCount);
  if (!agree(count, wordAt(at[1], at::kHashCount), "the size of an unordered container"))
    return false;
  const char *first[2], *node[2];
  for (int side = 0; side != 2; ++side)
    first[side] = node[side] = count ? sides[side].follow(wordAt(at[side], at::kHashFirst)) : nullptr;
  for (uint64_t i = 0; i != count; ++i) {
    for (int side = 0; side != 2; ++side)
      if (!node[side] || !sides[side].holds(node[side], layout.sizeBytes))
        return differ("a result that cannot be read");
    if (!elements(*type.elem, {node[0] + layout.valueAt, node[1] + layout.valueAt}, 1))
      return (count <= kMaxUnordered && unordered(type, first[0], first[1], count)) || inside("node ", i);
    for (int side = 0; side != 2; ++side)
      node[side] = sides[side].follow(loadWord(node[side]));
  }
  return true;
}

/* Each element of the left has one of its own on the right. */
bool Comparison::unordered(const cleave_type &type, const char *left, const char *right, uint64_t count) {
  NodeLayout layout = nodeLayout(type);
  auto *open = static_cast<const char **>(growBlock(nullptr, count * sizeof(char *)));
  uint64_t openCount = 0;
  for (; openCount != count && right && sides[1].holds(right, layout.sizeBytes); right = sides[1].follow(loadWord(right)))
    open[openCount++] = right;
  bool isSame = openCount == count;
  for (uint64_t i = 0; i != count && isSame; ++i, left = sides[0].follow(loadWord(left))) {
    isSame = false;
    if (!left || !sides[0].holds(left, layout.sizeBytes))
      break;
    for (uint64_t k = 0; k != openCount && !isSame; ++k)
      if (elements(*type.elem, {left + layout.valueAt, open[k] + layout.valueAt}, 1)) {
        isSame = true;
        open[k] = open[--openCount];
      }
  }
  free(open);
  return isSame;
}

bool Comparison::deque(const cleave_type &type, Pair at) {
  const cleave_type &elem = *type.elem;
  uint64_t size = elem.size_bytes, bufferBytes = dequeBufferElements(elem) * size;
  uint64_t count = DequeCursor::count(at[0], size, bufferBytes);
  if (!agree(count, DequeCursor::count(at[1], size, bufferBytes), "the size of a deque"))
    return false;
  DequeCursor left(sides[0], at[0], size, bufferBytes), right(sides[1], at[1], size, bufferBytes);
  for (uint64_t i = 0; i != count; ++i) {
    const char *element[2] = {left.next(), right.next()};
    if (!element[0] || !element[1])
      return differ("a result that cannot be read");
    if (!elements(elem, {element[0], element[1]}, 1))
      return inside("element ", i);
  }
  return true;
}

} // namespace cleave
