// interleave-test.cpp - the protocol of local workers (rt/root/Local.h), under every schedule with few preemptions.
//
//     cleave-interleave-test [PREEMPTIONS]     default 2
//
// The run time's own files are built with interleave.h: of all threads one runs, and before each atomic access the
// scheduler here decides whether it goes on or another one does. A scenario is run in a child process under one schedule
// after the other, by depth-first search over the decisions, until there is none that was not tried: all of them that have
// at most so many PREEMPTIONS (switches away from a thread that could go on). Most errors of such protocols need one or
// two (Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", 2007). Memory is
// sequentially consistent here; what weaker orders might do is ThreadSanitizer's to see (local-test.cpp).
//
// Found are wrong results, uses of what is gone (places are filled with rubbish), waiting for ever, and never ending. That
// they would be found is shown by two protocols that are wrong on purpose.
#include "interleave.h"
#undef nowNs
#undef ownNs

#include "Asking.h"
#include "test/rt/task/Inputs/Describe.h"

#include "rt/root/Futex.h"
#include "rt/root/Local.h"
#include "rt/root/Open.h"
#include "rt/root/Session.h"

#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace cleave;

// ---- the schedule: shared by the explorer and the child that runs it ----------------------------------------------

namespace {

constexpr uint32_t kMostDecisions = 100000, kMostSteps = 200000, kThreads = 4;

struct Schedule {
  uint32_t given;   // decisions that the child is to take as they stand; behind them it takes the first choice
  uint32_t length;  // decisions that it came to
  uint32_t preemptions; // how many may be used
  uint32_t steps;
  uint8_t choices[kMostDecisions], taken[kMostDecisions];
  char failure[200];
};
Schedule *schedule;

[[noreturn]] void fail(const char *what) {
  std::snprintf(schedule->failure, sizeof schedule->failure, "%s", what);
  _exit(1);
}

void expect(bool isTrue, const char *what) {
  if (!isTrue)
    fail(what);
}

uint32_t decide(uint32_t choices) {
  if (choices < 2)
    return 0;
  uint32_t at = schedule->length++;
  if (at == kMostDecisions)
    fail("too many decisions");
  schedule->choices[at] = static_cast<uint8_t>(choices);
  if (at >= schedule->given)
    schedule->taken[at] = 0;
  return schedule->taken[at];
}

// ---- the scheduler ----------------------------------------------------------------------------------------------

struct Thread {
  const uint32_t *sleepsOn;
  bool exists;
};
std::array<Thread, kThreads> threads;
std::mutex baton;
std::condition_variable changed;
uint32_t current;
thread_local uint32_t own;
uint64_t clockNs = 1000000;

bool canRun(uint32_t thread) { return threads[thread].exists && !threads[thread].sleepsOn; }

void runOther(uint32_t thread) {
  std::unique_lock<std::mutex> lock(baton);
  current = thread;
  changed.notify_all();
  changed.wait(lock, [] { return current == own; });
}

/// The others that could go on, the next one by number first.
uint32_t others(std::array<uint32_t, kThreads> &found) {
  uint32_t count = 0;
  for (uint32_t k = 1; k != kThreads; ++k)
    if (uint32_t thread = (own + k) % kThreads; canRun(thread))
      found[count++] = thread;
  return count;
}

void step() {
  if (++schedule->steps > kMostSteps)
    fail("it does not end");
}

bool isAnyoneAsleep() {
  for (const Thread &thread : threads)
    if (thread.sleepsOn)
      return true;
  return false;
}

} // namespace

void interleave::point() {
  step();
  std::array<uint32_t, kThreads> ready;
  uint32_t count = schedule->preemptions ? others(ready) : 0;
  if (uint32_t choice = decide(count + 1)) {
    --schedule->preemptions;
    runOther(ready[choice - 1]);
  }
}

void interleave::spin() {
  step();
  std::array<uint32_t, kThreads> ready;
  if (others(ready))
    runOther(ready[0]);
}

namespace {
struct Beginning {
  uint32_t number;
  void *(*function)(void *);
  void *argument;
};
void *begin(void *opaque) {
  Beginning beginning = *static_cast<Beginning *>(opaque);
  delete static_cast<Beginning *>(opaque);
  own = beginning.number;
  {
    std::unique_lock<std::mutex> lock(baton);
    changed.wait(lock, [] { return current == own; });
  }
  return beginning.function(beginning.argument);
}
} // namespace

