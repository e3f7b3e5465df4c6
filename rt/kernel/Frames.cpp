// Frames.cpp - see Frames.h. Lists are of block numbers; a block's entry per frame is made when the block is first cut,
// so that memory nobody uses costs nothing at the start.
#include "Frames.h"
#include "Console.h"
#include "Cores.h"
#include "Layout.h"
#include "Machine.h"

namespace cleave {

namespace {

constexpr uint32_t kNone = ~0u;
constexpr uint16_t kNoFrame = 0xffff;

enum class State : uint8_t { Absent, Whole, Cut, Given };

struct Block {
  uint32_t next, previous;
  uint16_t firstFree, freeCount; ///< of a cut block
  State state;
  uint8_t node;
};
struct FrameEntry {
  uint32_t users;
  uint16_t nextFree;
};
struct List {
  uint32_t first = kNone;
};

SpinLock lock;
Block *blocks;
FrameEntry *frames;
uint64_t blockCount;
List wholes[kNodesMax], cuts[kNodesMax];
uint8_t order[kNodesMax][kNodesMax]; ///< of each node: itself, then the others, near ones first
MemoryFigures figures;
uint64_t pledged;

MemoryRange earlyRange;
MemoryRange module;

void link(List &list, uint32_t index) {
  blocks[index].previous = kNone;
  blocks[index].next = list.first;
  if (list.first != kNone)
    blocks[list.first].previous = index;
  list.first = index;
}

void unlink(List &list, uint32_t index) {
  Block &block = blocks[index];
  if (block.previous == kNone)
    list.first = block.next;
  else
    blocks[block.previous].next = block.next;
  if (block.next != kNone)
    blocks[block.next].previous = block.previous;
}

void cut(uint32_t index) {
  Block &block = blocks[index];
  FrameEntry *first = frames + uint64_t{index} * kPagesInHuge;
  for (uint16_t i = 0; i != kPagesInHuge; ++i)
    first[i] = {0, static_cast<uint16_t>(i + 1 == kPagesInHuge ? kNoFrame : i + 1)};
  block.firstFree = 0;
  block.freeCount = kPagesInHuge;
  block.state = State::Cut;
  link(cuts[block.node], index);
}

/* From this core's own node outwards. */
template <typename Take> bool forNodes(Take take) {
  for (uint8_t node : order[thisCore().node])
    if (take(node))
      return true;
  return false;
}

/* The lock is held. */
void giveBack(uint64_t number) {
  auto index = static_cast<uint32_t>(number / kPagesInHuge);
  auto inBlock = static_cast<uint16_t>(number % kPagesInHuge);
  Block &block = blocks[index];
  if (block.freeCount == 0)
    link(cuts[block.node], index);
  frames[number].nextFree = block.firstFree;
  block.firstFree = inBlock;
  ++figures.freeFrames;
  if (++block.freeCount == kPagesInHuge) {
    unlink(cuts[block.node], index);
    block.state = State::Whole;
    link(wholes[block.node], index);
  }
}

uint64_t checkedNumber(uint64_t frame) {
  uint64_t number = frame / kPage;
  if (frame % kPage || number >= blockCount * kPagesInHuge || blocks[number / kPagesInHuge].state != State::Cut ||
      !frames[number].users)
    PANIC("a frame that is nobody's is used", frame);
  return number;
}

bool isReserved(uint64_t begin, uint64_t end) {
  auto overlaps = [&](uint64_t from, uint64_t to) { return begin < to && from < end; };
  return overlaps(0, kHugePage) || overlaps(kHugePage, 2 * kHugePage) /* the image */ ||
         overlaps(module.begin, module.end);
}

/* A block at a range's edge, or beside something reserved: only some of its frames are ours. */
void addEdge(uint32_t index, uint64_t begin, uint64_t end) {
  Block &block = blocks[index];
  FrameEntry *first = frames + uint64_t{index} * kPagesInHuge;
  if (block.state == State::Absent) {
    for (uint64_t i = 0; i != kPagesInHuge; ++i)
      first[i] = {1, kNoFrame}; // in use for ever: never whole
    block.state = State::Cut;
    block.firstFree = kNoFrame;
    block.freeCount = 0;
  }
  for (uint64_t at = begin; at != end; at += kPage)
    if (!isReserved(at, at + kPage)) {
      frames[at / kPage].users = 0;
      giveBack(at / kPage);
      ++figures.totalFrames;
    }
}

void addRange(uint64_t begin, uint64_t end) {
  while (begin < end) {
    uint64_t blockEnd = (begin / kHugePage + 1) * kHugePage, next = blockEnd < end ? blockEnd : end;
    auto index = static_cast<uint32_t>(begin / kHugePage);
    if (next - begin == kHugePage && !isReserved(begin, next)) {
      blocks[index].state = State::Whole;
      link(wholes[blocks[index].node], index);
      figures.totalFrames += kPagesInHuge;
      figures.freeFrames += kPagesInHuge;
    } else {
      addEdge(index, begin, next);
    }
    begin = next;
  }
}

} // namespace

void startEarly(const BootInfo &info) {
  constexpr uint64_t kBelow = uint64_t{4} << 30, kAbove = 2 * kHugePage;
  module = {pageDown(info.moduleBegin), pageUp(info.moduleBegin + info.moduleBytes)};
  for (unsigned i = 0; i != info.usableCount; ++i) {
    MemoryRange range = info.usable[i];
    range.begin = range.begin < kAbove ? kAbove : range.begin;
    range.end = range.end > kBelow ? kBelow : range.end;
    // The module usually lies at the end of a range, or where it begins, and maybe before that.
    if (module.begin < range.end && module.end > range.begin) {
      uint64_t before = module.begin > range.begin ? module.begin - range.begin : 0;
      if (before > (module.end < range.end ? range.end - module.end : 0))
        range.end = module.begin;
      else
        range.begin = module.end;
    }
    if (range.begin < range.end && range.end - range.begin > earlyRange.end - earlyRange.begin)
      earlyRange = range;
  }
}

uint64_t allocateEarly(uint64_t bytes) {
  bytes = pageUp(bytes);
  if (bytes > earlyRange.end - earlyRange.begin)
    PANIC("the machine has too little memory below 4 GiB", bytes);
  earlyRange.end -= bytes;
  memset(direct(earlyRange.end), 0, bytes);
  return earlyRange.end;
}

void startFrames(const BootInfo &info) {
  uint64_t top = 0;
  for (unsigned i = 0; i != info.usableCount; ++i)
    top = info.usable[i].end > top ? info.usable[i].end : top;
  blockCount = (top + kHugePage - 1) / kHugePage;
  uint64_t frameBytes = pageUp(blockCount * kPagesInHuge * sizeof(FrameEntry));
  blocks = reinterpret_cast<Block *>(direct(allocateEarly(blockCount * sizeof(Block))));
  // Not zeroed: entries are made when a block is cut.
  if (frameBytes > earlyRange.end - earlyRange.begin)
    PANIC("the machine has too little memory below 4 GiB", frameBytes);
  earlyRange.end -= frameBytes;
  frames = reinterpret_cast<FrameEntry *>(direct(earlyRange.end));
  for (unsigned i = 0; i != info.usableCount; ++i) {
    MemoryRange range = info.usable[i];
    bool isEarly = earlyRange.begin >= range.begin && earlyRange.begin < range.end;
    if (!isEarly) {
      addRange(range.begin, range.end);
      continue;
    }
    addRange(range.begin, earlyRange.end);
    // Behind what was taken early there may be more (the module, and what follows it).
    if (module.end > earlyRange.end && module.end < range.end)
      addRange(module.end, range.end);
  }
}

void assignNode(MemoryRange range, uint8_t node) {
  if (node >= kNodesMax)
    return;
  Guard guard(lock);
  for (uint64_t index = range.begin / kHugePage; index < range.end / kHugePage && index < blockCount; ++index) {
    Block &block = blocks[index];
    if (block.node == node)
      continue;
    auto number = static_cast<uint32_t>(index);
    bool isListed = block.state == State::Whole || (block.state == State::Cut && block.freeCount);
    List *lists = block.state == State::Whole ? wholes : cuts;
    if (isListed)
      unlink(lists[block.node], number);
    block.node = node;
    if (isListed)
      link(lists[node], number);
  }
}

void orderNodes(const Topology &topology) {
  for (unsigned from = 0; from != kNodesMax; ++from) {
    // Nobody says, so it is farther than what is said to be near. A node is nearest to itself, whoever says what.
    auto distance = [&](uint8_t to) {
      constexpr unsigned kUnknown = 256;
      return to == from ? 0 : topology.distances[from][to] ? topology.distances[from][to] : kUnknown;
    };
    for (uint8_t to = 0; to != kNodesMax; ++to) {
      unsigned place = to;
      for (; place && distance(order[from][place - 1]) > distance(to); --place)
        order[from][place] = order[from][place - 1];
      order[from][place] = to;
    }
  }
}

Result<uint64_t> allocateFrame() {
  uint64_t frame = 0;
  {
    Guard guard(lock);
    auto take = [&](uint8_t from) {
      if (cuts[from].first == kNone) {
        uint32_t whole = wholes[from].first;
        if (whole == kNone)
          return false;
        unlink(wholes[from], whole);
        cut(whole);
      }
      uint32_t index = cuts[from].first;
      Block &block = blocks[index];
      uint64_t number = uint64_t{index} * kPagesInHuge + block.firstFree;
      block.firstFree = frames[number].nextFree;
      if (--block.freeCount == 0)
        unlink(cuts[from], index);
      frames[number].users = 1;
      frame = number * kPage;
      --figures.freeFrames;
      ++thisCore().frames[from];
      return true;
    };
    if (!forNodes(take))
      return Error::NoMemory;
  }
  memset(direct(frame), 0, kPage);
  return frame;
}

Result<uint64_t> allocateBlock() {
  uint64_t address = 0;
  {
    Guard guard(lock);
    auto take = [&](uint8_t from) {
      uint32_t index = wholes[from].first;
      if (index == kNone)
        return false;
      unlink(wholes[from], index);
      blocks[index].state = State::Given;
      address = uint64_t{index} * kHugePage;
      figures.freeFrames -= kPagesInHuge;
      thisCore().frames[from] += kPagesInHuge;
      return true;
    };
    if (!forNodes(take))
      return Error::NoMemory;
  }
  memset(direct(address), 0, kHugePage);
  return address;
}

void shareFrame(uint64_t frame) {
  Guard guard(lock);
  ++frames[checkedNumber(frame)].users;
}

void releaseFrame(uint64_t frame) {
  Guard guard(lock);
  uint64_t number = checkedNumber(frame);
  if (--frames[number].users == 0)
    giveBack(number);
}

void releaseBlock(uint64_t address) {
  Guard guard(lock);
  auto index = static_cast<uint32_t>(address / kHugePage);
  if (address % kHugePage || index >= blockCount || blocks[index].state != State::Given)
    PANIC("a block that is nobody's is given back", address);
  blocks[index].state = State::Whole;
  link(wholes[blocks[index].node], index);
  figures.freeFrames += kPagesInHuge;
}

bool pledgeFrames(uint64_t count) {
  Guard guard(lock);
  if (figures.freeFrames < pledged || figures.freeFrames - pledged < count)
    return false;
  pledged += count;
  return true;
}

void unpledgeFrames(uint64_t count) {
  Guard guard(lock);
  pledged -= count;
}

MemoryFigures memoryFigures() {
  Guard guard(lock);
  return figures;
}

} // namespace cleave
