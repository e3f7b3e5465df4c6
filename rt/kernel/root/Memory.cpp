// Memory.cpp - brk, mmap and their relatives above one growing heap whose pages are filled when they are used.
//
// The break has a large part of it for itself, from the front. Mappings are cut from the end; what is unmapped goes
// back to the kernel at once, and its addresses into a list, sorted and joined, from which the next mapping is cut,
// first fit.
#include "Library.h"

namespace cleave {

namespace {

constexpr uint64_t kBreakBytes = uint64_t{64} << 30;
constexpr unsigned kFreeMax = 4096;

struct Range {
  uint64_t begin, end;
};
Range freeRanges[kFreeMax];
unsigned freeCount;
uint64_t breakBegin, breakEnd, heapBegin;

void remove(unsigned index) {
  --freeCount;
  memmove(freeRanges + index, freeRanges + index + 1, (freeCount - index) * sizeof(Range));
}

/* A list that is full forgets the range: address space is lost, memory is not. */
void addFree(uint64_t begin, uint64_t end) {
  unsigned at = 0;
  while (at != freeCount && freeRanges[at].begin < begin)
    ++at;
  bool joinsBefore = at && freeRanges[at - 1].end == begin, joinsAfter = at != freeCount && freeRanges[at].begin == end;
  if (joinsBefore && joinsAfter) {
    freeRanges[at - 1].end = freeRanges[at].end;
    remove(at);
  } else if (joinsBefore) {
    freeRanges[at - 1].end = end;
  } else if (joinsAfter) {
    freeRanges[at].begin = begin;
  } else if (freeCount != kFreeMax) {
    memmove(freeRanges + at + 1, freeRanges + at, (freeCount - at) * sizeof(Range));
    freeRanges[at] = {begin, end};
    ++freeCount;
  }
}

bool isMapped(uint64_t address, uint64_t bytes) {
  uint64_t end = cleave_kernel_call(kRootGrow, 0);
  return isWithin(address, bytes, heapBegin + kBreakBytes, end - heapBegin - kBreakBytes);
}

int64_t mapFile(const Arguments &call) {
  constexpr uint64_t kShared = 1;
  uint64_t bytes = 0;
  bool isShared = false;
  uint64_t content = contentOf(static_cast<int>(call.e), bytes, isShared);
  if (!content)
    return kBadFile;
  if (isShared)
    return call.f || call.b > bytes ? kInvalid : static_cast<int64_t>(content);
  if (call.d & kShared && call.c & 2)
    return kInvalid; // a file that is written through memory
  uint64_t copy = mapMemory(pageUp(call.b));
  if (!copy)
    return kNoMemory;
  if (call.f < bytes)
    memcpy(reinterpret_cast<void *>(copy), reinterpret_cast<void *>(content + call.f),
           call.b < bytes - call.f ? call.b : bytes - call.f);
  return static_cast<int64_t>(copy);
}

} // namespace

void startMemory() { heapBegin = breakBegin = breakEnd = cleave_kernel_call(kRootGrow, kBreakBytes); }

int64_t changeBreak(uint64_t wanted) {
  if (!isWithin(wanted, 0, breakBegin, kBreakBytes))
    return static_cast<int64_t>(breakEnd);
  uint64_t oldEnd = pageUp(breakEnd), newEnd = pageUp(wanted);
  if (newEnd < oldEnd)
    cleave_kernel_call(kRootRelease, newEnd, oldEnd - newEnd);
  breakEnd = wanted;
  return static_cast<int64_t>(breakEnd);
}

uint64_t mapMemory(uint64_t bytes) {
  for (unsigned i = 0; i != freeCount; ++i) {
    if (freeRanges[i].end - freeRanges[i].begin < bytes)
      continue;
    uint64_t address = freeRanges[i].begin;
    freeRanges[i].begin += bytes;
    if (freeRanges[i].begin == freeRanges[i].end)
      remove(i);
    return address;
  }
  uint64_t address = cleave_kernel_call(kRootGrow, bytes);
  return address == kRootFailed ? 0 : address;
}

int64_t map(const Arguments &call) {
  constexpr uint64_t kFixed = 0x10, kAnonymous = 0x20, kNoReserve = 0x4000;
  uint64_t bytes = pageUp(call.b);
  if (!call.b || bytes < call.b)
    return kInvalid;
  if (!(call.d & kAnonymous))
    return mapFile(call);
  if (call.d & kFixed) {
    if (call.a % kPage || !isMapped(call.a, bytes))
      return kNoMemory;
    cleave_kernel_call(kRootRelease, call.a, bytes);
    return static_cast<int64_t>(call.a);
  }
  if (bytes > start.memoryBytes && !(call.d & kNoReserve)) // as Linux refuses what the machine can never have
    return kNoMemory;
  uint64_t address = mapMemory(bytes);
  return address ? static_cast<int64_t>(address) : kNoMemory;
}

int64_t unmap(uint64_t address, uint64_t bytes) {
  bytes = pageUp(bytes);
  if (address % kPage || !bytes)
    return kInvalid;
  if (!isMapped(address, bytes)) // control, exchange, the program itself: stays
    return 0;
  cleave_kernel_call(kRootRelease, address, bytes);
  addFree(address, address + bytes);
  return 0;
}

int64_t remap(uint64_t address, uint64_t oldBytes, uint64_t newBytes, uint64_t flags) {
  constexpr uint64_t kMayMove = 1;
  oldBytes = pageUp(oldBytes);
  newBytes = pageUp(newBytes);
  if (address % kPage || !newBytes || !isMapped(address, oldBytes) || (flags & ~kMayMove))
    return kInvalid;
  if (newBytes <= oldBytes) {
    if (newBytes < oldBytes)
      unmap(address + newBytes, oldBytes - newBytes);
    return static_cast<int64_t>(address);
  }
  if (!(flags & kMayMove))
    return kNoMemory;
  uint64_t copy = mapMemory(newBytes);
  if (!copy)
    return kNoMemory;
  memcpy(reinterpret_cast<void *>(copy), reinterpret_cast<void *>(address), oldBytes);
  unmap(address, oldBytes);
  return static_cast<int64_t>(copy);
}

int64_t advise(uint64_t address, uint64_t bytes, uint64_t advice) {
  constexpr uint64_t kDontNeed = 4, kRemove = 9;
  if (advice != kDontNeed && advice != kRemove)
    return 0;
  return cleave_kernel_call(kRootRelease, address, pageUp(bytes)) == kRootFailed ? kInvalid : 0;
}

} // namespace cleave
