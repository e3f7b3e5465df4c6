#include "Local.h"

#include "FloatControl.h"
#include "Futex.h"
#include "Session.h"
#include "Trace.h"

#include <initializer_list>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

namespace cleave::local {

struct Worker {
  /* What others look at. */
  alignas(128) uint32_t lock;
  Work *oldest, *newest;
  /* A call that was offered when there was nothing else. */
  alignas(128) CallWork *front; /* kTaken: what follows is being read */
  uint64_t frontFloatControl;
  Call frontCall;
  /* Its own. */
  alignas(128) uint64_t doneNs; /* spent in parts so far, of whatever work, and in waiting */
  double missedNs;              /* of work that nobody was got up for, */
  uint64_t missedSince;         /* since then */
  const char *stackFloor; /* below it, nobody else's work is begun on this stack */
  uint32_t index;
  uint32_t depth; /* of parts that this thread is doing, one within another */
  uint32_t isAtWork; /* looked at when the program forks */
  bool isShown;      /* as running; lies beside others', so it is not written at each part */
};

constinit thread_local Worker *self;

namespace {

/* To get up takes some tens of microseconds, which a loop that is split in each step of a simulation would lose each time: who
 * has done much looks around for longer, half as long as it worked. */
constexpr uint64_t kSpinNs = 30000, kMostSpinNs = 200000, kWaitSpinNs = 100000;
/* The first looks, some hundred nanoseconds, which is what a short part takes to come back: a pause or the clock take twenty. */
#ifndef CLEAVE_BARE_LOOKS
#define CLEAVE_BARE_LOOKS 512
#endif
constexpr uint32_t kFirstLooks = CLEAVE_BARE_LOOKS, kLooksPerClock = 8, kLooksPerHelp = 8;
constexpr uint64_t kReportNs = 1000000;
/* To get somebody up costs that much; short work is worth it if there were kMissedNs of it, and it took at least a quarter of
 * the time since the first. */
constexpr double kWakeNs = 25000, kMissedNs = 4 * kWakeNs, kLeastDensity = 0.25;
constexpr uint64_t kLeastStack = 64u << 20, kMostStack = uint64_t{1} << 33;

Worker workers[CLEAVE_SLOTS_MAX + 1];
uint32_t count;   /* the program's thread included */
uint32_t started; /* of the others */
uint32_t isHeld;  /* a fork is going on: begin nothing */

alignas(128) uint32_t offers; /* that were worth getting somebody up for; who sleeps sleeps on it */
alignas(128) uint32_t sleepers;

void relax() { __builtin_ia32_pause(); }

void show(bool isRunning) {
  if (self->isShown != isRunning)
    __atomic_store_n(&session.control->local_running[self->index], isRunning, __ATOMIC_RELAXED);
  self->isShown = isRunning;
}

void lock(Worker &worker) {
  while (__atomic_exchange_n(&worker.lock, 1, __ATOMIC_ACQUIRE))
    while (__atomic_load_n(&worker.lock, __ATOMIC_RELAXED))
      relax();
}
void unlock(Worker &worker) { __atomic_store_n(&worker.lock, 0, __ATOMIC_RELEASE); }

void unlink(Worker &worker, Work *work) {
  if (work->older)
    work->older->newer = work->newer;
  else
    __atomic_store_n(&worker.oldest, work->newer, __ATOMIC_RELAXED);
  (work->newer ? work->newer->older : worker.newest) = work->older;
}

CallWork *const kTaken = reinterpret_cast<CallWork *>(1);

CallWork *front(const Worker &worker) {
  CallWork *work = __atomic_load_n(&worker.front, __ATOMIC_RELAXED);
  return work == kTaken ? nullptr : work;
}

bool isOffering(const Worker &worker) { return front(worker) || __atomic_load_n(&worker.oldest, __ATOMIC_RELAXED); }

bool replaceFront(Worker &worker, CallWork *before, CallWork *after) {
  return __atomic_compare_exchange_n(&worker.front, &before, after, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

bool claimCall(Work &work) {
  uint32_t one = 1;
  return __atomic_load_n(&work.parts, __ATOMIC_RELAXED) &&
         __atomic_compare_exchange_n(&work.parts, &one, 0, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Work that this thread has claimed or counts at. */
struct Taken {
  Work *work; /* null: none */
  uint64_t floatControl;
  Call call; /* of a CallWork */
};

/* What it is a matter of waiting for. Arguments mostly lie where their list does. */
void fetch(const Taken &taken) {
  prefetchToWrite(&taken.work->helpers);
  if (!taken.call.args)
    return;
  __builtin_prefetch(taken.call.args);
  __builtin_prefetch(taken.call.args + 8);
}

Taken takeFront(Worker &worker) {
  CallWork *work = front(worker);
  if (!work || !replaceFront(worker, work, kTaken))
    return {};
  Taken taken{work, worker.frontFloatControl, worker.frontCall};
  __atomic_store_n(&worker.front, nullptr, __ATOMIC_RELEASE);
  fetch(taken);
  return taken;
}

/* The oldest work of `worker` that has parts left, with this thread counted as a helper; a call is then this thread's. */
Taken takeOldest(Worker &worker) {
  Work *work = __atomic_load_n(&worker.oldest, __ATOMIC_RELAXED);
  if (!work)
    return {};
  prefetchToWrite(&worker.lock);
  prefetchToWrite(&work->helpers); /* it may be gone, which is no harm */
  __builtin_prefetch(work);
  lock(worker);
  for (work = worker.oldest; work; work = work->newer) {
    if (!work->takePart) {
      if (claimCall(*work)) {
        unlink(worker, work);
        break;
      }
      continue;
    }
    work->helpers.add(1); /* first of all, since a line that is read first and then written moves twice */
    if (__atomic_load_n(&work->parts, __ATOMIC_RELAXED))
      break;
    work->helpers.add(~0u);
  }
  unlock(worker);
  if (!work)
    return {};
  Taken taken{work, work->floatControl, {}};
  if (!work->takePart) {
    taken.call = static_cast<CallWork *>(work)->call;
    fetch(taken);
  }
  return taken;
}

bool doPart(const Taken &taken) {
  const uint64_t before = floatControl(), wanted = taken.floatControl;
  if (before != wanted)
    setFloatControl(wanted);
  bool hasDone = true, isCall = taken.call.site;
  if (isCall)
    makeCall(*static_cast<CallWork *>(taken.work), taken.call);
  else
    hasDone = taken.work->takePart(taken.work);
  if (before != wanted)
    setFloatControl(before);
  if (!isCall)
    taken.work->helpers.add(~0u);
  return hasDone;
}

/* A part of somebody's oldest work; none if there is nothing, or this is no time to begin. Until stopWork() this thread counts
 * as being at work. */
Taken beginWork() {
  for (uint32_t k = 1, all = workerCount(); k < all; ++k) {
    Worker &other = workers[(self->index + k) % all];
    /* A look at a line brings it to be read, and who then takes what it saw waits for it a second time. Where nobody else looks,
     * it comes to be written to. */
    if (all == 2)
      replaceFront(other, nullptr, nullptr);
    if (!isOffering(other))
      continue;
    if (!self->isAtWork)
      __atomic_store_n(&self->isAtWork, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&isHeld, __ATOMIC_SEQ_CST))
      return {};
    if (Taken taken = takeFront(other); taken.work)
      return taken;
    if (Taken taken = takeOldest(other); taken.work)
      return taken;
  }
  return {};
}

void stopWork() {
  if (self->isAtWork && !self->depth)
    __atomic_store_n(&self->isAtWork, 0, __ATOMIC_RELEASE);
}

bool helpSomebody() {
  Taken taken = beginWork();
  bool hasDone = taken.work && doPart(taken);
  stopWork();
  return hasDone;
}

/* What this thread has used is not the program's own (Statistics.cpp). */
void reportCpu(uint64_t &reported) {
  uint64_t used = ownNs();
  __atomic_add_fetch(&counters().helpers_ns, used - reported, __ATOMIC_RELAXED);
  reported = used;
}

/* Sleeps until there is work worth getting up for. */
void sleepUntilOffer() {
  uint32_t seen = __atomic_load_n(&offers, __ATOMIC_ACQUIRE);
  __atomic_add_fetch(&sleepers, 1, __ATOMIC_ACQ_REL);
  Taken taken = beginWork(); /* what was offered meanwhile */
  if (!taken.work) {
    stopWork();
    futexWait(&offers, seen, 0);
  }
  __atomic_sub_fetch(&sleepers, 1, __ATOMIC_RELAXED);
  if (taken.work) {
    doPart(taken);
    stopWork();
  }
}

void *helper(void *argument) {
  self = static_cast<Worker *>(argument);
  self->stackFloor = nullptr; /* its stack is as large as the program's, and holds nothing else */
  uint64_t reported = 0, reportedNs = nowNs(), idleSince = reportedNs, doneBefore = 0, spinNs = kSpinNs;
  for (uint32_t looks = 0;; ++looks) {
    if (helpSomebody()) {
      looks = 0;
      continue;
    }
    if (looks < kFirstLooks)
      continue;
    relax();
    if ((looks - kFirstLooks) % kLooksPerClock)
      continue;
    uint64_t now = nowNs();
    if (looks == kFirstLooks) {
      idleSince = now;
      spinNs = (self->doneNs - doneBefore) / 2;
      spinNs = spinNs < kSpinNs ? kSpinNs : spinNs > kMostSpinNs ? kMostSpinNs : spinNs;
      show(false);
      /* A system call, and too dear after each part. */
      if (now - reportedNs > kReportNs) {
        reportCpu(reported);
        reportedNs = now;
      }
    } else if (now - idleSince >= spinNs) {
      reportCpu(reported);
      sleepUntilOffer();
      reportedNs = nowNs();
      doneBefore = self->doneNs;
      looks = 0;
    }
  }
}

/* As deep a stack as the program has: what recurses there recurses here. */
uint64_t stackBytes() {
  rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > kMostStack)
    return kMostStack;
  return limit.rlim_cur < kLeastStack ? kLeastStack : limit.rlim_cur;
}

/* Signals are the program's thread's. */
void start() {
  sigset_t all, before;
  sigfillset(&all);
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP})
    sigdelset(&all, fault);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stackBytes());
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  for (started = 1; started < count; ++started) {
    pthread_t thread;
    workers[started].index = started;
    if (pthread_create(&thread, &attributes, helper, &workers[started]))
      break;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (started != count) /* fewer will do, or none: the program's thread takes the parts itself */
    __atomic_store_n(&count, started, __ATOMIC_RELAXED);
  __atomic_store_n(&session.control->local_workers, started, __ATOMIC_RELAXED);
}

} // namespace

void Latch::set(uint32_t value) {
  if (__atomic_exchange_n(&word, value, __ATOMIC_RELEASE) & kAwaited)
    futexWake(&word);
}

uint32_t Latch::add(uint32_t difference) {
  /* The mark stays until the owner has seen the change; it alone waits. */
  uint32_t before = __atomic_fetch_add(&word, difference, __ATOMIC_ACQ_REL);
  if (before & kAwaited)
    futexWake(&word);
  return before & ~kAwaited;
}

void Latch::sleepWhile(uint32_t value) {
  uint32_t now = __atomic_fetch_or(&word, kAwaited, __ATOMIC_ACQ_REL);
  if ((now & ~kAwaited) == value)
    futexWait(&word, value | kAwaited, 0);
  __atomic_fetch_and(&word, ~kAwaited, __ATOMIC_ACQ_REL);
}

void attach() {
  uint32_t mode = session.control->mode;
  count = session.control->worker_count;
  if (count < 2 || count > CLEAVE_SLOTS_MAX || (mode != CLEAVE_MODE_AUTO && mode != CLEAVE_MODE_WORKERS))
    return;
  self = &workers[0];
  rlimit limit;
  if (!getrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur != RLIM_INFINITY)
    self->stackFloor = reinterpret_cast<const char *>(__builtin_frame_address(0)) - limit.rlim_cur / 2;
}

uint32_t workerNumber() { return self->index; }

uint32_t workerCount() { return __atomic_load_n(&count, __ATOMIC_RELAXED); }

bool isProgramsThread() { return self == &workers[0]; }

void expectOffer() { prefetchToWrite(&self->front); }

void offer(Work *work, uint32_t parts, double ns) {
  if (!started)
    start();
  openStack.offered += ns >= kWorthNs;
  work->floatControl = floatControl();
  if (!work->takePart && !__atomic_load_n(&self->front, __ATOMIC_ACQUIRE) &&
      !__atomic_load_n(&self->oldest, __ATOMIC_RELAXED)) {
    auto *call = static_cast<CallWork *>(work);
    self->frontFloatControl = work->floatControl;
    self->frontCall = call->call;
    __atomic_store_n(&self->front, call, __ATOMIC_RELEASE);
    announce(parts, ns);
    return;
  }
  work->isOffered = true;
  work->newer = nullptr;
  lock(*self);
  work->older = self->newest;
  if (work->older)
    work->older->newer = work;
  else
    __atomic_store_n(&self->oldest, work, __ATOMIC_RELAXED);
  self->newest = work;
  unlock(*self);
  announce(parts, ns);
}

/* Many short pieces of work, close together, are worth getting up for as one that takes as long. */
static bool addsUp(double ns) {
  uint64_t now = nowNs();
  if (static_cast<double>(now - self->missedSince) * kLeastDensity > self->missedNs + kWakeNs) {
    self->missedSince = now;
    self->missedNs = 0;
  }
  self->missedNs += ns;
  if (self->missedNs < kMissedNs)
    return false;
  self->missedSince = now;
  self->missedNs = 0;
  return true;
}

void announce(uint32_t parts, double ns) {
  if (!parts || !__atomic_fetch_add(&sleepers, 0, __ATOMIC_ACQ_REL))
    return;
  double wanted = ns ? ns / kWakeNs : parts;
  if (wanted < 1 && !addsUp(ns))
    return;
  __atomic_add_fetch(&offers, 1, __ATOMIC_RELEASE);
  futexWake(&offers, wanted < 1 ? 1 : wanted < parts ? static_cast<uint32_t>(wanted) : parts);
}

bool takeBack(CallWork *work) {
  if (!work->isOffered)
    return replaceFront(*self, work, nullptr);
  if (!claimCall(*work))
    return false;
  withdraw(work);
  return true;
}

void withdraw(Work *work) {
  if (!work->isOffered)
    return;
  work->isOffered = false;
  lock(*self);
  unlink(*self, work);
  unlock(*self);
  while (uint32_t helping = work->helpers.value())
    waitWhile(work->helpers, helping);
}

void waitWhile(Latch &latch, uint32_t value) {
  for (uint32_t looks = 0; looks != kFirstLooks; ++looks)
    if (latch.value() != value)
      return;
  bool mayHelp = reinterpret_cast<const char *>(__builtin_frame_address(0)) > self->stackFloor;
  uint64_t began = nowNs(), idleSince = began, doneBefore = self->doneNs;
  for (uint32_t looks = 1; latch.value() == value; ++looks) {
    if (looks % kLooksPerHelp)
      relax();
    else if (mayHelp && helpSomebody())
      idleSince = nowNs();
    else if (nowNs() - idleSince >= kWaitSpinNs)
      latch.sleepWhile(value);
  }
  /* All of it is no time of the part that waits. */
  self->doneNs = doneBefore + (nowNs() - began);
}

Part::Part(const cleave_site &site) : site(site), beganNs(nowNs()), othersNs(self->doneNs) {
  ++self->depth;
  show(true);
}

uint64_t Part::stop(uint64_t items, uint64_t work) {
  uint64_t ended = nowNs(), all = ended - beganNs, others = self->doneNs - othersNs;
  uint64_t own = all > others ? all - others : 0;
  self->doneNs += own;
  cleave_control &control = *session.control;
  if (!--self->depth && isProgramsThread())
    show(false);
  if (isProgramsThread())
    counters().program_parts_ns += own;
  if (trace::isOn())
    trace::record({site.kind->id, control.slot_count + self->index, beganNs, ended, items, 0, 0, work, 0, 0, 0, 0});
  return own;
}

uint64_t Part::end(uint64_t items, uint64_t work) {
  uint64_t own = stop(items, work);
  countPart(site, items, own);
  return own;
}

void countPart(const cleave_site &site, uint64_t items, uint64_t ns) {
  cleave_kind_control &kind = *cleave_control_kind(session.control, site.kind->id);
  __atomic_add_fetch(&kind.count, 1, __ATOMIC_RELAXED);
  __atomic_add_fetch(&kind.items, items, __ATOMIC_RELAXED);
  __atomic_add_fetch(&kind.busy_ns, ns, __ATOMIC_RELAXED);
}

void beforeFork() {
  if (!isProgramsThread())
    return;
  __atomic_store_n(&isHeld, 1, __ATOMIC_SEQ_CST);
  for (uint32_t k = 1; k < started; ++k)
    while (__atomic_load_n(&workers[k].isAtWork, __ATOMIC_SEQ_CST))
      relax();
}

void afterForkInParent() {
  if (isProgramsThread())
    __atomic_store_n(&isHeld, 0, __ATOMIC_RELEASE);
}

void afterForkInChild() { self = nullptr; }

} // namespace cleave::local
