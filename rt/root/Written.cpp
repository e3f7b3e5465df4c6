#include "Written.h"

#include "PageMap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cleave::written {

namespace {

/* Of newer kernels than Debian 12's headers know (linux/userfaultfd.h). */
constexpr uint64_t kWriteProtectAsync = 1 << 15, kWriteProtectShared = 1 << 12;
constexpr uint64_t kPage = 4096;

int map = -1;

/* An error leaves the pages as they were or protected, which is no harm. */
State scan(const void *data, uint64_t bytes, uint64_t flags) {
  if (map < 0)
    return State::Unknown;
  pagemap::Region regions[32];
  uint64_t begin = reinterpret_cast<uint64_t>(data) & ~(kPage - 1);
  uint64_t end = (reinterpret_cast<uint64_t>(data) + bytes + kPage - 1) & ~(kPage - 1);
  int programsErrno = errno;
  State state = State::Clean;
  while (begin != end) {
    int found = pagemap::scan(map, begin, end, flags | pagemap::kCheckAsync, pagemap::kIsWritten, regions,
                              sizeof regions / sizeof *regions, begin);
    if (found < 0) {
      state = State::Unknown;
      break;
    }
    if (found)
      state = State::Written;
    if (found && !(flags & pagemap::kProtectMatching))
      break;
  }
  errno = programsErrno;
  return state;
}

/* Does it do what it says, here? */
bool isHonest(volatile uint8_t *page) {
  void *at = const_cast<uint8_t *>(page);
  *page = 0;
  if (scan(at, kPage, pagemap::kProtectMatching) != State::Written || scan(at, kPage, 0) != State::Clean)
    return false;
  *page = 0;
  return scan(at, kPage, 0) == State::Written;
}

} // namespace

State look(const void *data, uint64_t bytes) { return scan(data, bytes, 0); }
State watch(const void *data, uint64_t bytes) { return scan(data, bytes, pagemap::kProtectMatching); }

bool attach(void *memory, uint64_t bytes) {
  int programsErrno = errno;
  int faults = pagemap::moveHigh(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY)));
  uffdio_api api = {UFFD_API, kWriteProtectAsync | kWriteProtectShared, 0};
  uffdio_register range = {{reinterpret_cast<uint64_t>(memory), bytes}, UFFDIO_REGISTER_MODE_WP, 0};
  if (faults >= 0 && !ioctl(faults, UFFDIO_API, &api) && !ioctl(faults, UFFDIO_REGISTER, &range))
    map = pagemap::open();
  /* The arena's last page: nobody has it. */
  auto *last = static_cast<uint8_t *>(memory) + bytes - kPage;
  bool isWatching = map >= 0 && isHonest(last);
  if (!isWatching) {
    if (map >= 0)
      close(map);
    if (faults >= 0)
      close(faults);
    map = -1;
  }
  errno = programsErrno;
  return isWatching;
}

} // namespace cleave::written