#undef pthread_create
int interleave::createThread(pthread_t *thread, const pthread_attr_t *, void *(*function)(void *), void *argument) {
  uint32_t number = 1;
  while (number != kThreads && threads[number].exists)
    ++number;
  expect(number != kThreads, "too many threads");
  threads[number].exists = true;
  return pthread_create(thread, nullptr, begin, new Beginning{number, function, argument});
}

namespace cleave {

uint64_t interleavedNowNs() { return clockNs += 10000; } // so that who spins soon sleeps
uint64_t interleavedOwnNs() { return 0; }

void futexWake(uint32_t *word, uint32_t count) {
  interleave::point();
  for (Thread &thread : threads)
    if (count && thread.sleepsOn == word) {
      thread.sleepsOn = nullptr;
      --count;
    }
}

void futexWait(uint32_t *word, uint32_t value, uint64_t) {
  interleave::point();
  if (*word != value)
    return;
  threads[own].sleepsOn = word;
  std::array<uint32_t, kThreads> ready;
  uint32_t count = others(ready);
  expect(count, "all wait for ever");
  runOther(ready[decide(count)]);
}

void FutexSet::add(uint32_t *word, uint32_t value) { waiters[count++] = {value, reinterpret_cast<uint64_t>(word), 0, 0}; }
void FutexSet::wait(uint64_t) { fail("nothing here waits for workers in processes"); }

} // namespace cleave

// ---- the scenarios ----------------------------------------------------------------------------------------------

namespace {

void attach(uint32_t workers) {
  constexpr uint32_t kKinds = 8;
  static std::array<unsigned char, sizeof(cleave_control) + kKinds * sizeof(cleave_kind_control)> memory;
  auto *control = reinterpret_cast<cleave_control *>(memory.data());
  control->mode = CLEAVE_MODE_WORKERS;
  control->worker_count = workers;
  control->kind_count = kKinds;
  control->kinds_offset = sizeof(cleave_control);
  threads[0].exists = true;
  expect(attachSession(control, nullptr, nullptr, -1), "no session");
}

cleave_param longParameter[] = {{&describe<long>(), CLEAVE_PARAM_VALUE, 0}};
const cleave_kind longKind{"square", "test", 1, 0, 1, 0, longParameter, &describe<long>(), nullptr, 0};

long squaresMade;
void square(void *const *args, void *result) {
  long value = *static_cast<long *>(args[0]);
  ++squaresMade;
  *static_cast<long *>(result) = value * value;
}
using Local = void (*)(void *const *, void *);
cleave_site siteOf(Local local) { return {&longKind, "test", 1, 0, -1, 0, local, 0, nullptr, 0, {}}; }

struct Call {
  cleave_site site;
  long argument, result = -1;
  const void *args[1] = {&argument};
  void *token = nullptr;

