/* Arena.cpp - extents, pins and the way back to the system; Arena.h says why. */
#include "Arena.h"

#include "../task/Memory.h"
#include "Heap.h"
#include "PageMap.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

namespace cleave::arena {

uint8_t *base;
uint64_t bytes;

namespace {

/* Free memory that still has its pages: up to this much, or a quarter of what is in use. */
constexpr uint64_t kKeptPages = (64u << 20) / kPage;
constexpr unsigned kClasses = 160;
/* A huge page is touched as a whole, so it must lie in a block as a whole, and the block be large beside it. */
constexpr uint64_t kHugePage = 2 << 20, kLeastForHuge = 2 * kHugePage;
constexpr uint32_t kNone = 0;

enum State : uint8_t { Unknown = 0, Free = 1, Used = 2 };

/* Of an extent's first page; a free extent's last page has `length` and `state` too. */
struct Extent {
  uint32_t length; /* pages */
  State state;
  bool isDirty;  /* free: has pages to give back */
  bool isZombie; /* used: deleted while pinned */
  bool isLeftOut; /* used: noteLeftOut() */
  uint32_t pins;
  uint32_t next, previous; /* free lists: page + 1 */
  Published published;
};

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
Extent *extents;  /* for each page */
uint32_t *owners; /* for each page of a used extent: its first page + 1 */
uint32_t pageCount;
uint32_t touchedPages; /* pages at and beyond were never used */
uint64_t usedPages, dirtyPages;
uint32_t heads[kClasses];
uint64_t classBits[3];
bool isShared;

class Guard {
public:
  Guard() { pthread_mutex_lock(&lock); }
  ~Guard() { pthread_mutex_unlock(&lock); }
  Guard(const Guard &) = delete;
};

/* Four classes to a doubling; all extents of a class are at least as long as its lower bound. */
unsigned classOf(uint32_t length) {
  if (length < 4)
    return length;
  unsigned top = 31 - static_cast<unsigned>(__builtin_clz(length));
  return top * 4 + ((length >> (top - 2)) & 3);
}

void unlink(uint32_t page) {
  Extent &extent = extents[page];
  unsigned cls = classOf(extent.length);
  if (extent.previous)
    extents[extent.previous - 1].next = extent.next;
  else
    heads[cls] = extent.next;
  if (extent.next)
    extents[extent.next - 1].previous = extent.previous;
  if (!heads[cls])
    classBits[cls / 64] &= ~(uint64_t{1} << cls % 64);
  if (extent.isDirty)
    dirtyPages -= extent.length;
}

void linkFree(uint32_t page, uint32_t length, bool isDirty) {
  unsigned cls = classOf(length);
  Extent &extent = extents[page];
  extent.length = length;
  extent.state = Free;
  extent.isDirty = isDirty;
  extent.previous = kNone;
  extent.next = heads[cls];
  if (extent.next)
    extents[extent.next - 1].previous = page + 1;
  heads[cls] = page + 1;
  classBits[cls / 64] |= uint64_t{1} << cls % 64;
  extents[page + length - 1].length = length;
  extents[page + length - 1].state = Free;
  if (isDirty)
    dirtyPages += length;
}

/* The best of the request's own class (a few tries), else any of the next class that has one. Page + 1. */
uint32_t findFree(uint32_t length) {
  unsigned cls = classOf(length), tries = 32;
  uint32_t best = kNone;
  for (uint32_t at = heads[cls]; at && tries; at = extents[at - 1].next, --tries)
    if (extents[at - 1].length >= length && (!best || extents[at - 1].length < extents[best - 1].length))
      best = at;
  for (unsigned next = cls + 1; !best && next < kClasses;) {
    uint64_t bits = classBits[next / 64] >> next % 64;
    if (bits)
      best = heads[next + static_cast<unsigned>(__builtin_ctzll(bits))];
    else
      next = (next / 64 + 1) * 64;
  }
  return best;
}

/* Free pages at `page` and behind: takes `length`, keeps the rest free. */
void carve(uint32_t page, uint32_t length) {
  Extent &extent = extents[page];
  unlink(page);
  if (extent.length > length)
    linkFree(page + length, extent.length - length, extent.isDirty);
}

void giveBack(uint32_t page, uint32_t length) {
  madvise(base + page * kPage, length * kPage, isShared ? MADV_REMOVE : MADV_DONTNEED);
}

/* Asked without the lock, since it allocates. */
bool wantsHugePages(uint64_t size) {
  if (isShared || size < kLeastForHuge)
    return false;
  int programsErrno = errno;
  static const bool areGood = !pagemap::areFreePagesGivenBack();
  errno = programsErrno;
  return areGood;
}

void askForHugePages(uint32_t page, uint32_t length) {
  auto begin = reinterpret_cast<uint64_t>(base + page * kPage), end = begin + length * kPage;
  begin = (begin + kHugePage - 1) & ~(kHugePage - 1);
  madvise(reinterpret_cast<void *>(begin), (end & ~(kHugePage - 1)) - begin, MADV_HUGEPAGE);
}

/* Never used pages, from where a huge page may begin if they are many. kNone, or the first one + 1. */
uint32_t takeUntouched(uint32_t length, bool isHuge) {
  uint64_t place = reinterpret_cast<uint64_t>(base) / kPage + touchedPages, huge = kHugePage / kPage;
  auto gap = static_cast<uint32_t>(isHuge ? (huge - place % huge) % huge : 0);
  if (gap >= pageCount - touchedPages || length > pageCount - touchedPages - gap)
    gap = 0;
  if (length > pageCount - touchedPages)
    return kNone;
  uint32_t page = touchedPages + gap;
  touchedPages = page + length;
  if (gap)
    linkFree(page - gap, gap, false);
  return page + 1;
}

void freeExtent(uint32_t page) {
  uint32_t length = extents[page].length;
  usedPages -= length;
  for (uint32_t i = page; i != page + length; ++i)
    owners[i] = 0;
  if (page && extents[page - 1].state == Free) {
    uint32_t before = extents[page - 1].length;
    page -= before;
    length += before;
    unlink(page);
  }
  if (page + length < touchedPages && extents[page + length].state == Free) {
    uint32_t after = page + length;
    length += extents[after].length;
    unlink(after);
  }
  /* What was inside is no extent's end any more. */
  linkFree(page, length, true);
  if (dirtyPages > kKeptPages && dirtyPages > usedPages / 4) {
    unlink(page);
    giveBack(page, length);
    linkFree(page, length, false);
  }
}

} // namespace

bool attach(void *memory, uint64_t size, bool isToShow) {
  uint64_t pages = size / kPage;
  if (pages > UINT32_MAX / 2)
    pages = UINT32_MAX / 2;
  auto sparse = [](uint64_t sparseBytes) {
    void *at = mmap(nullptr, sparseBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? nullptr : at;
  };
  extents = static_cast<Extent *>(sparse((pages + 1) * sizeof(Extent)));
  owners = static_cast<uint32_t *>(sparse(pages * sizeof(uint32_t)));
  if (!extents || !owners)
    return false;
  pageCount = static_cast<uint32_t>(pages);
  base = static_cast<uint8_t *>(memory);
  void *own = isToShow ? nullptr : sparse(size);
  isShared = !own;
  if (own) {
    munmap(memory, size);
    base = static_cast<uint8_t *>(own);
  }
  bytes = pages * kPage;
  heap::leastLookedAt = kMarked;
  return true;
}

void *allocate(uint64_t size, uint64_t alignment, bool *isZero) {
  if (alignment > kPage || size > bytes)
    return nullptr;
  auto length = static_cast<uint32_t>((size + kPage - 1) / kPage);
  bool isHuge = wantsHugePages(size);
  Guard guard;
  uint32_t page;
  bool isDirty = false;
  if (uint32_t found = findFree(length)) {
    page = found - 1;
    isDirty = extents[page].isDirty;
    carve(page, length);
  } else if (uint32_t fresh = takeUntouched(length, isHuge)) {
    page = fresh - 1;
  } else {
    return nullptr;
  }
  if (isHuge && !isDirty)
    askForHugePages(page, length);
  extents[page] = {length, Used, false, false, false, 0, kNone, kNone, {}};
  extents[page + length - 1].state = Used;
  for (uint32_t i = page; i != page + length; ++i)
    owners[i] = page + 1;
  usedPages += length;
  if (isZero)
    *isZero = !isDirty;
  return base + page * kPage;
}

void release(void *block) {
  auto page = static_cast<uint32_t>((static_cast<uint8_t *>(block) - base) / kPage);
  Guard guard;
  if (extents[page].pins)
    extents[page].isZombie = true;
  else
    freeExtent(page);
}

bool isOwn(const void *data, uint64_t size) {
  return owns(data) && size <= bytes - static_cast<uint64_t>(static_cast<const uint8_t *>(data) - base) && !isShared;
}

/* Of the block that `at` leads into; null: free memory. With the lock. */
static Extent *usedExtent(const void *at) {
  uint32_t owner = owners[static_cast<uint64_t>(static_cast<const uint8_t *>(at) - base) / kPage];
  return owner ? &extents[owner - 1] : nullptr;
}

void noteLeftOut(const void *at) {
  Guard guard;
  if (Extent *extent = usedExtent(at))
    extent->isLeftOut = true;
}

bool takeLeftOut(const void *at) {
  if (!owns(at))
    return false;
  Guard guard;
  Extent *extent = usedExtent(at);
  bool isLeftOut = extent && extent->isLeftOut;
  if (isLeftOut)
    extent->isLeftOut = false;
  return isLeftOut;
}

Published *find(const void *data, uint64_t size, void **block) {
  if (!owns(data) || !isShared)
    return nullptr;
  uint64_t offset = static_cast<uint64_t>(static_cast<const uint8_t *>(data) - base);
  Guard guard;
  uint32_t owner = owners[offset / kPage];
  if (!owner || offset + size > (owner - 1 + uint64_t{extents[owner - 1].length}) * kPage)
    return nullptr;
  *block = base + (owner - 1) * kPage;
  return &extents[owner - 1].published;
}

HeapBlock blockOf(const void *pointer) {
  uint64_t offset = static_cast<uint64_t>(static_cast<const uint8_t *>(pointer) - base);
  Guard guard;
  uint32_t owner = owners[offset / kPage];
  if (!owner)
    return {};
  return {base + (owner - 1) * kPage, extents[owner - 1].length * kPage};
}

void pin(void *block) {
  Guard guard;
  ++extents[(static_cast<uint8_t *>(block) - base) / kPage].pins;
}

void unpin(void *block) {
  auto page = static_cast<uint32_t>((static_cast<uint8_t *>(block) - base) / kPage);
  Guard guard;
  if (--extents[page].pins == 0 && extents[page].isZombie)
    freeExtent(page);
}

void makePrivate() {
  Guard guard;
  if (!isShared)
    return;
  uint64_t size = touchedPages * kPage;
  void *copy = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (copy == MAP_FAILED)
    panic("no memory to fork");
  for (uint64_t page = 0; page < size / kPage; page += extents[page].length)
    if (extents[page].state == Used)
      memcpy(static_cast<uint8_t *>(copy) + page * kPage, base + page * kPage, extents[page].length * kPage);
  if (mremap(copy, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, base) == MAP_FAILED)
    panic("no memory to fork");
  isShared = false;
}

} // namespace cleave::arena
