// wrong.cpp - programs as the compiler would have cut them, if it were wrong. Each scenario is one lie of a declaration,
// or none; the checker has to tell which. The source of a loop is
//
//     for (long i = 0; i < 40; ++i) total += f(shared, i);
//
// and `f` is there twice: as the program has it (inPlace), and as the task has it (call_N), because that is what a
// wrong declaration comes to: the two do not do the same.
//
// Compiled twice: for the program with -DROOT, and for the tasks, which are listed in tasks.ll.
#include "cleave/program.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

using Numbers = std::vector<long>;

static const cleave_type number = {CLEAVE_T_POD, 0, 8, 8, 0, nullptr, nullptr, nullptr};
static const cleave_type byte = {CLEAVE_T_POD, 0, 1, 1, 0, nullptr, nullptr, nullptr};
static const cleave_type numbers = {CLEAVE_T_VECTOR, 0, 24, 8, 0, &number, nullptr, nullptr};
static const cleave_param params[] = {{&numbers, CLEAVE_PARAM_BORROWED, 0}, {&number, CLEAVE_PARAM_VALUE, 0}};

// What the program has and a task does not.
long counter;
const long *volatile table;

static long &numberOf(void *const *args) { return *static_cast<long *>(args[1]); }
static Numbers &sharedOf(void *const *args) { return *static_cast<Numbers *>(args[0]); }
static long plain(const Numbers &shared, long x) { return x * 3 + shared[x % shared.size()]; }

#define KIND(id, name, returned)                                                                                        \
  extern "C" const cleave_kind kind_##id;                                                                              \
  const cleave_kind kind_##id = {name, "wrong.cpp", 10 + id, id, 2, 0, params, &returned, nullptr};
#ifdef ROOT
#define TASK(id, name, returned, ...) KIND(id, name, returned)
#else
#define TASK(id, name, returned, ...)                                                                                  \
  KIND(id, name, returned)                                                                                             \
  extern "C" void call_##id(void *const *args, void *result) { __VA_ARGS__ }
#endif

#define RETURN(value) *static_cast<long *>(result) = (value)
TASK(0, "right", number, RETURN(plain(sharedOf(args), numberOf(args)));)
TASK(1, "readsGlobal", number, RETURN(plain(sharedOf(args), numberOf(args)) + counter);)
TASK(2, "writesGlobal", number, ++counter; RETURN(plain(sharedOf(args), numberOf(args)));)
TASK(3, "readsUnwritten", number, auto *block = static_cast<long *>(std::malloc(8000)); asm volatile("" : "+m"(*block));
     long rest = *block & 1; std::free(block); RETURN(plain(sharedOf(args), numberOf(args)) + rest);)
TASK(4, "writesInput", number, long value = plain(sharedOf(args), numberOf(args)); sharedOf(args)[99] = value;
     RETURN(value);)
TASK(5, "givesUp", number, if (numberOf(args) == 13) cleave_task_give_up();
     RETURN(plain(sharedOf(args), numberOf(args)));)
TASK(6, "dies", number, RETURN(plain(sharedOf(args), numberOf(args)) + *table);)
TASK(7, "differs", number, RETURN(plain(sharedOf(args), numberOf(args)) + (numberOf(args) == 39));)
// What the last item left in its memory.
TASK(8, "itemBefore", number, struct Left { long words[64]; }; auto *left = new Left; asm volatile("" : "+m"(*left));
     long before = left->words[40]; left->words[40] = numberOf(args); asm volatile("" : "+m"(*left)); delete left;
     RETURN(plain(sharedOf(args), numberOf(args)) + (before == numberOf(args) - 1 ? 0 : 1));)
TASK(9, "vectorDiffers", numbers, auto &all = *new (result) Numbers(static_cast<size_t>(numberOf(args)), 7);
     if (all.size() == 30) all[17] = 8;)
// A part of a result that nobody ever writes is no difference.
static const cleave_type halfType = {CLEAVE_T_POD, 0, 64, 8, 0, nullptr, nullptr, nullptr};
struct Half {
  long words[8];
};
TASK(10, "halfWritten", halfType, auto *all = new Half; all->words[2] = numberOf(args);
     asm volatile("" : "+m"(*all)); std::memcpy(result, all, sizeof(Half)); delete all;)