  Call(Local local, long argument) : site(siteOf(local)), argument(argument) {}
  void spawn() { token = cleave_spawn(&site, args, &result); }
  long join() {
    if (cleave_join(&site, token, &result) != 1)
      square(const_cast<void *const *>(args), &result);
    return result;
  }
};

/// Two at a time, joined in the other order, and a third in a place that was used before.
void futures() {
  cleave_frame frame;
  cleave_frame_enter(&frame, nullptr);
  Call one(square, 3), two(square, 5), three(square, 7);
  one.spawn();
  two.spawn();
  expect(two.join() == 25, "the second future's result");
  expect(one.join() == 9, "the first future's result");
  three.spawn();
  expect(three.join() == 49, "the third future's result");
  expect(squaresMade == 3, "each call is made once");
  cleave_frame_leave(&frame);
  expect(!openStack.last, "nothing stays open");
}

/// What is left open is over when the frame is left: its argument dies.
void abandoned() {
  cleave_frame frame;
  cleave_frame_enter(&frame, nullptr);
  Call one(square, 3);
  one.spawn();
  cleave_frame_leave(&frame);
  one.argument = -1000;
  long made = squaresMade;
  Call two(square, 5);
  two.spawn();
  expect(two.join() == 25 && squaresMade == made + 1, "what was abandoned is not done later");
  expect(one.result == 9 || one.result == -1, "what was abandoned saw its argument");
}

/// A call that is done elsewhere spawns one itself, and whoever waits helps.
void nested() {
  Call outer([](void *const *args, void *result) {
    Call inner(square, *static_cast<long *>(args[0]) + 1);
    inner.spawn();
    long own = 0;
    square(args, &own);
    *static_cast<long *>(result) = own + inner.join();
  }, 2);
  outer.spawn();
  Call beside(square, 6);
  beside.spawn();
  long sum = beside.join();
  expect(cleave_join(&outer.site, outer.token, &outer.result) == 1, "the outer call is done");
  expect(sum + outer.result == 36 + 4 + 9, "a future within a future");
}

/// A helper that sleeps, or is about to, is got up by work that is worth it. The program waits for it and does nothing itself.
void wakes() {
  for (int round = 0; round != 2; ++round) {
    Call call(square, 4);
    long before = squaresMade;
    call.spawn();
    while (squaresMade == before)
      interleave::spin();
    expect(cleave_join(&call.site, call.token, &call.result) == 1 && call.result == 16, "a result from a sleeper");
    for (int i = 0; round == 0 && i != 40; ++i)
      interleave::spin(); // it may fall asleep, at any point of that
  }
}

void fallsAsleep() {
  Call first(square, 2);
  first.spawn();
  first.join();
  while (!isAnyoneAsleep())
    interleave::spin();
  wakes();
}

// for (i) sum += i, over 6 iterations, by a counter
cleave_type byte{CLEAVE_T_POD, 0, 1, 1, 0, nullptr, nullptr, nullptr};
cleave_type sumType{CLEAVE_T_POD, 0, 8, 8, 0, nullptr, nullptr, nullptr};
cleave_param rangeParameters[] = {{&byte, CLEAVE_PARAM_BORROWED, 0}, {&byte, CLEAVE_PARAM_BORROWED, 0}};
const cleave_kind rangeKind{"loop", "test", 2, 1, 2, 0, rangeParameters, &sumType, nullptr, 0};
std::array<int, 6> iterationsMade;

void range() {
  cleave_site site{&rangeKind, "test", 2, 2, 1000, 0,
                   [](void *const *args, void *result) {
                     auto *item = static_cast<const int64_t *>(args[0]);
                     long sum = 0;
                     for (int64_t i = item[0]; i != item[0] + item[1]; ++i) {
                       ++iterationsMade[static_cast<size_t>(i)];
                       sum += i;
                     }
                     *static_cast<long *>(result) = sum;
                   },
                   0, nullptr, 0, {}};
  long scalar = 0;
  cleave_range loop{&site, iterationsMade.size(), 0, 1, &scalar, nullptr, nullptr, 0, 0, sizeof(long), nullptr};
  void *handle = cleave_range_begin(&loop);
  expect(handle, "the range loop is done");
  long sum = 0;
  uint64_t count = 0;
  for (uint64_t done = 0; done != loop.trips; done += count) {
    long part = sum;
    expect(cleave_range_next(handle, done, &part, &count) == 1, "a range is done");
    sum += part;
  }
  cleave_range_end(handle);
  expect(sum == 15, "a sum");
  for (int made : iterationsMade)
    expect(made == 1, "each iteration is done once");
}

struct State {
  long i;
};
int generate(void *opaque, void *loop) {
  auto &state = *static_cast<State *>(opaque);
  while (state.i < 4) {
    long own = state.i++;
    const void *args[] = {&own};
    if (cleave_loop_push(loop, args))
      return state.i < 4;
  }
  return 0;
}

void staged(long stopAt) {
  cleave_site site = siteOf(square);
  State state{0};
  const void *shared[] = {nullptr};
  void *loop = cleave_loop_begin(&site, generate, &state, shared);
  Asking asking(loop);
  for (long i = 0; i != stopAt; ++i) {
    long result = -1;
    if (asking.next(&result) != 1) {
      const void *args[] = {&i};
      square(const_cast<void *const *>(args), &result);
    }
    expect(result == i * i, "an item's result");
  }
  cleave_loop_end(loop);
  expect(squaresMade >= stopAt && squaresMade <= 4, "no item is done twice");
}

// ---- protocols that are wrong ---------------------------------------------------------------------------------------

uint32_t flag, isAsleep;

void *sleepWrongly(void *) {
  if (!__atomic_load_n(&flag, __ATOMIC_SEQ_CST)) { // and only then says that it sleeps
    __atomic_store_n(&isAsleep, 1, __ATOMIC_SEQ_CST);
    futexWait(&isAsleep, 1, 0);
  }
  __atomic_store_n(&flag, 2, __ATOMIC_SEQ_CST);
  for (uint32_t never = 0;;)
    futexWait(&never, 0, 0);
}

void lostWakeUp() {
  pthread_t thread;
  interleave::createThread(&thread, nullptr, sleepWrongly, nullptr);
  interleave::point();
  __atomic_store_n(&flag, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&isAsleep, __ATOMIC_SEQ_CST)) {
    __atomic_store_n(&isAsleep, 0, __ATOMIC_SEQ_CST);
    futexWake(&isAsleep, 1);
  }
  while (__atomic_load_n(&flag, __ATOMIC_SEQ_CST) != 2)
    interleave::spin();
}

