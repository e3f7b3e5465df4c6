/* Streams.cpp - what the program reads and writes, and its end, as a run that is to be remembered has to know of (WholeRun.h).
 *
 * As in Files.cpp, calls of these functions come here from the program and from the libraries in it. If the run is not
 * watched, that costs a load and a branch. Weak for the same reason. */
#include "WholeRun.h"

#include <sys/uio.h>
#include <unistd.h>

using namespace cleave;

extern "C" {
ssize_t __real_read(int descriptor, void *data, size_t bytes);
ssize_t __real___read(int descriptor, void *data, size_t bytes);
ssize_t __real_write(int descriptor, const void *data, size_t bytes);
ssize_t __real___write(int descriptor, const void *data, size_t bytes);
ssize_t __real_writev(int descriptor, const iovec *parts, int count);
ssize_t __real___writev(int descriptor, const iovec *parts, int count);
off_t __real_lseek(int descriptor, off_t offset, int from);
off_t __real_lseek64(int descriptor, off_t offset, int from);
off_t __real___lseek(int descriptor, off_t offset, int from);
off_t __real___lseek64(int descriptor, off_t offset, int from);
[[noreturn]] void __real__exit(int status);
}

namespace {

ssize_t writeWatched(ssize_t (*write)(int, const void *, size_t), int descriptor, const void *data, size_t bytes) {
  ssize_t count = whole::isWritten ? static_cast<ssize_t>(whole::takeWritten(descriptor, bytes)) : 0;
  if (!count)
    count = write(descriptor, data, bytes);
  if (whole::isWatching)
    whole::noteWritten(descriptor, data, count);
  return count;
}

/* One part after the other: to whom that makes a difference writes to a file, and no file is watched. */
ssize_t writePartsWatched(int descriptor, const iovec *parts, int count) {
  ssize_t written = 0;
  for (int i = 0; i < count; ++i) {
    ssize_t one = parts[i].iov_len ? writeWatched(__real_write, descriptor, parts[i].iov_base, parts[i].iov_len) : 0;
    if (one < 0)
      return written ? written : one;
    written += one;
    if (static_cast<size_t>(one) < parts[i].iov_len)
      break;
  }
  return written;
}

bool isPlain() { return !whole::isWatching && !whole::isWritten; }

} // namespace

extern "C" {

#define CLEAVE_READ(name) \
  [[gnu::weak]] ssize_t __wrap_##name(int descriptor, void *data, size_t bytes) { \
    if (whole::isWatching) \
      whole::noteRead(descriptor); \
    return __real_##name(descriptor, data, bytes); \
  }
CLEAVE_READ(read)
CLEAVE_READ(__read)

#define CLEAVE_SEEK(name) \
  [[gnu::weak]] off_t __wrap_##name(int descriptor, off_t offset, int from) { \
    if (whole::isWatching) \
      whole::noteSought(descriptor); \
    return __real_##name(descriptor, offset, from); \
  }
CLEAVE_SEEK(lseek)
CLEAVE_SEEK(lseek64)
CLEAVE_SEEK(__lseek)
CLEAVE_SEEK(__lseek64)

#define CLEAVE_WRITE(name) \
  [[gnu::weak]] ssize_t __wrap_##name(int descriptor, const void *data, size_t bytes) { \
    return isPlain() ? __real_##name(descriptor, data, bytes) : writeWatched(__real_##name, descriptor, data, bytes); \
  }
CLEAVE_WRITE(write)
CLEAVE_WRITE(__write)

#define CLEAVE_WRITEV(name) \
  [[gnu::weak]] ssize_t __wrap_##name(int descriptor, const iovec *parts, int count) { \
    return isPlain() ? __real_##name(descriptor, parts, count) : writePartsWatched(descriptor, parts, count); \
  }
CLEAVE_WRITEV(writev)
CLEAVE_WRITEV(__writev)

[[gnu::weak, noreturn]] void __wrap__exit(int status) {
  whole::finish(status);
  __real__exit(status);
}
}
