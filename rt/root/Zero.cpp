/* Zero.cpp - memory that is to be zero and is: the program's calls of memset come here (linker/RootLink.cpp, option
 * --wrap).
 *
 * A page of the program's own arena that nobody has touched reads as zero. Writing zeros to it brings it in, by the
 * thread that makes the array, one page after the other; left alone, it is brought in by whoever works on it, on all
 * cores. So large blocks that are set to zero are asked about first: the kernel lists the pages that are there, in
 * memory or swapped out, and only these are written. No block's history needs to be known for that.
 *
 * To read such a page and write it then is dear: the kernel shows its one page of zeros, and takes that back from all cores.
 * So a range loop that writes to the block has the pages of each of its chunks brought in first (LocalRanges.cpp).
 *
 * The price is one comparison for each memset, and about a microsecond for one of a megabyte, which takes 60 to write.
 *
 * Rejected: calloc() in place of operator new and memset, where the compiler sees both (libstdc++ makes the first
 * element of a vector apart from the others, and a std::fill may come much later); mincore() (a page that was swapped
 * out may count as none). */
#include "Arena.h"
#include "PageMap.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

extern "C" void *__real_memset(void *to, int byte, size_t bytes);

namespace cleave {

namespace {

constexpr size_t kLeast = 1 << 20;

/* Opened once. The child of a fork would ask about its parent. */
int mapOfThisProcess() {
  static int map = pagemap::open();
  static const pid_t owner = getpid();
  return getpid() == owner ? map : -1;
}

uint64_t later(uint64_t a, uint64_t b) { return a < b ? b : a; }

/* A page of which only a part is to be zero is asked about as well: it may be a huge one, and is not there either. */
[[gnu::noinline]] void *zero(void *to, size_t bytes) {
  constexpr uint64_t kMask = arena::kPage - 1;
  int programsErrno = errno, map = mapOfThisProcess();
  uint64_t begin = reinterpret_cast<uint64_t>(to), end = begin + bytes;
  uint64_t at = begin & ~kMask, last = (end + kMask) & ~kMask;
  uint64_t written = 0;
  pagemap::Region there[32];
  while (map >= 0 && at != last) {
    uint64_t walked;
    int found = pagemap::scan(map, at, last, 0, pagemap::kIsPresent | pagemap::kIsSwapped, there,
                              sizeof there / sizeof *there, walked);
    if (found < 0)
      break;
    for (int i = 0; i != found; ++i) {
      uint64_t from = later(there[i].start, begin), behind = there[i].end < end ? there[i].end : end;
      __real_memset(reinterpret_cast<void *>(from), 0, behind - from);
      written += behind - from;
    }
    at = walked;
  }
  if (at != last) {
    at = later(at, begin);
    __real_memset(reinterpret_cast<void *>(at), 0, end - at);
    written += end - at;
  }
  if (written < bytes)
    arena::noteLeftOut(to);
  errno = programsErrno;
  return to;
}

} // namespace
} // namespace cleave

extern "C" [[gnu::weak]] void *__wrap_memset(void *to, int byte, size_t bytes) {
  if (bytes < cleave::kLeast) [[likely]]
    return __real_memset(to, byte, bytes);
  bool isOwn = !static_cast<unsigned char>(byte) && cleave::arena::isOwn(to, bytes);
  return isOwn ? cleave::zero(to, bytes) : __real_memset(to, byte, bytes);
}
