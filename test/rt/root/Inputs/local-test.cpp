// local-test.cpp - local workers (rt/root/Local.h) under ThreadSanitizer: futures, range loops and staged loops, written as
// the compiler would write them, give what the plain code gives, in whatever order they are done. The number of workers
// is the argument; more of them than there are cores makes threads stop at any point.
#include "Asking.h"
#include "Expect.h"

#include "test/rt/task/Inputs/Describe.h"

#include "rt/root/Local.h"
#include "rt/root/Session.h"

#include <array>
#include <atomic>
#include <cfenv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vector>

using namespace cleave;

namespace {

constexpr uint32_t kKinds = 8;
cleave_control *control;

void attach(uint32_t workers) {
  static std::array<unsigned char, sizeof(cleave_control) + kKinds * sizeof(cleave_kind_control) + 4096> memory;
  control = reinterpret_cast<cleave_control *>(memory.data());
  control->mode = CLEAVE_MODE_WORKERS;
  control->worker_count = workers;
  control->kind_count = kKinds;
  control->kinds_offset = sizeof(cleave_control);
  if (!attachSession(control, nullptr, nullptr, -1))
    std::abort();
}

// ---- futures: long fib(long), cut and plain ----------------------------------------------------------------------

long plainFib(long n) { return n < 2 ? n : plainFib(n - 1) + plainFib(n - 2); }
long cutFib(long n);

cleave_param longParameter[] = {{&describe<long>(), CLEAVE_PARAM_VALUE, 0}};
const cleave_kind fibKind{"fib", "test", 1, 0, 1, 0, longParameter, &describe<long>(), nullptr, 0};
cleave_site fibSite{&fibKind, "test", 1, 0, -1, 0,
                    [](void *const *args, void *result) {
                      *static_cast<long *>(result) = cutFib(*static_cast<long *>(args[0]));
                    },
                    0, nullptr, 0, {}};

long cutFib(long n) {
  if (n < 2)
    return n;
  cleave_frame frame;
  cleave_frame_enter(&frame, nullptr);
  long first = n - 1, result;
  const void *args[] = {&first};
  void *token = cleave_spawn(&fibSite, args, &result);
  long other = cutFib(n - 2);
  switch (cleave_join(&fibSite, token, &result)) {
  case 0:
    result = cutFib(n - 1);
    break;
  case 2:
    result = plainFib(n - 1);
  }
  cleave_frame_leave(&frame);
  return result + other;
}

void futures() {
  for (int round = 0; round != 3; ++round)
    expect(cutFib(27) == plainFib(27), "fib");
  expect(cleave_control_kind(control, 0)->count > 0, "no future was done as a part");
}

// ---- exceptions, and futures that nobody joins -------------------------------------------------------------------

const cleave_kind numbersKind{"numbers", "test", 2, 1, 1, 0, longParameter, &describe<Numbers>(), nullptr, 0};
cleave_site numbersSite{&numbersKind, "test", 2, 0, -1, 0,
                        [](void *const *args, void *result) {
                          long n = *static_cast<long *>(args[0]);
                          Numbers numbers(20000, n);
                          for (int round = 0; round != 20; ++round)
                            for (size_t i = 1; i != numbers.size(); ++i)
                              numbers[i] = numbers[i] * 3 + numbers[i - 1];
                          if (n % 5 == 3)
                            throw std::runtime_error("three of five: " + std::to_string(n));
                          new (result) Numbers(std::move(numbers));
                        },
                        0, nullptr, 0, {}};

void thrown() {
  int caught = 0;
  for (long n = 0; n != 40; ++n) {
    alignas(Numbers) unsigned char memory[sizeof(Numbers)];
    cleave_frame frame;
    cleave_frame_enter(&frame, nullptr);
    const void *args[] = {&n};
    void *token = cleave_spawn(&numbersSite, args, memory);
    usleep(n % 3 * 300); // taken by a helper, or not
    try {
      int answer = cleave_join(&numbersSite, token, memory);
      if (answer == 4)
        cleave_rethrow();
      if (answer == 1) {
        expect((*reinterpret_cast<Numbers *>(memory))[0] == n, "numbers");
        reinterpret_cast<Numbers *>(memory)->~Numbers();
        expect(n % 5 != 3, "an exception got lost");
      }
    } catch (const std::runtime_error &error) {
      ++caught;
      expect(error.what() == "three of five: " + std::to_string(n), "what was thrown");
    }
    cleave_frame_leave(&frame);
  }
  expect(caught > 0, "nothing was thrown");
}

void abandoned() {
  for (long n = 0; n != 60; ++n) {
    alignas(Numbers) unsigned char first[sizeof(Numbers)], second[sizeof(Numbers)];
    cleave_frame frame;
    cleave_frame_enter(&frame, nullptr);
    long other = n + 1;
    const void *args[] = {&n}, *otherArgs[] = {&other};
    cleave_spawn(&numbersSite, args, first);
    cleave_spawn(&numbersSite, otherArgs, second);
    usleep(n % 4 * 200);
    cleave_frame_leave(&frame); // arguments and results die here
  }
}

// ---- range loops --------------------------------------------------------------------------------------------------

struct Sums {
  long total;
};
cleave_type bytes{CLEAVE_T_POD, 0, 1, 1, 0, nullptr, nullptr, nullptr};
cleave_type bytesSpan{CLEAVE_T_SPAN, 0, 16, 8, 0, &bytes, nullptr, nullptr};
cleave_type rangeResult{CLEAVE_T_POD, 0, sizeof(Sums) + 32, 8, 0, nullptr, nullptr, nullptr};
cleave_param rangeParameters[] = {{&bytes, CLEAVE_PARAM_BORROWED, 0},
                                  {&bytes, CLEAVE_PARAM_BORROWED, 0},
                                  {&bytesSpan, CLEAVE_PARAM_VALUE, 0},
                                  {&bytesSpan, CLEAVE_PARAM_VALUE, 0}};
const cleave_kind rangeKind{"loop", "test", 3, 2, 4, 0, rangeParameters, &rangeResult, nullptr, 0};

struct Span {
  char *data;
  uint64_t size;
};

// for (i) { squares[i] = i * i * round; ++counts[i % 16]; total += i; }, dearer towards the end
void doRange(void *const *args, void *result) {
  auto *item = static_cast<const int64_t *>(args[0]);
  long round = *static_cast<const long *>(args[1]);
  auto *squares = reinterpret_cast<long *>(static_cast<Span *>(args[2])->data + item[2]);
  auto *counts = reinterpret_cast<int *>(static_cast<Span *>(args[3])->data + item[3]);
  auto &sums = *static_cast<Sums *>(result);
  sums.total = 0;
  for (int64_t i = item[0]; i != item[0] + item[1]; ++i) {
    long work = 0;
    for (int64_t k = 0; k < i / 64; ++k)
      work += k ^ i;
    squares[i] = i * i * round + (work & 1);
    if (round != 7)
      ++counts[i % 16];
    sums.total += i;
    if (round == 7 && i == 1500)
      throw std::bad_alloc();
  }
}
cleave_site rangeSite{&rangeKind, "test", 3, 2, 1000, 0, doRange, 0, nullptr, 0, {}};

void ranges() {
  constexpr uint64_t n = 3000;
  static int counts[16];
  for (long round = 1; round != 12; ++round) {
    std::vector<long> squares(n, -1);
    std::memset(counts, 0, sizeof counts);
    bool gathers = round != 7; // what may throw does not gather
    rangeSite.flags = gathers ? 0 : CLEAVE_SITE_MAY_THROW;
    cleave_range_block blocks[] = {{squares.data(), n * sizeof(long), nullptr, 1, 0, 8, 8, 8, 0, 0},
                                   {counts, sizeof counts, nullptr, 1, 0, 0, 0, 0, CLEAVE_GATHER_ADD, 4}};
    if (!gathers)
      blocks[1] = {counts, sizeof counts, nullptr, 0, 0, 0, 0, 0, 0, 0};
    cleave_range range{&rangeSite, n, 0, 1, &round, blocks, nullptr, 2, 0, sizeof(Sums), nullptr};
    void *handle = cleave_range_begin(&range);
    Sums sums{};
    uint64_t done = 0, inPlace = 0, count = 0;
    for (Sums part; handle && done != n; done += count) {
      part = sums;
      if (cleave_range_next(handle, done, &part, &count) == 1) {
        sums.total += part.total;
        continue;
      }
      inPlace += count;
      for (uint64_t i = done; i != done + count; ++i) {
        expect(squares[i] == -1, "what was taken back is as it was");
        sums.total += static_cast<long>(i);
      }
    }
    cleave_range_end(handle);
    expect(!handle || sums.total == static_cast<long>(n * (n - 1) / 2), "a sum");
    expect(handle, "a range loop was not done");
    if (gathers) {
      expect(inPlace == 0, "a range was not done");
      for (uint64_t i = 0; i != n; ++i)
        expect(squares[i] / round >= static_cast<long>(i * i) && squares[i] <= static_cast<long>(i * i) * round + 1, "a square");
      for (int k = 0; k != 16; ++k)
        expect(counts[k] == static_cast<int>(n / 16 + (static_cast<uint64_t>(k) < n % 16)), "a count");
    } else {
      expect(inPlace > 0 && inPlace <= n - 1500 + n / 4, "the ranges behind the exception are done again");
    }
  }
}

// ---- staged loops -------------------------------------------------------------------------------------------------

cleave_param stagedParameters[] = {{&describe<Numbers>(), CLEAVE_PARAM_BORROWED, 0},
                                   {&describe<std::string>(), CLEAVE_PARAM_BORROWED, 0}};
const cleave_kind stagedKind{"staged", "test", 4, 3, 2, 0, stagedParameters, &describe<std::string>(), nullptr, 0};

std::string staged(const Numbers &shared, const std::string &own) {
  long sum = 0;
  // Long enough to be worth handing over, also where all of it is watched by ThreadSanitizer.
  for (int round = 0; round != 200; ++round)
    for (long number : shared)
      sum += number ^ round;
  return own + "/" + std::to_string(sum); // short and long ones
}
cleave_site stagedSite{&stagedKind, "test", 4, 1, -1, 0,
                       [](void *const *args, void *result) {
                         const auto &own = *static_cast<std::string *>(args[1]);
                         if (own == "13" || own == "14")
                           throw std::bad_alloc();
                         new (result) std::string(staged(*static_cast<Numbers *>(args[0]), own));
                       },
                       0, nullptr, 0, {}};

struct State {
  long i, count;
};
// Its arguments lie on its own stack, short enough to lie within the string.
int generate(void *opaque, void *loop) {
  auto &state = *static_cast<State *>(opaque);
  while (state.i < state.count) {
    std::string own = std::to_string(state.i++);
    const void *args[] = {nullptr, &own};
    if (cleave_loop_push(loop, args))
      return state.i < state.count;
  }
  return 0;
}

void stagedLoops(long stopAt) {
  constexpr long count = 700;
  Numbers shared(50, 9);
  State state{0, count};
  const void *sharedArgs[] = {&shared, nullptr};
  long ready = 0, inPlace = 0;
  void *loop = cleave_loop_begin(&stagedSite, generate, &state, sharedArgs);
  Asking asking(loop);
  for (long i = 0; i != count && i != stopAt; ++i) {
    alignas(std::string) unsigned char memory[sizeof(std::string)];
    if (asking.next(memory) == 1) {
      ++ready;
      auto &result = *reinterpret_cast<std::string *>(memory);
      expect(result == staged(shared, std::to_string(i)), "a result");
      result.~basic_string();
    } else {
      ++inPlace;
    }
  }
  cleave_loop_end(loop);
  expect(ready > 0, "no call ran ahead");
  expect(stopAt >= 0 || inPlace >= 2, "what throws is left to the program");
}

/// The loop has handlers: each item that throws does so in its turn, and those beside it in the batch are done.
cleave_site catchingSite{&stagedKind, "test", 6, 1, -1, 0,
                         [](void *const *args, void *result) {
                           const auto &own = *static_cast<std::string *>(args[1]);
                           std::string made = staged(*static_cast<Numbers *>(args[0]), own);
                           if (own.back() == '3')
                             throw std::runtime_error("at " + own);
                           if (own == "50")
                             throw std::bad_alloc();
                           new (result) std::string(std::move(made));
                         },
                         CLEAVE_SITE_CATCHES, nullptr, 0, {}};

void catchingLoops(long stopAt) {
  constexpr long count = 700;
  Numbers shared(50, 9);
  State state{0, count};
  const void *sharedArgs[] = {&shared, nullptr};
  long ready = 0, caught = 0;
  bool isSpaceOurs = false; // what is out of memory there is the program's to do
  void *loop = cleave_loop_begin(&catchingSite, generate, &state, sharedArgs);
  Asking asking(loop);
  for (long i = 0; i != count && i != stopAt; ++i) {
    alignas(std::string) unsigned char memory[sizeof(std::string)];
    const std::string own = std::to_string(i);
    try {
      int answer = asking.next(memory);
      if (answer == 4)
        cleave_rethrow();
      isSpaceOurs |= i == 50 && answer == 0;
      if (answer != 1)
        continue;
      ++ready;
      auto &result = *reinterpret_cast<std::string *>(memory);
      expect(own.back() != '3' && result == staged(shared, own), "a result beside some that throw");
      result.~basic_string();
    } catch (const std::runtime_error &error) {
      ++caught;
      expect(own.back() == '3' && error.what() == "at " + own, "an exception in its turn");
    }
  }
  cleave_loop_end(loop);
  expect(ready > 0 && caught > 0 && (isSpaceOurs || stopAt >= 0), "results, exceptions, and want of memory");
}

// ---- staged loops in a recursion: each level's items are loops of their own ---------------------------------------

constexpr long kBranches = 6;
long plainTree(long depth) {
  if (!depth) {
    long sum = 0;
    for (volatile long i = 0; i < 3000; i = i + 1)
      sum += i;
    return sum % 7 + 1;
  }
  long sum = 0;
  for (long i = 0; i != kBranches; ++i)
    sum = sum * 3 + plainTree(depth - 1) + i;
  return sum;
}
long cutTree(long depth);
void doTree(void *const *args, void *result) {
  *static_cast<long *>(result) = plainTree(*static_cast<long *>(args[0]));
}
void splitTree(void *const *args, void *result) {
  *static_cast<long *>(result) = cutTree(*static_cast<long *>(args[0]));
}
const cleave_kind treeKind{"tree", "test", 6, 5, 1, 0, longParameter, &describe<long>(), nullptr, 0};
cleave_site treeSite{&treeKind, "test", 6, 0, -1, 0, doTree, 0, splitTree, 0, {}};
std::atomic<long> treesOfHelpers;

struct TreeState {
  long i, depth;
};
int generateTree(void *opaque, void *loop) {
  auto &state = *static_cast<TreeState *>(opaque);
  while (state.i++ < kBranches) {
    long depth = state.depth - 1;
    const void *args[] = {&depth};
    if (cleave_loop_push(loop, args))
      return 1;
  }
  return 0;
}

long cutTree(long depth) {
  if (!depth)
    return plainTree(0);
  cleave_frame frame;
  cleave_frame_enter(&frame, nullptr);
  TreeState state{0, depth};
  const void *sharedArgs[] = {nullptr};
  void *loop = cleave_loop_begin(&treeSite, generateTree, &state, sharedArgs);
  Asking asking(loop);
  long sum = 0;
  for (long i = 0; i != kBranches; ++i) {
    long result = 0;
    int answer = asking.next(&result);
    if (answer == 1 && !cleave::local::isProgramsThread())
      ++treesOfHelpers;
    sum = sum * 3 + (answer == 1 ? result : answer == 2 ? plainTree(depth - 1) : cutTree(depth - 1)) + i;
  }
  cleave_loop_end(loop);
  cleave_frame_leave(&frame);
  return sum;
}

void nestedLoops() {
  for (long round = 0; round != 4; ++round)
    expect(cutTree(6) == plainTree(6), "a tree");
  expect(treesOfHelpers > 0, "no helper split its part");
}

// ---- cut functions that do nothing but ask ------------------------------------------------------------------------

std::atomic<bool> isRunningElsewhere;
cleave_site elsewhereSite{&fibKind, "test", 7, 0, -1, 0,
                          [](void *const *, void *result) {
                            isRunningElsewhere = true;
                            *static_cast<long *>(result) = 1;
                          },
                          0, nullptr, 0, {}};

/// A call of a cut function as the compiler makes it: true if it was made in the plain version. With `isHelped`, another
/// worker does a part.
bool callWatched(cleave_function &function, bool isHelped) {
  if (uint64_t &skips = function.skips[cleave_depth]) {
    --skips;
    return true;
  }
  cleave_frame frame;
  cleave_frame_enter(&frame, &function);
  if (isHelped) {
    long n = 0, result = 0;
    const void *args[] = {&n};
    std::memset(elsewhereSite.learnt, 0, sizeof elsewhereSite.learnt);
    isRunningElsewhere = false;
    void *token = cleave_spawn(&elsewhereSite, args, &result);
    while (!isRunningElsewhere)
      usleep(10);
    expect(cleave_join(&elsewhereSite, token, &result) == 1, "a part of the watched call");
  }
  cleave_frame_leave(&frame);
  return false;
}

void watched() {
  auto plainOf = [](cleave_function &function, int calls, bool isHelped) {
    int plain = 0;
    for (int i = 0; i != calls; ++i)
      plain += callWatched(function, isHelped);
    return plain;
  };
  // 64 calls are watched, and one more shows that it goes on; then 63 of 64 are plain. A long one is unlike the others: now
  // and then the machine does something else for so long.
  cleave_function quiet{}, helped{}, mixed{};
  int plain = plainOf(quiet, 6400, false);
  expect(plain > 5000 && plain <= 6335 * 63 / 64 + 64, "calls that get no help are made in the plain version");
  expect(quiet.skips[1] == 0 && quiet.learnt[1] == 0, "depths are told apart");
  expect(plainOf(helped, 100, true) == 0, "calls that get help are not");
  // One that gets help among many that do not: from then on more are watched before any is plain again.
  while (!mixed.skips[0])
    callWatched(mixed, false);
  mixed.skips[0] = 0;
  expect(plainOf(mixed, 1, true) == 0 && plainOf(mixed, 64, false) == 0 && mixed.skips[0] == 0,
         "who was taken for small wrongly is watched for longer");
  // A site is known by how soon it asks again, at the same depth of frames.
  cleave_site tiny{&fibKind, "test", 8, 0, 5, 0, elsewhereSite.local, CLEAVE_SITE_SKIPS, nullptr, 0, {}}, recursive = tiny;
  long n = 0, result = 0;
  const void *args[] = {&n};
  for (int i = 0; i != 10000 && !tiny.skips; ++i)
    expect(cleave_spawn(&tiny, args, &result) == CLEAVE_PLAIN_TOKEN, "what is tiny by its code is plain");
  expect(tiny.skips > 0, "tiny futures in a row are not asked about");
  for (int i = 0; i != 1000; ++i) {
    cleave_depth = i % 2;
    cleave_spawn(&recursive, args, &result);
  }
  cleave_depth = 0;
  expect(!recursive.skips, "at changing depths they are");
}

// ---- a fork, and the rounding mode --------------------------------------------------------------------------------

void forked() {
  for (int round = 0; round != 5; ++round) {
    cleave_frame frame;
    cleave_frame_enter(&frame, nullptr);
    long n = 25, result = 0;
    const void *args[] = {&n};
    void *token = cleave_spawn(&fibSite, args, &result);
    pid_t child = fork();
    if (!child) {
      int answer = cleave_join(&fibSite, token, &result);
      _exit((answer == 1 ? result : plainFib(n)) == plainFib(25) && cutFib(20) == plainFib(20) ? 7 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 7, "the child of a fork");
    int answer = cleave_join(&fibSite, token, &result);
    expect((answer == 1 ? result : plainFib(n)) == plainFib(25), "the parent of a fork");
    cleave_frame_leave(&frame);
  }
}

const cleave_kind roundingKind{"rounding", "test", 5, 4, 1, 0, longParameter, &describe<long>(), nullptr, 0};
cleave_site roundingSite{&roundingKind, "test", 5, 0, -1, 0,
                         [](void *const *, void *result) { *static_cast<long *>(result) = fegetround(); }, 0, nullptr, 0, {}};

void rounding() {
  for (int mode : {FE_UPWARD, FE_DOWNWARD, FE_TONEAREST})
    for (int round = 0; round != 10; ++round) {
      std::fesetround(mode);
      cleave_frame frame;
      cleave_frame_enter(&frame, nullptr);
      long n = 0, result = mode;
      const void *args[] = {&n};
      // Never measured: a probe, however small it is.
      std::memset(roundingSite.learnt, 0, sizeof roundingSite.learnt);
      void *token = cleave_spawn(&roundingSite, args, &result);
      usleep(500);
      cleave_join(&roundingSite, token, &result);
      expect(result == mode, "the rounding mode of whoever spawned");
      cleave_frame_leave(&frame);
      std::fesetround(FE_TONEAREST);
    }
}

// ---- workers that have nothing to do ------------------------------------------------------------------------------

/// One of them that looked around instead of sleeping would use about as much processor time as passes.
void idle() {
  auto processorMs = [] {
    timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000 + used.tv_nsec / 1000000;
  };
  usleep(100000);
  long before = processorMs();
  usleep(600000);
  expect(processorMs() - before < 200, "idle workers sleep");
}

} // namespace

int main(int argc, char **argv) {
  attach(argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1])) : 4);
  std::string only = argc > 2 ? argv[2] : "";
  if (only == "forked") { // what ThreadSanitizer's own threads do at a fork is not of interest
    forked();
  } else {
    futures();
    watched();
    thrown();
    abandoned();
    ranges();
    stagedLoops(-1);
    stagedLoops(400);
    catchingLoops(-1);
    catchingLoops(400);
    nestedLoops();
    rounding();
    idle();
  }
  std::puts(failures ? "failed" : "fine");
  return failures != 0;
}
