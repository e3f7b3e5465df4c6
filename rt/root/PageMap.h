/* PageMap.h - what the kernel knows of pages: of the process's, PAGEMAP_SCAN (Linux 6.7), which is newer than Debian 12's
 * headers (linux/fs.h); of the machine's, whether they stay its own. */
#ifndef CLEAVE_ROOT_PAGEMAP_H
#define CLEAVE_ROOT_PAGEMAP_H

#include <stdint.h>

namespace cleave::pagemap {

/* Categories of pages, and what else may be asked. */
enum : uint64_t { kIsWritten = 2, kIsPresent = 8, kIsSwapped = 16 };
enum : uint64_t { kProtectMatching = 1, kCheckAsync = 2 };

struct Region {
  uint64_t start, end, categories;
};

/* Descriptor numbers out of the way of programs that look at theirs. -1 stays -1. */
int moveHigh(int descriptor);
/* A descriptor for scan(), or -1. It is the calling process's map for good: not that of a child of a fork. */
int open();
/* Fills in regions of whole pages within [begin, end) that are in one of `categories`, from the front: how many, or -1.
 * `walked`: how far it came, behind the last of them. errno may change. */
int scan(int descriptor, uint64_t begin, uint64_t end, uint64_t flags, uint64_t categories, Region *regions,
         uint64_t count, uint64_t &walked);

/* Is the machine a virtual one that gives its free memory back to the host: a balloon (virtio device 5) with free page
 * reporting (feature 5)? Given back are huge pages, and each then takes 5 ms to come, where small ones come from what was kept. */
bool areFreePagesGivenBack();

} // namespace cleave::pagemap
#endif
