/* Written.h - whether the program has written to a part of the arena since it was asked last.
 *
 * A large block that many tasks are given, round after round, is hashed once and not for each of them: as long as nobody
 * writes to its pages its digest stays what it was. The kernel knows: a page that is write-protected by an asynchronous
 * userfaultfd (Linux 6.7) is made writable again by the first write to it, whoever writes, a system call on the program's
 * behalf included, and PAGEMAP_SCAN lists the pages to which that has happened. Protecting and listing is one step for the
 * kernel, so no write of another thread is lost between the two. What it costs: a microsecond for the first write to each
 * protected page, and 0.3 us to look at a megabyte, where hashing it takes 100.
 *
 * Without such a kernel nothing is known, and blocks are hashed each time.
 *
 * Rejected: mprotect and a handler for SIGSEGV (a read() into such a block would fail, and the program has handlers of its
 * own); soft-dirty bits (they can be cleared for the whole process only, and what other threads write meanwhile is lost).
 */
#ifndef CLEAVE_ROOT_WRITTEN_H
#define CLEAVE_ROOT_WRITTEN_H

#include <stdint.h>

namespace cleave::written {

/* Whether writes to [memory, memory + bytes), the arena, will be noted. Once. */
bool attach(void *memory, uint64_t bytes);

enum class State : uint8_t { Clean, Written, Unknown };
/* Of all the pages that [data, data + bytes) has a part in, since they were watched last. */
State look(const void *data, uint64_t bytes);
/* The same, and from now on these pages count as not written to. */
State watch(const void *data, uint64_t bytes);

} // namespace cleave::written
#endif