void *addWrongly(void *) {
  uint32_t seen = __atomic_load_n(&flag, __ATOMIC_SEQ_CST);
  __atomic_store_n(&flag, seen + 1, __ATOMIC_SEQ_CST);
  __atomic_add_fetch(&isAsleep, 1, __ATOMIC_SEQ_CST);
  for (uint32_t never = 0;;)
    futexWait(&never, 0, 0);
}

void lostUpdate() {
  pthread_t thread;
  interleave::createThread(&thread, nullptr, addWrongly, nullptr);
  uint32_t seen = __atomic_load_n(&flag, __ATOMIC_SEQ_CST);
  __atomic_store_n(&flag, seen + 1, __ATOMIC_SEQ_CST);
  while (!__atomic_load_n(&isAsleep, __ATOMIC_SEQ_CST))
    interleave::spin();
  expect(flag == 2, "both additions count");
}

// ---- the explorer -----------------------------------------------------------------------------------------------

struct Scenario {
  const char *name;
  uint32_t workers; // 0: the scenario makes its own threads
  uint32_t fewer;   // preemptions
  void (*run)();
  bool isWrong;
};

const Scenario scenarios[] = {
    {"a lost wake-up", 0, 0, lostWakeUp, true},
    {"a lost update", 0, 0, lostUpdate, true},
    {"futures", 2, 0, futures, false},
    {"futures, two helpers", 3, 1, futures, false},
    {"an abandoned future", 2, 0, abandoned, false},
    {"nested futures", 2, 0, nested, false},
    {"nested futures, two helpers", 3, 1, nested, false},
    {"a helper that falls asleep", 2, 1, fallsAsleep, false},
    {"a range loop", 2, 0, range, false},
    {"a range loop, two helpers", 3, 1, range, false},
    {"a staged loop", 2, 0, [] { staged(4); }, false},
    {"a staged loop that is left early", 2, 1, [] { staged(2); }, false},
};

/// Under the schedule at hand: true if nothing failed.
bool runOnce(const Scenario &scenario, uint32_t preemptions) {
  schedule->length = schedule->steps = 0;
  schedule->preemptions = preemptions;
  schedule->failure[0] = 0;
  pid_t child = fork();
  if (!child) {
    alarm(20);
    threads[0].exists = true;
    if (scenario.workers)
      attach(scenario.workers);
    scenario.run();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    std::snprintf(schedule->failure, sizeof schedule->failure, "signal %d", WTERMSIG(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// The next schedule that was not tried; false: there is none.
bool next() {
  for (uint32_t at = schedule->length; at--;)
    if (schedule->taken[at] + 1 < schedule->choices[at]) {
      ++schedule->taken[at];
      schedule->given = at + 1;
      return true;
    }
  return false;
}

bool explore(const Scenario &scenario, uint32_t preemptions) {
  preemptions = preemptions > scenario.fewer ? preemptions - scenario.fewer : 0;
  unsigned runs = 0;
  schedule->given = 0;
  bool isFound = false;
  do {
    ++runs;
    isFound = !runOnce(scenario, preemptions);
  } while (!isFound && next());
  if (isFound == scenario.isWrong) {
    std::printf("%s: %s, %u schedules\n", scenario.name, isFound ? "found" : "right", runs);
    return true;
  }
  std::printf("FAIL %s, schedule %u: %s; decisions:", scenario.name, runs, schedule->failure);
  for (uint32_t at = 0; at != schedule->length; ++at)
    if (schedule->taken[at])
      std::printf(" %u:%u", at, schedule->taken[at]);
  std::printf("\n");
  return false;
}

} // namespace

int main(int argc, char **argv) {
  void *memory = mmap(nullptr, sizeof(Schedule), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return 2;
  schedule = static_cast<Schedule *>(memory);
  uint32_t preemptions = argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1])) : 2;
  bool isFine = true;
  for (const Scenario &scenario : scenarios)
    if (argc < 3 || std::strstr(scenario.name, argv[2]))
      isFine &= explore(scenario, preemptions);
  std::puts(isFine ? "fine" : "failed");
  return !isFine;
}
