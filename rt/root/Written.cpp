#include "Written.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cleave::written {

namespace {

/* Of newer kernels than Debian 12's headers know (linux/fs.h, linux/userfaultfd.h). */
struct ScanArguments {
  uint64_t size, flags, start, end, walkEnd, regions, regionCount, maxPages, categoryInverted, categoryMask,
      categoryAnyOfMask, returnMask;
};
struct PageRegion {
  uint64_t start, end, categories;
};
constexpr unsigned long kPagemapScan = _IOWR('f', 16, ScanArguments);
constexpr uint64_t kProtectMatching = 1, kCheckAsync = 2, kIsWritten = 2;
constexpr uint64_t kWriteProtectAsync = 1 << 15, kWriteProtectShared = 1 << 12;
constexpr uint64_t kPage = 4096;
constexpr int kHighDescriptor = 700; /* out of the way of programs that look at theirs */

int pagemap = -1;

int moveHigh(int descriptor) {
  int high = descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, kHighDescriptor);
  if (high < 0)
    return descriptor;
  close(descriptor);
  return high;
}

/* An error leaves the pages as they were or protected, which is no harm. */
State scan(const void *data, uint64_t bytes, uint64_t flags) {
  if (pagemap < 0)
    return State::Unknown;
  PageRegion regions[32];
  uint64_t begin = reinterpret_cast<uint64_t>(data) & ~(kPage - 1);
  uint64_t end = (reinterpret_cast<uint64_t>(data) + bytes + kPage - 1) & ~(kPage - 1);
  int programsErrno = errno;
  State state = State::Clean;
  while (begin != end) {
    ScanArguments arguments = {sizeof arguments, flags | kCheckAsync, begin, end, 0, reinterpret_cast<uint64_t>(regions),
                               sizeof regions / sizeof *regions, 0, 0, kIsWritten, 0, kIsWritten};
    int found = ioctl(pagemap, kPagemapScan, &arguments);
    if (found < 0 || arguments.walkEnd <= begin || arguments.walkEnd > end) {
      state = State::Unknown;
      break;
    }
    if (found)
      state = State::Written;
    if (found && !(flags & kProtectMatching))
      break;
    begin = arguments.walkEnd;
  }
  errno = programsErrno;
  return state;
}

/* Does it do what it says, here? */
bool isHonest(volatile uint8_t *page) {
  void *at = const_cast<uint8_t *>(page);
  *page = 0;
  if (scan(at, kPage, kProtectMatching) != State::Written || scan(at, kPage, 0) != State::Clean)
    return false;
  *page = 0;
  return scan(at, kPage, 0) == State::Written;
}

} // namespace

State look(const void *data, uint64_t bytes) { return scan(data, bytes, 0); }
State watch(const void *data, uint64_t bytes) { return scan(data, bytes, kProtectMatching); }

bool attach(void *memory, uint64_t bytes) {
  int programsErrno = errno;
  int faults = moveHigh(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY)));
  uffdio_api api = {UFFD_API, kWriteProtectAsync | kWriteProtectShared, 0};
  uffdio_register range = {{reinterpret_cast<uint64_t>(memory), bytes}, UFFDIO_REGISTER_MODE_WP, 0};
  if (faults >= 0 && !ioctl(faults, UFFDIO_API, &api) && !ioctl(faults, UFFDIO_REGISTER, &range))
    pagemap = moveHigh(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  /* The arena's last page: nobody has it. */
  auto *last = static_cast<uint8_t *>(memory) + bytes - kPage;
  bool isWatching = pagemap >= 0 && isHonest(last);
  if (!isWatching) {
    if (pagemap >= 0)
      close(pagemap);
    if (faults >= 0)
      close(faults);
    pagemap = -1;
  }
  errno = programsErrno;
  return isWatching;
}

} // namespace cleave::written