// An input that is not shared is a copy of the task's, where a write goes unnoticed but for the check.
TASK(14, "shortensInput", number, long value = plain(sharedOf(args), numberOf(args)); sharedOf(args).pop_back();
     RETURN(value);)

// A range loop: for (t...) { array[t] = t * 5; sum += t; }
static const cleave_type item = {CLEAVE_T_POD, 0, 24, 8, 0, nullptr, nullptr, nullptr};
static const cleave_type span = {CLEAVE_T_SPAN, 0, 16, 8, 0, &byte, nullptr, nullptr};
static const cleave_type slice = {CLEAVE_T_SLICE, 0, 16, 8, 0, &byte, nullptr, nullptr};
static const cleave_field rangeFields[] = {{0, &number}, {8, &slice}};
static const cleave_type rangeResult = {CLEAVE_T_RECORD, 2, 32, 16, 0, nullptr, rangeFields, nullptr};
static const cleave_param rangeParams[] = {
    {&item, CLEAVE_PARAM_BORROWED, 0}, {&number, CLEAVE_PARAM_BORROWED, 0}, {&span, CLEAVE_PARAM_VALUE, 0}};

#ifdef ROOT
#define RANGE(id, name, sumError, partError)                                                                           \
  static const cleave_kind kind_##id = {name, "wrong.cpp", 10 + id, id, 3, 0, rangeParams, &rangeResult, nullptr};
#else
static void rangeTask(void *const *args, void *result, long sumError, long partError) {
  auto *words = static_cast<long *>(args[0]);
  auto *part = static_cast<long *const *>(args[2]);
  auto *base = reinterpret_cast<long *>(reinterpret_cast<char *>(*part) + words[2]);
  long sum = 0;
  for (long t = words[0]; t != words[0] + words[1]; ++t) {
    base[t] = t * 5 + (t == 50 ? partError : 0);
    sum += t + (t == 50 ? sumError : 0);
  }
  *static_cast<long *>(result) = sum;
  std::memcpy(static_cast<char *>(result) + 8, part, 16);
}
#define RANGE(id, name, sumError, partError)                                                                           \
  extern "C" const cleave_kind kind_##id;                                                                              \
  const cleave_kind kind_##id = {name, "wrong.cpp", 10 + id, id, 3, 0, rangeParams, &rangeResult, nullptr};            \
  extern "C" void call_##id(void *const *args, void *result) { rangeTask(args, result, sumError, partError); }
#endif
RANGE(11, "rangeRight", 0, 0)
RANGE(12, "rangeSum", 1, 0)
RANGE(13, "rangePart", 0, 1)

