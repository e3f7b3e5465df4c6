// TaskImage.cpp - a task's memory beside heap and objects, and its pristine state again before each task.
//
// The processor notes in each page's entry whether the page was written. After a task only those pages are put right:
// .data from the file, .bss and stack to zero. A task thus starts as in a fresh address space, for the price of the
// few pages that the last one wrote. (A copy of the whole image for each task was rejected: it costs what its largest
// .bss costs.)
#include "Console.h"
#include "Frames.h"
#include "Gate.h"
#include "Program.h"
#include "Task.h"

extern "C" const uint8_t cleave_gate_begin[], cleave_gate_end[], cleave_gate_return[], cleave_gate_after[],
    cleave_gate_table[];

namespace cleave {

namespace {

constexpr uint64_t kStackKept = 64 << 10; // stays mapped from one task to the next
constexpr uint64_t kThreadBlockBytes = 256;

uint64_t gatePage;

/* In the page at kStartPage. */
struct StartPage {
  cleave_start start;
  cleave_name inputs[2];
};

uint64_t inGate(const uint8_t *at) { return kTaskGate + static_cast<uint64_t>(at - cleave_gate_begin); }

bool takeDirty(AddressSpace &space, uint64_t page, uint8_t *&memory) {
  uint64_t *entry = space.find(page);
  if (!entry || !(*entry & kDirty))
    return false;
  __atomic_fetch_and(entry, ~kDirty, __ATOMIC_RELAXED);
  memory = direct(*entry & kFrameMask);
  return true;
}

} // namespace

uint64_t gateTable() { return inGate(cleave_gate_table); }
uint64_t gateReturn() { return inGate(cleave_gate_return); }
uint64_t gateAfterTask() { return inGate(cleave_gate_after); }

uint64_t makeGatePage() {
  auto frame = allocateFrame();
  if (!frame)
    PANIC("no memory for the tasks' gate");
  uint8_t *page = direct(*frame);
  memcpy(page, cleave_gate_begin, static_cast<size_t>(cleave_gate_end - cleave_gate_begin));
  auto *table = reinterpret_cast<uint64_t *>(page + (cleave_gate_table - cleave_gate_begin));
  constexpr uint64_t kStubBytes = 16;
  for (uint64_t i = 0; i != 7; ++i)
    table[1 + i] = kTaskGate + i * kStubBytes;
  return gatePage = *frame;
}

Error TaskSlot::makeImage() {
  shareFrame(gatePage);
  if (Error error = space.map(kTaskGate, gatePage, Access::Execute); error != Error::None) {
    releaseFrame(gatePage);
    return error;
  }
  auto start = allocateFrame();
  if (!start)
    return start.error;
  startFrame = *start;
  if (Error error = space.map(kStartPage, startFrame, Access::Read); error != Error::None) {
    releaseFrame(startFrame);
    return error;
  }
  if (Error error = space.populate(kTaskStackTop - kStackKept, kStackKept, false); error != Error::None)
    return error;
  stackLow = kTaskStackTop - kStackKept;
  /* The thread's data ends below the thread pointer, which is at the beginning of a page. */
  uint64_t align = binary.tlsAlignment, blockBytes = pageUp(binary.tlsBytes + align);
  uint64_t pointer = kTaskThread + blockBytes;
  uint64_t below = binary.tlsBytes + ((-binary.tlsAddress - binary.tlsBytes) & (align - 1));
  threadData = {pointer - below, binary.tlsOffset, binary.tlsFileBytes, binary.tlsBytes};
  if (Error error = space.populate(kTaskThread, blockBytes + kPage, false); error != Error::None)
    return error;
  for (uint64_t at = kTaskThread; at <= pointer; at += kPage)
    *space.find(at) |= kDirty; // fresh pages, which restoreImage() is to fill
  isPristine = false;
  return Error::None;
}

void TaskSlot::restorePages(const WritableSegment &segment) {
  uint64_t fileEnd = segment.address + segment.fileBytes;
  for (uint64_t at = pageDown(segment.address), end = segment.address + segment.memoryBytes; at < end; at += kPage) {
    uint8_t *memory;
    if (!takeDirty(space, at, memory))
      continue;
    memset(memory, 0, kPage);
    uint64_t from = at > segment.address ? at : segment.address, to = at + kPage < fileEnd ? at + kPage : fileEnd;
    if (from < to)
      memcpy(memory + (from - at), binary.file.bytes + segment.fileOffset + (from - segment.address), to - from);
  }
}

void TaskSlot::writeThreadBlock() {
  uint64_t pointer = kTaskThread + pageUp(binary.tlsBytes + binary.tlsAlignment);
  uint8_t *memory;
  if (!takeDirty(space, pointer, memory))
    return;
  memset(memory, 0, kPage);
  auto *words = reinterpret_cast<uint64_t *>(memory);
  words[0] = words[2] = pointer;
  /* The same for all tasks, for a task must not be able to draw a random number; a null byte stops string overruns. */
  words[5] = 0x9d1e5c83a7f24b00u;
  static_assert(kThreadBlockBytes <= kPage);
}

void TaskSlot::restoreImage() {
  if (isPristine)
    return;
  for (unsigned i = 0; i != binary.writableCount; ++i)
    restorePages(binary.writable[i]);
  restorePages(threadData);
  writeThreadBlock();
  for (uint64_t at = kTaskStackTop - kStackKept; at != kTaskStackTop; at += kPage)
    if (uint8_t *memory; takeDirty(space, at, memory))
      memset(memory, 0, kPage);
  if (stackLow < kTaskStackTop - kStackKept)
    space.unmap(stackLow, kTaskStackTop - kStackKept - stackLow);
  stackLow = kTaskStackTop - kStackKept;
  space.unmap(kTaskHeap, heapTop - kTaskHeap);
  heapUsed = 0;
  heapTop = kTaskHeap;
  // Only what this message has seen: looking through all that it could have seen took 99 % of a task's end.
  for (; seenCount; --seenCount)
    space.unmap(seen[seenCount - 1].begin, seen[seenCount - 1].end - seen[seenCount - 1].begin);
  space.unmap(kTaskOutputs, outputTop - kTaskOutputs);
  outputTop = kTaskOutputs;
  isPristine = true;
}

UserStart TaskSlot::writeStart() {
  auto *page = reinterpret_cast<StartPage *>(direct(startFrame));
  page->start = {reinterpret_cast<const cleave_node *>(gateTable()),
                 reinterpret_cast<const cleave_name *>(kStartPage + offsetof(StartPage, inputs)), 2, 0};
  page->inputs[0] = message.inputs[0];
  page->inputs[1] = message.inputs[1];
  uint64_t stack = kTaskStackTop - 8, after = gateAfterTask();
  if (write(stack, after) != Error::None)
    PANIC("a task has no stack");
  writeMsr(kMsrFsBase, kTaskThread + pageUp(binary.tlsBytes + binary.tlsAlignment));
  return {binary.entry, stack, kStartPage};
}

/* The stack grows as it is used. */
Error TaskSlot::touch(uint64_t address) {
  if (!isWithin(address, 1, kTaskStackTop - kTaskStackBytes, kTaskStackBytes))
    return Error::BadAddress;
  uint64_t page = pageDown(address);
  if (Error error = space.populate(page, kPage, false); error != Error::None)
    return error;
  if (page < stackLow)
    stackLow = page;
  return Error::None;
}

} // namespace cleave
