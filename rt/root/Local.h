/* Local.h - local workers: threads of the program's own process that take a part of its work (docs/workers.md).
 *
 * Each worker, the program's thread among them, keeps a list of WORK that it has begun and that others may take parts of:
 * futures, range loops, staged loops. Whoever has nothing to do takes a part of the oldest, since that is the largest.
 * Nothing is copied: arguments are borrowed (the compiler proved that nobody writes them), results are built in place.
 *
 * WHO TOUCHES WHAT. A list is guarded by its worker's lock. A helper counts itself in `helpers` under that lock before
 * it lets go of it; the owner takes the work off the list and waits for the count to be zero before the work dies. Work that
 * is one part, a call, is claimed under the lock and taken off the list by whoever makes it, who tells its owner when it is done:
 * nobody need be counted. A call that is offered when there is nothing else goes to its worker's FRONT instead, which needs no
 * lock: whoever replaces its address has claimed it. Which part of other work is whose is that kind of work's own matter: a
 * compare-and-swap or an addition to a counter (acquire), and what was done is published by the state that follows (release).
 * Sleepers: who offers work makes it seen and then adds to `sleepers` (nothing); who goes to sleep adds itself to `sleepers` and
 * then looks at the lists again. Of two additions to one word one comes later, and sees what was before the other.
 *
 * WHAT IT COSTS. A hand-off is some movements of cache lines between two cores, about a hundred nanoseconds each, so what different
 * threads write lies in different lines (in pairs of them, since processors like to fetch two), what a helper needs lies in few, and
 * is fetched all at once, among many helpers one that is idle only reads, and the clock (twenty nanoseconds) is read twice a part.
 *
 * NO DEADLOCK. A worker waits only for parts of work that it offered itself, and helps others meanwhile. What it waits for
 * was begun later than all that lies below it on its stack, so following who waits for whom leads to ever later work,
 * and ends.
 */
#ifndef CLEAVE_ROOT_LOCAL_H
#define CLEAVE_ROOT_LOCAL_H

#include "Open.h"

#include <exception>

namespace cleave::local {

/* Brings a line that is about to be written to, and takes it from the core that has it. (The compiler's __builtin_prefetch only
 * reads, since not all of x86-64 has this instruction; where it is not there it does nothing.) */
inline void prefetchToWrite(const void *address) {
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char *>(address)));
}

/* A word that one thread waits for and another sets. */
class Latch {
public:
  uint32_t value() const { return __atomic_load_n(&word, __ATOMIC_ACQUIRE) & ~kAwaited; }
  /* True: it was `from` and is now `to`, and what was written before it became `from` is seen. */
  bool claim(uint32_t from, uint32_t to) {
    return __atomic_compare_exchange_n(&word, &from, to, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
  }
  /* All that was written before is seen by whoever sees `value`. */
  void set(uint32_t value);
  uint32_t add(uint32_t difference); /* the value before */
  /* Sleeps while the value is `value`. */
  void sleepWhile(uint32_t value);

private:
  static constexpr uint32_t kAwaited = 1u << 31;
  uint32_t word = 0;
};

/* In two pairs of lines (a processor likes to fetch two): its owner's and its list's, which helpers read only, and what those
 * write who do a part of it. */
struct alignas(128) Work : OpenWork {
  Work *older, *newer;
  bool isOffered; /* on the list. Its owner's; one part that somebody else claimed is off, whatever this says */
  alignas(128) Latch helpers; /* how many others are at it */
  uint32_t parts;            /* 0: nothing is left to take */
  bool (*takePart)(Work *work); /* takes a part and does it; false: nothing was left. Any thread. Null: one part, a CallWork */
  uint64_t floatControl;        /* the owner's rounding mode and such: helpers compute as it does */
};

/* What whoever makes a call must know. It is copied to where others look, so that it comes with that line. */
struct Call {
  cleave_site *site;
  const void *const *args;
  void *place;    /* where the result is built; null: it is small, and kept in CallWork::carried */
  uint64_t depth; /* of frames */
};

struct CallWork : Work {
  Latch state;      /* 0 until makeCall() sets it */
  uint64_t ns;      /* that the call took, */
  uint64_t carried; /* and a small result, once it is done */
  alignas(128) Call call;
};
/* For work that whoever calls this has claimed. */
void makeCall(CallWork &work, const Call &call);

struct Worker;
extern constinit thread_local Worker *self; /* null: this thread is none of ours, or there are no others */

inline bool mayDo(const cleave_site &site) { return site.local && self; }

/* From the program's thread, when the session begins. */
void attach();
bool isProgramsThread();
uint32_t workerNumber(); /* of the calling thread; the program's is 0 */
uint32_t workerCount(); /* the program's thread included */

/* Work that is shorter is not offered: beside it, asking is not cheap. */
inline constexpr double kWorthNs = 8000;
/* `parts` may be taken by as many others, who would have `ns` of work with them; 0: who knows. Sleeping workers are got up for
 * work that is long beside that, or for much that is short. */
void offer(Work *work, uint32_t parts, double ns);
/* Something is about to be offered: what takes time begins. */
void expectOffer();
/* Work that was offered has new parts. */
void announce(uint32_t parts, double ns);
/* The work is off the list, and nobody is at it any more. */
void withdraw(Work *work);
/* True: nobody makes the call, nor will; false: somebody does. */
bool takeBack(CallWork *work);
/* Helps others while the latch has that value. */
void waitWhile(Latch &latch, uint32_t value);

/* Around a part that is being done, by whichever worker. A part that waits may do others' parts meanwhile: neither is time of
 * its own. */
class Part {
public:
  explicit Part(const cleave_site &site);
  uint64_t end(uint64_t items, uint64_t work);  /* its nanoseconds; `work` is the trace's number (Trace.h) */
  uint64_t stop(uint64_t items, uint64_t work); /* the same, and somebody else counts it */

private:
  const cleave_site &site;
  uint64_t beganNs, othersNs;
};
/* For the statistics. */
void countPart(const cleave_site &site, uint64_t items, uint64_t ns);

/* Around a fork: helpers finish what they are at, and begin nothing until it is done. */
void beforeFork();
void afterForkInParent();
void afterForkInChild();

/* What the program is given for local work is told from other tokens by its lowest bit. */
inline bool owns(const void *token) { return reinterpret_cast<uint64_t>(token) & 1; }
inline void *tokenOf(Work *work) { return reinterpret_cast<char *>(work) + 1; }
inline Work *workOf(void *token) { return reinterpret_cast<Work *>(static_cast<char *>(token) - 1); }

/* program.h's calls, for sites that mayDo() and what was begun for them. */
void *spawn(cleave_site *site, const void *const *args, void *result);
int join(void *token);
/* What cleave_rethrow() will throw on this thread: answer 4 says so. */
void keepThrown(std::exception_ptr thrown);
void *beginLoop(cleave_site *site, cleave_generator generator, void *state, const void *const *sharedArgs);
int push(void *loop, const void *const *args);
int next(void *loop, void *result);
void endLoop(void *loop);

} // namespace cleave::local
#endif