#ifdef ROOT
namespace {

constexpr long kCount = 40;
cleave_site siteOf(const cleave_kind &kind, uint32_t sharedMask) { return {&kind, "wrong.cpp", 100 + kind.id, sharedMask, -1, 0, nullptr, 0, nullptr, 0, {}}; }

int generate(void *state, void *loop) {
  for (long &i = *static_cast<long *>(state); i < kCount;) {
    long item = i++;
    const void *args[] = {nullptr, &item};
    if (cleave_loop_push(loop, args))
      break;
  }
  return *static_cast<long *>(state) < kCount;
}

// The cut version of the loop above.
template <class Result, class InPlace> void loopOver(cleave_site &site, Numbers &shared, InPlace inPlace) {
  cleave_frame frame;
  cleave_frame_enter(&frame, nullptr);
  long state = 0;
  const void *sharedArgs[] = {&shared, nullptr};
  try {
    void *loop = cleave_loop_begin(&site, generate, &state, sharedArgs);
    for (long i = 0; i < kCount; ++i) {
      alignas(Result) char slot[sizeof(Result)];
      int answer = cleave_loop_next(loop, slot);
      if (answer != 1)
        new (slot) Result(inPlace(shared, i));
      if (answer == 3)
        cleave_checked(loop, slot);
      reinterpret_cast<Result *>(slot)->~Result();
    }
    cleave_loop_end(loop);
  } catch (const std::exception &) {
  }
  cleave_frame_leave(&frame);
}

// auto token = f(shared, 3) ...; between(); the result is needed
template <class Between> void future(cleave_site &site, Numbers &shared, Between between) {
  cleave_frame frame;
  cleave_frame_enter(&frame, nullptr);
  long item = 3, result;
  const void *args[] = {&shared, &item};
  void *token = cleave_spawn(&site, args, nullptr);
  between();
  int answer = cleave_join(&site, token, &result);
  if (answer != 1)
    result = plain(shared, item);
  if (answer == 3)
    cleave_checked(token, &result);
  cleave_frame_leave(&frame);
}

void combine(const void *before, const void *gathered, void *after) {
  *static_cast<long *>(after) = *static_cast<const long *>(before) + *static_cast<const long *>(gathered);
}

long array[100];
void rangeLoop(cleave_site &site) {
  cleave_frame frame;
  cleave_frame_enter(&frame, nullptr);
  uint64_t trips = 100, border = 0, count;
  long scalars = 0, sum = 0, reductions;
  cleave_range_block block = {array, sizeof array, nullptr, 1, 0, 8, 8, 8};
  cleave_range range = {&site, trips, 1000, 0, &scalars, &block, nullptr, 1, 0, 8, combine};
  void *handle = cleave_range_begin(&range);
  for (uint64_t t = 0;; ++t) {
    if (t == border && handle) {
      reductions = sum;
      if (cleave_range_next(handle, t, &reductions, &count) == 1)
        std::abort(); // not in this mode
      border = t + count;
    }
    if (t == trips)
      break;
    array[t] = static_cast<long>(t) * 5;
    sum += static_cast<long>(t);
  }
  cleave_range_end(handle);
  cleave_frame_leave(&frame);
}

} // namespace

int main(int, char **argv) {
  std::string what = argv[1];
  Numbers shared(100, 4), large(20000, 1);
  long one = 0;
  table = &one;
#define LOOP(id) if (cleave_site site = siteOf(kind_##id, 1); what == kind_##id.name) loopOver
  LOOP(0)<long>(site, shared, plain);
  LOOP(1)<long>(site, shared, [](const Numbers &shared, long x) { return plain(shared, x) + counter++; });
  LOOP(2)<long>(site, shared, [](const Numbers &shared, long x) { return ++counter, plain(shared, x); });
  LOOP(3)<long>(site, shared, plain);
  LOOP(4)<long>(site, shared, plain);
  LOOP(5)<long>(site, shared, plain);
  LOOP(6)<long>(site, shared, plain);
  LOOP(7)<long>(site, shared, plain);
  LOOP(8)<long>(site, shared, plain);
  LOOP(9)<Numbers>(site, shared, [](const Numbers &, long x) { return Numbers(static_cast<size_t>(x), 7); });
  LOOP(10)<Half>(site, shared, [](const Numbers &, long x) { return Half{{1, 2, x, 4}}; });
  cleave_site right = siteOf(kind_0, 1), alone = siteOf(kind_0, 0);
  if (what == "programThrows")
    loopOver<long>(right, shared, [](const Numbers &shared, long x) {
      return x == 21 ? throw std::runtime_error("here") : plain(shared, x);
    });
  if (what == "sharedChanges")
    loopOver<long>(right, shared, [](Numbers &shared, long x) { return shared[98] = x, plain(shared, x); });
  if (cleave_site shortens = siteOf(kind_14, 0); what == kind_14.name)
    future(shortens, shared, [] {});
  if (what == "future")
    future(alone, shared, [] {});
  if (what == "futureChanges")
    future(alone, shared, [&] { shared[98] = 1; });
  if (what == "largeChanges")
    future(alone, large, [&] { large[19000] = 2; });
  for (const cleave_kind *kind : {&kind_11, &kind_12, &kind_13})
    if (cleave_site site = siteOf(*kind, 2); what == kind->name)
      rangeLoop(site);
  std::puts("the program ended");
  return 3;
}
#endif
