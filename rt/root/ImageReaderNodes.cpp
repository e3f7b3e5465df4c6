/* ImageReaderNodes.cpp - containers made of nodes. An image holds a container's nodes as one array (ImageWriter.h), so
 * a link is an index; each node becomes a block of its own. */
#include "ImageReader.h"

#include "../task/Memory.h"

#include <initializer_list>

namespace cleave {

namespace {

void storePointer(char *to, const char *pointer) { memcpy(to, &pointer, sizeof pointer); }

/* The addresses of a container's nodes, in the order of the image's array. */
class NodeTable {
public:
  explicit NodeTable(uint64_t count) : nodes(static_cast<char **>(growBlock(nullptr, (count + 1) * sizeof(char *)))) {}
  ~NodeTable() { free(nodes); }
  NodeTable(const NodeTable &) = delete;
  char *&operator[](uint64_t index) { return nodes[index]; }

private:
  char **nodes;
};

} // namespace

/* Nodes are linked here, in the order of the array, whatever the image's links say. */
bool ImageReader::list(const cleave_type &type, uint64_t offset, char *to) {
  NodeLayout layout = nodeLayout(type);
  uint64_t count = word(offset + at::kListCount), nodes = word(offset + at::kListNext);
  if (count && !check(count <= bytes / layout.sizeBytes && holds(nodes, count * layout.sizeBytes)))
    return false;
  char *last = to;
  for (uint64_t i = 0; i != count; ++i) {
    char *node = allocate(layout.sizeBytes, layout.alignBytes);
    if (!node || !elements(*type.elem, nodes + i * layout.sizeBytes + layout.valueAt, node + layout.valueAt, 1))
      return false;
    storePointer(last + at::kListNext, node);
    storePointer(node + at::kListPrev, last);
    last = node;
  }
  storePointer(last + at::kListNext, to);
  storePointer(to + at::kListPrev, last);
  memcpy(to + at::kListCount, &count, 8);
  return true;
}

bool ImageReader::forwardList(const cleave_type &type, uint64_t offset, char *to) {
  NodeLayout layout = nodeLayout(type);
  for (uint64_t next = word(offset), last = next; next; next = word(next)) {
    bool isInOrder = next == last || next == last + layout.sizeBytes;
    char *node =
        check(isInOrder && holds(next, layout.sizeBytes)) ? allocate(layout.sizeBytes, layout.alignBytes) : nullptr;
    if (!node || !elements(*type.elem, next + layout.valueAt, node + layout.valueAt, 1))
      return false;
    storePointer(to, node);
    to = node;
    last = next;
  }
  storePointer(to, nullptr);
  return true;
}

/* A tree in pre-order: a child stands behind its parent, names it as its parent, and there is one link to each node
 * but the root. That makes it a tree; the balance is the task's affair. */
bool ImageReader::tree(const cleave_type &type, uint64_t offset, char *to) {
  NodeLayout layout = nodeLayout(type);
  uint64_t headerAt = offset + at::kTreeHeader, count = word(offset + at::kTreeCount);
  uint64_t nodes = word(headerAt + at::kTreeParent), size = layout.sizeBytes, links = 0;
  char *header = to + at::kTreeHeader;
  memset(to, 0, 48);
  if (!count) {
    storePointer(header + at::kTreeLeft, header);
    storePointer(header + at::kTreeRight, header);
    return true;
  }
  if (!check(count <= bytes / size && holds(nodes, count * size)))
    return false;
  NodeTable table(count);
  auto isNode = [&](uint64_t link) { return link - nodes < count * size && (link - nodes) % size == 0; };
  for (uint64_t i = 0; i != count; ++i)
    if (!(table[i] = allocate(size, layout.alignBytes)))
      return false;
  for (uint64_t i = 0; i != count; ++i) {
    uint64_t nodeAt = nodes + i * size;
    memcpy(table[i], body + nodeAt, 4);
    for (uint64_t side : {at::kTreeLeft, at::kTreeRight}) {
      uint64_t child = word(nodeAt + side);
      storePointer(table[i] + side, nullptr);
      if (!child)
        continue;
      if (!check(isNode(child) && child > nodeAt && word(child + at::kTreeParent) == nodeAt && ++links < count))
        return false;
      char *childNode = table[(child - nodes) / size];
      storePointer(table[i] + side, childNode);
      storePointer(childNode + at::kTreeParent, table[i]);
    }
    if (!elements(*type.elem, nodeAt + layout.valueAt, table[i] + layout.valueAt, 1))
      return false;
  }
  uint64_t leftmost = word(headerAt + at::kTreeLeft), rightmost = word(headerAt + at::kTreeRight);
  if (!check(links == count - 1 && isNode(leftmost) && isNode(rightmost)))
    return false;
  storePointer(table[0] + at::kTreeParent, header);
  storePointer(header + at::kTreeParent, table[0]);
  storePointer(header + at::kTreeLeft, table[(leftmost - nodes) / size]);
  storePointer(header + at::kTreeRight, table[(rightmost - nodes) / size]);
  memcpy(to + at::kTreeCount, &count, 8);
  return true;
}

bool ImageReader::hashTable(const cleave_type &type, uint64_t offset, char *to) {
  NodeLayout layout = nodeLayout(type);
  uint64_t count = word(offset + at::kHashCount), nodes = word(offset + at::kHashFirst);
  uint64_t bucketsAt = word(offset), bucketCount = word(offset + at::kHashBucketCount), size = layout.sizeBytes;
  if (!check(bucketCount && bucketCount <= bytes / 8 && holds(bucketsAt, bucketCount * 8) && count <= bytes / size) ||
      (count && !check(holds(nodes, count * size))))
    return false;
  bool isSingle = bucketCount == 1;
  char *buckets = isSingle ? to + at::kHashSingle : allocate(bucketCount * 8, 8);
  if (!buckets)
    return false;
  memcpy(to + at::kHashBucketCount, body + offset + at::kHashBucketCount, at::kHashSingle - at::kHashBucketCount);
  storePointer(to + at::kHashSingle, nullptr);
  storePointer(to, buckets);
  NodeTable table(count);
  char *last = to + at::kHashFirst;
  for (uint64_t i = 0; i != count; ++i) {
    char *node = table[i] = allocate(size, layout.alignBytes);
    uint64_t nodeAt = nodes + i * size;
    if (!node || !elements(*type.elem, nodeAt + layout.valueAt, node + layout.valueAt, 1))
      return false;
    if (layout.hashAt)
      memcpy(node + layout.hashAt, body + nodeAt + layout.hashAt, 8);
    storePointer(last, node);
    last = node;
  }
  storePointer(last, nullptr);
  for (uint64_t i = 0; i != bucketCount; ++i) {
    uint64_t before = word(bucketsAt + i * 8), index = (before - nodes) / size;
    char *target = !before                                ? nullptr
                   : before == offset + at::kHashFirst    ? to + at::kHashFirst
                   : before >= nodes && index + 1 < count ? table[index]
                                                          : nullptr;
    if (!check(!before || target))
      return false;
    storePointer(buckets + i * 8, target);
  }
  return true;
}

/* Map entries and buffers keep their places; elements exist only from start.cur to finish.cur. */
bool ImageReader::deque(const cleave_type &type, uint64_t offset, char *to) {
  const cleave_type &elem = *type.elem;
  uint64_t bufferBytes = dequeBufferElements(elem) * elem.size_bytes;
  uint64_t mapAt = word(offset), mapCount = word(offset + at::kDequeMapSize);
  uint64_t start = offset + at::kDequeStart, finish = offset + at::kDequeFinish;
  uint64_t first = (word(start + at::kIterNode) - mapAt) / 8, last = (word(finish + at::kIterNode) - mapAt) / 8;
  uint64_t startUsed = word(start + at::kIterCur) - word(start + at::kIterFirst);
  uint64_t finishUsed = word(finish + at::kIterCur) - word(finish + at::kIterFirst);
  if (!check(mapCount <= bytes / 8 && holds(mapAt, mapCount * 8) && first <= last && last < mapCount &&
             startUsed <= bufferBytes && finishUsed <= bufferBytes && (first < last || startUsed <= finishUsed) &&
             startUsed % elem.size_bytes == 0 && finishUsed % elem.size_bytes == 0))
    return false;
  char *map = allocate(mapCount * 8, 8);
  if (!map)
    return false;
  memset(map, 0, mapCount * 8);
  for (uint64_t i = first; i <= last; ++i) {
    uint64_t bufferAt = word(mapAt + i * 8), from = i == first ? startUsed : 0,
             end = i == last ? finishUsed : bufferBytes;
    char *buffer = check(holds(bufferAt, bufferBytes)) ? allocate(bufferBytes, elem.align_bytes) : nullptr;
    if (!buffer || !elements(elem, bufferAt + from, buffer + from, (end - from) / elem.size_bytes))
      return false;
    storePointer(map + i * 8, buffer);
  }
  storePointer(to, map);
  memcpy(to + at::kDequeMapSize, &mapCount, 8);
  auto iterator = [&](char *at, uint64_t node, uint64_t used) {
    const char *buffer = loadPointer(map + node * 8);
    storePointer(at + at::kIterCur, buffer + used);
    storePointer(at + at::kIterFirst, buffer);
    storePointer(at + at::kIterLast, buffer + bufferBytes);
    storePointer(at + at::kIterNode, map + node * 8);
  };
  iterator(to + at::kDequeStart, first, startUsed);
  iterator(to + at::kDequeFinish, last, finishUsed);
  return true;
}

} // namespace cleave
