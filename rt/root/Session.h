/* Session.h - the program's side of a run: the shared memory that the node handed over, and when it may be used.
 *
 * The constructor runs before the program's own. Without CLEAVE_NODE, or when anything about it is not as it should
 * be, `isSplitting()` stays false and the program runs as if never split. It also becomes false for good in the child
 * of a fork (the child must not touch the exchange, which it shares with its parent) and is false in any thread but the
 * one that runs main.
 */
#ifndef CLEAVE_ROOT_SESSION_H
#define CLEAVE_ROOT_SESSION_H

#include "cleave/exchange.h"
#include "cleave/program.h"

#include "FloatControl.h"

#include <pthread.h>

namespace cleave {

struct Session {
  cleave_control *control;
  uint8_t *exchange;
  int event;
  pthread_t thread;
  bool isAttached;
  uint64_t floatControl; /* at the beginning */
  bool isChecking; /* mode check (Check.h); stays so in the child of a fork, where it checks nothing */
};

extern Session session;

inline bool isSplitting() { return session.isAttached && pthread_equal(pthread_self(), session.thread); }
inline bool isIsolatedMode() { return session.control->mode != CLEAVE_MODE_AUTO; }
/* Whether processes of their own may do what local workers (Local.h) do not. They compute as a process does that begins:
 * not where the program has changed its rounding mode. */
inline bool mayIsolate() {
  return session.control->mode != CLEAVE_MODE_WORKERS && floatControl() == session.floatControl;
}
inline bool isForProgramOnly(const cleave_site &site) { return site.kind->flags & CLEAVE_KIND_LOCAL; }
inline bool mayIsolate(const cleave_site &site) { return mayIsolate() && !isForProgramOnly(site); }
inline cleave_counters &counters() { return session.control->counters; }

/* Takes the session over from memory that is already mapped. Tests call it with memory of their own. */
bool attachSession(cleave_control *control, void *exchange, void *arenaMemory, int event);

uint64_t nowNs();
/* What the calling thread itself has used: another program on its core does not count. A system call. */
uint64_t ownNs();
void ringNode();

/* Tells the node why the run cannot go on, and waits for the end. */
[[noreturn]] void endRun(uint32_t kind, uint32_t cause, uint32_t detail, uint64_t bytes, const char *text,
                         uint64_t length);

} // namespace cleave
#endif
