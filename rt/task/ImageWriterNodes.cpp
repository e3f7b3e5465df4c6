/* ImageWriterNodes.cpp - the walk over containers made of nodes. Each of them reserves one array for its nodes and
 * fills it in the order of the walk; links become offsets into that array. Shape, colours, bucket order and
 * capacities are kept exactly, so iteration order and every later operation are those of the original. */
#include "ImageWriter.h"

#include "Memory.h"

namespace cleave {

/* Pre-order. The way back up needs no stack: the parents' offsets are already in the image, and the parents'
 * addresses are in the source. */
void ImageWriter::tree(const cleave_type &type, uint64_t offset, const char *source) {
  const char *header = source + at::kTreeHeader, *root = loadPointer(header + at::kTreeParent);
  uint64_t headerAt = offset + at::kTreeHeader, count = loadWord(source + at::kTreeCount);
  zero(offset, 48); /* comparator, colour (red is 0) */
  store(offset + at::kTreeCount, count);
  if (!root) {
    pointer(headerAt + at::kTreeLeft, headerAt);
    return pointer(headerAt + at::kTreeRight, headerAt);
  }
  const char *leftmost = loadPointer(header + at::kTreeLeft), *rightmost = loadPointer(header + at::kTreeRight);
  NodeLayout layout = nodeLayout(type);
  uint64_t nodes = reserve(times(count, layout.sizeBytes), layout.alignBytes), nextIndex = 0;
  const char *node = root;
  uint64_t parentAt = headerAt, slotAt = headerAt + at::kTreeParent;
  while (!overflowed && isSane(nextIndex != count)) {
    /* Enter `node`, which hangs on the slot at slotAt. */
    uint64_t nodeAt = nodes + nextIndex++ * layout.sizeBytes;
    pointer(slotAt, nodeAt);
    zero(nodeAt, layout.sizeBytes);
    copy(nodeAt, node, 4); /* colour */
    pointer(nodeAt + at::kTreeParent, parentAt);
    if (node == leftmost)
      pointer(headerAt + at::kTreeLeft, nodeAt);
    if (node == rightmost)
      pointer(headerAt + at::kTreeRight, nodeAt);
    elements(*type.elem, nodeAt + layout.valueAt, node + layout.valueAt, 1);
    /* Down to the left, else to the right, else up to the first ancestor with a right side still to do. */
    const char *down = loadPointer(node + at::kTreeLeft);
    slotAt = nodeAt + at::kTreeLeft;
    if (!down) {
      down = loadPointer(node + at::kTreeRight);
      while (!down) {
        if (node == root)
          return;
        const char *child = node;
        node = loadPointer(node + at::kTreeParent);
        nodeAt = load(nodeAt + at::kTreeParent);
        if (loadPointer(node + at::kTreeLeft) == child)
          down = loadPointer(node + at::kTreeRight);
      }
      slotAt = nodeAt + at::kTreeRight;
    }
    node = down;
    parentAt = nodeAt;
  }
}

void ImageWriter::list(const cleave_type &type, uint64_t offset, const char *source) {
  uint64_t count = loadWord(source + at::kListCount), previousAt = offset;
  NodeLayout layout = nodeLayout(type);
  uint64_t nodes = count ? reserve(times(count, layout.sizeBytes), layout.alignBytes) : 0;
  const char *node = source;
  store(offset + at::kListCount, count);
  for (uint64_t i = 0; i != count && !overflowed; ++i) {
    node = loadPointer(node + at::kListNext);
    uint64_t nodeAt = nodes + i * layout.sizeBytes;
    zero(nodeAt, layout.sizeBytes);
    pointer(previousAt + at::kListNext, nodeAt);
    pointer(nodeAt + at::kListPrev, previousAt);
    elements(*type.elem, nodeAt + layout.valueAt, node + layout.valueAt, 1);
    previousAt = nodeAt;
  }
  pointer(previousAt + at::kListNext, offset);
  pointer(offset + at::kListPrev, previousAt);
}

/* The nodes of a forward_list, up to one more than `limit`. */
static uint64_t chainLength(const char *source, uint64_t limit) {
  uint64_t count = 0;
  for (const char *node = loadPointer(source); node && count <= limit; node = loadPointer(node))
    ++count;
  return count;
}

void ImageWriter::forwardList(const cleave_type &type, uint64_t offset, const char *source) {
  NodeLayout layout = nodeLayout(type);
  uint64_t limit = body ? capacity / layout.sizeBytes : UINT64_MAX - 1;
  uint64_t count = chainLength(source, limit), slotAt = offset;
  uint64_t nodes = count ? reserve(times(count, layout.sizeBytes), layout.alignBytes) : 0;
  const char *node = source;
  for (uint64_t i = 0; i != count && !overflowed; ++i) {
    node = loadPointer(node);
    uint64_t nodeAt = nodes + i * layout.sizeBytes;
    zero(nodeAt, layout.sizeBytes);
    pointer(slotAt, nodeAt);
    elements(*type.elem, nodeAt + layout.valueAt, node + layout.valueAt, 1);
    slotAt = nodeAt;
  }
  store(slotAt, 0);
}

void ImageWriter::hashTable(const cleave_type &type, uint64_t offset, const char *source) {
  uint64_t count = loadWord(source + at::kHashCount), slotAt = offset + at::kHashFirst;
  zero(offset, 56);
  store(offset + at::kHashBucketCount, loadWord(source + at::kHashBucketCount));
  store(offset + at::kHashCount, count);
  copy(offset + at::kHashLoad, source + at::kHashLoad, 4);
  store(offset + at::kHashResize, loadWord(source + at::kHashResize));
  NodeLayout layout = nodeLayout(type);
  uint64_t nodes = count ? reserve(times(count, layout.sizeBytes), layout.alignBytes) : 0;
  const char *node = source + at::kHashFirst;
  for (uint64_t i = 0; i != count && !overflowed; ++i) {
    node = loadPointer(node);
    uint64_t nodeAt = nodes + i * layout.sizeBytes;
    zero(nodeAt, layout.sizeBytes);
    pointer(slotAt, nodeAt);
    if (layout.hashAt)
      copy(nodeAt + layout.hashAt, node + layout.hashAt, 8);
    elements(*type.elem, nodeAt + layout.valueAt, node + layout.valueAt, 1);
    slotAt = nodeAt;
  }
  hashBuckets(offset, source, nodes, layout.sizeBytes);
}

namespace {
/* Which bucket begins behind a node: open addressing over the nodes' addresses. */
class BucketIndex {
public:
  explicit BucketIndex(uint64_t entries) {
    while (size < entries * 2)
      size *= 2;
    slots = static_cast<Slot *>(growBlock(nullptr, size * sizeof(Slot)));
    memset(slots, 0, size * sizeof(Slot));
  }
  ~BucketIndex() { free(slots); }
  BucketIndex(const BucketIndex &) = delete;

