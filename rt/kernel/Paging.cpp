// Paging.cpp - see Paging.h. Tables are never freed before their space is, so that looking an entry up needs no lock.
#include "Paging.h"
#include "Console.h"
#include "Frames.h"
#include "Layout.h"

extern "C" char cleave_text_begin[], cleave_text_end[], cleave_rodata_end[], cleave_image_end[];

namespace cleave {

namespace {

constexpr unsigned kEntries = 512, kLowerHalf = 256, kTop = 3;
uint64_t kernelRoot;

uint64_t *table(uint64_t entry) { return reinterpret_cast<uint64_t *>(direct(entry & kFrameMask)); }
unsigned indexAt(uint64_t address, unsigned level) { return address >> (12 + 9 * level) & (kEntries - 1); }

uint64_t permissions(Access access) {
  switch (access) {
  case Access::Read:
    return kPresent | kUser | kNoExecute;
  case Access::Write:
    return kPresent | kUser | kWritable | kNoExecute;
  case Access::Execute:
    return kPresent | kUser;
  }
  PANIC("an access of another kind");
}

void freeTables(uint64_t entry, unsigned level) {
  uint64_t *entries = table(entry);
  for (unsigned i = 0; i != (level == kTop ? kLowerHalf : kEntries); ++i) {
    uint64_t below = entries[i];
    if (!(below & kPresent) || (below & kBorrowed))
      continue;
    if (level == 0)
      releaseFrame(below & kFrameMask);
    else if (below & kHuge)
      releaseBlock(below & kFrameMask);
    else
      freeTables(below, level - 1);
  }
  releaseFrame(entry & kFrameMask);
}

/* The kernel's half is built once, from early memory, before there are other cores. */
void mapKernel(uint64_t address, uint64_t physical, uint64_t flags, unsigned level) {
  uint64_t *entries = table(kernelRoot);
  for (unsigned at = kTop; at != level; --at) {
    uint64_t &entry = entries[indexAt(address, at)];
    if (!entry)
      entry = allocateEarly(kPage) | kPresent | kWritable;
    entries = table(entry);
  }
  entries[indexAt(address, level)] = physical | flags | kPresent | kGlobal | (level ? kHuge : 0);
}

bool isMemory(const BootInfo &info, uint64_t begin, uint64_t end) {
  for (unsigned i = 0; i != info.usableCount; ++i)
    if (info.usable[i].begin < end && begin < info.usable[i].end)
      return true;
  return false;
}

} // namespace

void buildKernelTables(const BootInfo &info) {
  kernelRoot = allocateEarly(kPage);
  auto mapImage = [](char *begin, char *end, uint64_t flags) {
    for (auto at = reinterpret_cast<uint64_t>(begin); at != reinterpret_cast<uint64_t>(end); at += kPage)
      mapKernel(at, at - kImageBase, flags, 0);
  };
  mapImage(cleave_text_begin, cleave_text_end, 0);
  mapImage(cleave_text_end, cleave_rodata_end, kNoExecute);
  mapImage(cleave_rodata_end, cleave_image_end, kNoExecute | kWritable);
  if (reinterpret_cast<uint64_t>(cleave_image_end) - kImageBase > 2 * kHugePage)
    PANIC("the image does not fit in the room that is kept for it");
  uint64_t top = uint64_t{4} << 30;
  for (unsigned i = 0; i != info.usableCount; ++i)
    top = info.usable[i].end > top ? info.usable[i].end : top;
  // Devices lie among the rest and must not be cached; the image is left out, so that it has no second address. What
  // lies beside it in its block (GRUB puts modules there) is mapped page by page.
  uint64_t imageEnd = reinterpret_cast<uint64_t>(cleave_image_end) - kImageBase;
  for (uint64_t at = 0; at < top; at += kHugePage)
    if (at != kHugePage)
      mapKernel(kDirectMap + at, at, kWritable | kNoExecute | (isMemory(info, at, at + kHugePage) ? 0 : kUncached), 1);
  for (uint64_t at = imageEnd; at != 2 * kHugePage; at += kPage)
    mapKernel(kDirectMap + at, at, kWritable | kNoExecute, 0);
  useKernelTables();
}

void useKernelTables() { writeCr3(kernelRoot); }

Result<AddressSpace> AddressSpace::create() {
  auto frame = allocateFrame();
  if (!frame)
    return frame.error;
  memcpy(table(*frame) + kLowerHalf, table(kernelRoot) + kLowerHalf, kPage / 2);
  AddressSpace space;
  space.root = *frame;
  return space;
}

void AddressSpace::destroy() {
  if (root)
    freeTables(root, kTop);
  root = 0;
}

uint64_t *AddressSpace::find(uint64_t address) const {
  if (address >= kUserEnd)
    return nullptr;
  uint64_t *entries = table(root);
  for (unsigned level = kTop;; --level) {
    uint64_t *entry = &entries[indexAt(address, level)];
    // Acquire: the table was zeroed or filled before its entry was stored.
    uint64_t value = __atomic_load_n(entry, __ATOMIC_ACQUIRE);
    if (!(value & kPresent))
      return nullptr;
    if (level == 0 || (value & kHuge))
      return entry;
    entries = table(value);
  }
}

/* The lock is held. The entry may be present already; a block in the way is refused. */
Result<uint64_t *> AddressSpace::make(uint64_t address, unsigned level) {
  if (address >= kUserEnd)
    return Error::BadAddress;
  uint64_t *entries = table(root);
  for (unsigned at = kTop; at != level; --at) {
    uint64_t *entry = &entries[indexAt(address, at)];
    if (!*entry) {
      auto frame = allocateFrame();
      if (!frame)
        return frame.error;
      __atomic_store_n(entry, *frame | kPresent | kWritable | kUser, __ATOMIC_RELEASE);
    } else if (*entry & kHuge) {
      return Error::Refused;
    }
    entries = table(*entry);
  }
  return &entries[indexAt(address, level)];
}

Error AddressSpace::map(uint64_t address, uint64_t frame, Access access, uint64_t extra) {
  Guard guard(lock);
  auto entry = make(address, 0);
  if (!entry)
    return entry.error;
  if (**entry)
    return Error::Refused;
  __atomic_store_n(*entry, frame | permissions(access) | extra, __ATOMIC_RELEASE);
  return Error::None;
}

Error AddressSpace::mapBlock(uint64_t address, uint64_t block) {
  Guard guard(lock);
  auto entry = make(address, 1);
  if (!entry)
    return entry.error;
  if (**entry)
    return Error::Refused;
  __atomic_store_n(*entry, block | permissions(Access::Write) | kHuge, __ATOMIC_RELEASE);
  return Error::None;
}

Error AddressSpace::populate(uint64_t address, uint64_t bytes, bool mayUseBlocks) {
  for (uint64_t at = address, end = address + bytes; at < end;) {
    if (find(at)) {
      at += kPage;
      continue;
    }
    if (mayUseBlocks && at % kHugePage == 0 && end - at >= kHugePage) {
      // Without a whole block left, or with pages here already, frames will do.
      if (auto block = allocateBlock()) {
        if (mapBlock(at, *block) == Error::None) {
          at += kHugePage;
          continue;
        }
        releaseBlock(*block);
      }
    }
    auto frame = allocateFrame();
    if (!frame)
      return frame.error;
    if (Error error = map(at, *frame, Access::Write); error != Error::None) {
      releaseFrame(*frame);
      if (error != Error::Refused) // another core was faster
        return error;
    }
    at += kPage;
  }
  return Error::None;
}

Error AddressSpace::share(uint64_t address, AddressSpace &from, uint64_t source, uint64_t bytes) {
  for (uint64_t done = 0; done < bytes; done += kPage) {
    if (find(address + done))
      continue;
    if (!from.find(source + done))
      if (Error error = from.populate(source + done, kPage, false); error != Error::None)
        return error;
    uint64_t frame;
    {
      // So that the frame is not let go between being found and being counted.
      Guard guard(from.lock);
      uint64_t *entry = from.find(source + done);
      if (!entry || (*entry & (kHuge | kBorrowed)))
        return Error::BadAddress;
      frame = *entry & kFrameMask;
      shareFrame(frame);
    }
    if (Error error = map(address + done, frame, Access::Read); error != Error::None) {
      releaseFrame(frame);
      return error;
    }
  }
  return Error::None;
}

/* Ranges may be sparse and large: what a table does not have is passed over in one step. */
void AddressSpace::unmapIn(uint64_t *entries, unsigned level, uint64_t begin, uint64_t end, bool isHere) {
  const uint64_t span = kPage << 9 * level;
  for (uint64_t at = begin, next; at < end; at = next) {
    next = (at & ~(span - 1)) + span < end ? (at & ~(span - 1)) + span : end;
    uint64_t &entry = entries[indexAt(at, level)];
    // Acquire: another core may just have made the table that is below.
    uint64_t value = __atomic_load_n(&entry, __ATOMIC_ACQUIRE);
    if (!(value & kPresent))
      continue;
    if (level && !(value & kHuge)) {
      unmapIn(table(value), level - 1, at, next, isHere);
      continue;
    }
    if (level && next - at != span)
      PANIC("a part of a block is unmapped", at);
    // Whoever shares a frame finds and counts it under the lock, so it is not let go between the two.
    Guard guard(lock);
    __atomic_store_n(&entry, 0, __ATOMIC_RELEASE);
    if (isHere)
      flushPage(at);
    if (!(value & kBorrowed))
      level ? releaseBlock(value & kFrameMask) : releaseFrame(value & kFrameMask);
  }
}

void AddressSpace::unmap(uint64_t address, uint64_t bytes) {
  bool isHere = (readCr3() & kFrameMask) == root;
  unmapIn(table(root), kTop, address, address + bytes, isHere);
}

} // namespace cleave
