#include "PageMap.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cleave::pagemap {

namespace {
struct ScanArguments {
  uint64_t size, flags, start, end, walkEnd, regions, regionCount, maxPages, categoryInverted, categoryMask,
      categoryAnyOfMask, returnMask;
};
constexpr unsigned long kPagemapScan = _IOWR('f', 16, ScanArguments);
constexpr int kHighDescriptor = 700;
} // namespace

int moveHigh(int descriptor) {
  int high = descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, kHighDescriptor);
  if (high < 0)
    return descriptor;
  close(descriptor);
  return high;
}

int open() { return moveHigh(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)); }

int scan(int descriptor, uint64_t begin, uint64_t end, uint64_t flags, uint64_t categories, Region *regions,
         uint64_t count, uint64_t &walked) {
  ScanArguments arguments = {
      sizeof arguments, flags,     begin, end, 0, reinterpret_cast<uint64_t>(regions), count, 0, 0, 0,
      categories,       categories};
  int found = ioctl(descriptor, kPagemapScan, &arguments);
  walked = arguments.walkEnd;
  return found < 0 || walked <= begin || walked > end ? -1 : found;
}

} // namespace cleave::pagemap