  void insert(const char *node, uint64_t bucket) {
    Slot &slot = find(node);
    slot = {node, bucket};
  }
  bool lookup(const char *node, uint64_t &bucket) {
    Slot &slot = find(node);
    bucket = slot.bucket;
    return slot.node != nullptr;
  }

private:
  struct Slot {
    const char *node;
    uint64_t bucket;
  };
  Slot &find(const char *node) {
    uint64_t at = (reinterpret_cast<uint64_t>(node) * 0x9e3779b97f4a7c15u) >> 20 & (size - 1);
    while (slots[at].node && slots[at].node != node)
      at = (at + 1) & (size - 1);
    return slots[at];
  }
  uint64_t size = 8;
  Slot *slots;
};
} // namespace

/* A bucket points to the node before its first one. Hash functions are not known here, so the buckets are found by
 * address, not computed. */
void ImageWriter::hashBuckets(uint64_t offset, const char *source, uint64_t nodes, uint64_t nodeBytes) {
  const char *buckets = loadPointer(source);
  uint64_t bucketCount = loadWord(source + at::kHashBucketCount), count = loadWord(source + at::kHashCount);
  bool isSingle = buckets == source + at::kHashSingle;
  if (!isSane(!isSingle || bucketCount == 1))
    return;
  uint64_t bucketsAt = isSingle ? offset + at::kHashSingle : reserve(times(bucketCount, 8), 8);
  if (overflowed)
    return;
  pointer(offset, bucketsAt);
  zero(bucketsAt, bucketCount * 8);
  if (!count)
    return;
  BucketIndex index(bucketCount < count ? bucketCount : count);
  uint64_t full = 0;
  for (uint64_t i = 0; i != bucketCount; ++i)
    if (const char *before = loadPointer(buckets + i * 8)) {
      if (!isSane(++full <= count)) /* no bucket begins behind two nodes */
        return;
      index.insert(before, i);
    }
  const char *node = source + at::kHashFirst;
  uint64_t nodeAt = offset + at::kHashFirst, bucket;
  for (uint64_t i = 0; i <= count; ++i) {
    if (index.lookup(node, bucket))
      pointer(bucketsAt + bucket * 8, nodeAt);
    node = loadPointer(node);
    nodeAt = nodes + i * nodeBytes;
  }
}

void ImageWriter::dequeIterator(uint64_t offset, const char *source, uint64_t mapAt, const char *map) {
  uint64_t nodeAt = mapAt + static_cast<uint64_t>(loadPointer(source + at::kIterNode) - map);
  const char *first = loadPointer(source + at::kIterFirst);
  uint64_t bufferAt = load(nodeAt);
  pointer(offset + at::kIterCur, bufferAt + static_cast<uint64_t>(loadPointer(source + at::kIterCur) - first));
  pointer(offset + at::kIterFirst, bufferAt);
  pointer(offset + at::kIterLast, bufferAt + static_cast<uint64_t>(loadPointer(source + at::kIterLast) - first));
  pointer(offset + at::kIterNode, nodeAt);
}

/* All buffers between start and finish are one array. Elements outside [start.cur, finish.cur) do not exist. */
void ImageWriter::deque(const cleave_type &type, uint64_t offset, const char *source) {
  const cleave_type &elem = *type.elem;
  const char *map = loadPointer(source), *start = source + at::kDequeStart, *finish = source + at::kDequeFinish;
  uint64_t mapCount = loadWord(source + at::kDequeMapSize), bufferBytes = dequeBufferElements(elem) * elem.size_bytes;
  const char *firstNode = loadPointer(start + at::kIterNode), *lastNode = loadPointer(finish + at::kIterNode);
  if (!isSane(map <= firstNode && firstNode <= lastNode && static_cast<uint64_t>(lastNode - map) / 8 < mapCount))
    return;
  uint64_t mapAt = reserve(times(mapCount, 8), 8);
  uint64_t bufferCount = static_cast<uint64_t>(lastNode - firstNode) / 8 + 1;
  uint64_t buffersAt = reserve(times(bufferCount, bufferBytes), elem.align_bytes);
  if (overflowed)
    return;
  zero(mapAt, mapCount * 8);
  zero(buffersAt, bufferCount * bufferBytes);
  pointer(offset, mapAt);
  store(offset + at::kDequeMapSize, mapCount);
  for (uint64_t i = 0; i != bufferCount && !overflowed; ++i) {
    const char *node = firstNode + i * 8, *buffer = loadPointer(node);
    const char *from = i == 0 ? loadPointer(start + at::kIterCur) : buffer;
    const char *to = i + 1 == bufferCount ? loadPointer(finish + at::kIterCur) : buffer + bufferBytes;
    if (!isSane(buffer <= from && from <= to && to <= buffer + bufferBytes))
      return;
    uint64_t bufferAt = buffersAt + i * bufferBytes;
    pointer(mapAt + static_cast<uint64_t>(node - map), bufferAt);
    elements(elem, bufferAt + static_cast<uint64_t>(from - buffer), from,
             static_cast<uint64_t>(to - from) / elem.size_bytes);
  }
  dequeIterator(offset + at::kDequeStart, start, mapAt, map);
  dequeIterator(offset + at::kDequeFinish, finish, mapAt, map);
}

} // namespace cleave
