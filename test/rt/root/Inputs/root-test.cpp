// root-test.cpp - the runtime inside the program against a fake node: answers come in program order and are right,
// whatever workers do. One scenario a run: cleave-root-test <scenario>.
//
// Programs are written as the compiler would write them: a loop asks cleave_loop_next, a generator pushes.
#include "Expect.h"
#include "FakeNode.h"

#include "test/rt/task/Inputs/Describe.h"

#include "rt/root/Arena.h"
#include "rt/root/Names.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <map>
#include <random>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// The kind of all scenarios: Numbers f(const Numbers &shared, long item, const Numbers &own).
Numbers f(const Numbers &shared, long item, const Numbers &own) {
  Numbers result(static_cast<size_t>(item % 7) + own.size());
  for (size_t i = 0; i != result.size(); ++i)
    result[i] = item + shared[i % shared.size()] + (i < own.size() ? own[i] : 0);
  return result;
}
const cleave_param parameters[] = {{&describe<Numbers>(), CLEAVE_PARAM_BORROWED, 0},
                                   {&describe<long>(), CLEAVE_PARAM_VALUE, 0},
                                   {&describe<Numbers>(), CLEAVE_PARAM_BORROWED, 0}};
const cleave_kind kind{"f", "test", 1, 0, 3, 0, parameters, &describe<Numbers>(), nullptr, 0};
cleave_site site{&kind, "test", 1, 1, -1, 0, nullptr, 0, nullptr, 0, {}};

Ending compute(void *const *args, void *result) {
  long item = *static_cast<long *>(args[1]);
  if (args[0])
    new (result) Numbers(f(*static_cast<Numbers *>(args[0]), item, *static_cast<Numbers *>(args[2])));
  return Ending::Done;
}

// for (long i = 0; i < count; ++i) results.push_back(f(shared, i, own(i)));
struct State {
  long i, count;
  size_t ownSize;
};
Numbers ownOf(long i, size_t size) { return Numbers(size, i * 3); }

int generate(void *opaque, void *loop) {
  auto &state = *static_cast<State *>(opaque);
  while (state.i < state.count) {
    long item = state.i++;
    Numbers own = ownOf(item, state.ownSize); // dies before the worker has seen it
    const void *args[] = {nullptr, &item, &own};
    if (cleave_loop_push(loop, args))
      return state.i < state.count;
  }
  return 0;
}

struct Report {
  long right = 0, wrong = 0, sent = 0, inPlace = 0, shown = 0;
};

Report runLoop(long count, size_t ownSize, size_t sharedSize, long stopAt = -1) {
  Numbers shared(sharedSize, 5);
  State state{0, count, ownSize};
  const void *sharedArgs[] = {&shared, nullptr, nullptr};
  Report report;
  void *loop = cleave_loop_begin(&site, generate, &state, sharedArgs);
  for (long i = 0; i != count && i != stopAt; ++i) {
    alignas(Numbers) unsigned char memory[sizeof(Numbers)];
    auto &result = *reinterpret_cast<Numbers *>(memory);
    Numbers expected = f(shared, i, ownOf(i, ownSize));
    int answer = cleave_loop_next(loop, memory);
    if (answer == 1)
      ++report.sent;
    else
      ++report.inPlace, new (memory) Numbers(expected);
    if (answer == 3)
      ++report.shown, cleave_checked(loop, memory);
    ++(result == expected ? report.right : report.wrong);
    result.~Numbers();
  }
  cleave_loop_end(loop);
  return report;
}

// A site of its own: a site is a loop's or a future's, and learns accordingly.
cleave_site futureSite{&kind, "test", 1, 0, -1, 0, nullptr, 0, nullptr, 0, {}};
void *spawn(const Numbers &shared, long item, const Numbers &own) {
  const void *args[] = {&shared, &item, &own};
  return cleave_spawn(&futureSite, args, nullptr);
}

void expectAll(const Report &report, long count, const char *what) {
  expect(report.right == count && report.wrong == 0, what);
}

void loops(FakeNode &node) {
  node.control().mode = CLEAVE_MODE_ISOLATED; // no early giving up
  for (size_t ownSize : {0, 10, 20000}) {     // 20000 longs are an extern, in a vector that dies at once
    long count = ownSize > 1000 ? 200 : 3000;
    site = {&kind, "test", 1, 1, -1, 0, nullptr, 0, nullptr, 0, {}};
    Report report = runLoop(count, ownSize, 20000);
    expectAll(report, count, "loop");
    expect(report.sent > 0, "nothing was sent");
  }
  const cleave_counters &counters = node.counters();
  expect(counters.objects_published >= 3 && counters.objects_mapped > counters.objects_published, "shared published");
  expect(node.items(0) + counters.done_in_place == 6200, "items add up");
  // Each task is told twice: when it was done, and when the loop had it. Batches that a loop's end abandons are told once.
  expect(node.control().trace_count > node.tasks(0) && node.control().trace_count <= 2 * node.tasks(0),
         "trace events for each task");
}

void delays(FakeNode &node) { // out of order between workers: detached outputs
  node.delayUs = 300;
  node.control().mode = CLEAVE_MODE_ISOLATED;
  expectAll(runLoop(2000, 100, 10), 2000, "delays");
  node.delayUs = 0;
}

void thrown(FakeNode &node) {
  node.setKind(kind, [](void *const *args, void *result) {
    return *static_cast<long *>(args[1]) % 5 == 3 ? Ending::Thrown : compute(args, result);
  });
  node.control().mode = CLEAVE_MODE_ISOLATED;
  Report report = runLoop(500, 3, 10);
  expectAll(report, 500, "thrown");
  expect(node.counters().redone > 0 && report.inPlace >= 100, "thrown items were answered in place");
}

void early(FakeNode &node) {
  node.delayUs = 100;
  node.control().mode = CLEAVE_MODE_ISOLATED;
  for (long stop : {0, 1, 2, 17, 100})
    expectAll(runLoop(1000, 20000, 20000, stop), stop, "early end");
  node.delayUs = 0;
  expectAll(runLoop(100, 20000, 20000), 100, "after early ends");
  expect(node.counters().abandoned > 0, "abandoned tasks are counted");
}

void futures(FakeNode &node) {
  Numbers shared(30000, 1), own(100, 2);
  long sent = 0;
  for (long i = 0; i != 200; ++i) {
    cleave_frame frame;
    cleave_frame_enter(&frame, nullptr);
    void *a = spawn(shared, i, own), *b = spawn(shared, i + 1000, own);
    for (auto [token, item] : {std::pair(b, i + 1000), std::pair(a, i)}) { // joined in the other order
      alignas(Numbers) unsigned char memory[sizeof(Numbers)];
      if (cleave_join(&futureSite, token, memory) != 1)
        continue;
      ++sent;
      auto &result = *reinterpret_cast<Numbers *>(memory);
      expect(result == f(shared, item, own), "future");
      result.~Numbers();
    }
    cleave_frame_leave(&frame);
  }
  expect(sent > 0 && node.tasks(0) == uint64_t(sent), "futures were sent");
}

void frames(FakeNode &node) { // what a frame leaves open is abandoned, and later work is right
  node.delayUs = 500;
  node.control().mode = CLEAVE_MODE_ISOLATED;
  for (int round = 0; round != 20; ++round) {
    cleave_frame outer;
    cleave_frame_enter(&outer, nullptr);
    Numbers shared(20000, round), own(50, 1);
    void *kept = spawn(shared, round, own);
    {
      cleave_frame inner;
      cleave_frame_enter(&inner, nullptr);
      Numbers dying(20000, 3);
      spawn(dying, 1, own);
      cleave_frame_leave(&inner);
    }
    alignas(Numbers) unsigned char memory[sizeof(Numbers)];
    if (cleave_join(&futureSite, kept, memory) == 1) {
      auto &result = *reinterpret_cast<Numbers *>(memory);
      expect(result == f(shared, round, own), "outer future");
      result.~Numbers();
    }
    spawn(shared, 2, own);
    cleave_frame_leave(&outer);
  }
  expect(node.counters().abandoned > 0, "abandoned futures are counted");
}

// A task that died ends the run when its result is asked for, and not before. Of several items in one task nobody knows
// which one it was: they are done in place. Rubbish is not forgiven.
void dying(Ending ending, FakeNode &node) {
  node.setKind(kind, [ending](void *const *args, void *result) {
    return *static_cast<long *>(args[1]) == 7 ? ending : compute(args, result);
  });
  node.control().mode = CLEAVE_MODE_ISOLATED;
  if (ending != Ending::Garbage) {
    expectAll(runLoop(1000, 3, 10, 5), 5, "results before it");
    expectAll(runLoop(1000, 3, 10), 1000, "one of many");
  }
  Numbers shared(10, 1), own(10, 2);
  cleave_frame frame;
  cleave_frame_enter(&frame, nullptr);
  spawn(shared, 7, own);
  cleave_frame_leave(&frame);
  std::printf(failures ? "FAIL\n" : "not asked for: fine\n");
  std::fflush(stdout);
  for (int i = 0; i != 100000; ++i, usleep(100)) { // workers may still be busy with what was abandoned
    void *token = spawn(shared, 7, own);
    alignas(Numbers) unsigned char memory[sizeof(Numbers)];
    expect(cleave_join(&futureSite, token, memory) != 1, "no result");
  }
  std::printf("FAIL: the run went on\n");
  ++failures;
}

void forked(FakeNode &node) { // the child runs serially, on memory of its own
  node.control().mode = CLEAVE_MODE_ISOLATED;
  Numbers large(100000, 1);
  expect(cleave::arena::owns(large.data()), "a large block lies in the arena");
  Numbers own(5, 1);
  void *future = spawn(large, 1, own);
  if (pid_t child = fork(); child == 0) {
    large[5] = 2;
    alignas(Numbers) unsigned char memory[sizeof(Numbers)];
    bool isSerial = !cleave_is_splitting && cleave_join(&futureSite, future, memory) == 0 && !spawn(large, 1, own);
    Report report = runLoop(10, 5, 5);
    _exit(isSerial && report.inPlace == 10 && report.right == 10 ? 0 : 1);
  } else {
    int status;
    waitpid(child, &status, 0);
    expect(status == 0, "the child runs serially");
  }
  expect(large[5] == 1, "the child has memory of its own");
  alignas(Numbers) unsigned char memory[sizeof(Numbers)];
  if (cleave_join(&futureSite, future, memory) == 1)
    reinterpret_cast<Numbers *>(memory)->~Numbers();
  expectAll(runLoop(100, 20000, 20000), 100, "the parent goes on");
}

void fine(FakeNode &node) { // items that cost nothing: the loop gives up sending, and says so with 2
  node.setKind(kind, [](void *const *, void *result) { return new (result) Numbers(), Ending::Done; });
  Numbers shared(1, 5);
  const void *sharedArgs[] = {&shared, nullptr, nullptr};
  long plain = 0;
  for (int round = 0; round != 50 && !plain; ++round) {
    State state{0, 20000, 50};
    void *loop = cleave_loop_begin(&site, generate, &state, sharedArgs);
    for (long i = 0; i != 20000; ++i) {
      alignas(Numbers) unsigned char memory[sizeof(Numbers)];
      int answer = cleave_loop_next(loop, memory);
      plain += answer == 2;
      if (answer == 1)
        reinterpret_cast<Numbers *>(memory)->~Numbers();
    }
    cleave_loop_end(loop);
  }
  expect(plain > 0, "a loop that is too fine is done in place");
}

// Mode check. Everything is done in place and held against workers, and nothing is ever found that is not there.
void checked(FakeNode &node) {
  const cleave_counters &counters = node.counters();
  for (size_t ownSize : {0, 10, 20000}) {
    Report report = runLoop(300, ownSize, ownSize ? 20000 : 3);
    expectAll(report, 300, "checked loop");
    expect(report.sent == 0 && report.shown == 300, "all was done in place, and shown");
  }
  for (long stop : {0, 1, 2, 17, 100})
    expectAll(runLoop(300, 20000, 20000, stop), stop, "a checked loop that ends early");
  Numbers shared(20000, 1), own(50, 1);
  auto join = [&](void *token, long item) {
    Numbers result = f(shared, item, own);
    if (cleave_join(&futureSite, token, &result) == 3)
      cleave_checked(token, &result);
  };
  for (long i = 0; i != 30; ++i) {
    cleave_frame frame;
    cleave_frame_enter(&frame, nullptr);
    long items[] = {i, i + 1000, 5}; // as the arguments of a cut function do, they live until the join
    void *tokens[3];
    for (int k = 0; k != 3; ++k) {
      const void *args[] = {&shared, &items[k], &own};
      tokens[k] = cleave_spawn(&futureSite, args, nullptr);
    }
    join(tokens[1], items[1]);
    join(tokens[0], items[0]); // the third is left open
    cleave_frame_leave(&frame);
  }
  expect(counters.checked >= 1000 && counters.unchecked == 0 && counters.findings == 0, "nothing is found");
  if (pid_t child = fork(); child == 0) {
    _exit(runLoop(10, 5, 5).right == 10 && !spawn(shared, 1, own) ? 0 : 1);
  } else {
    int status;
    waitpid(child, &status, 0);
    expect(status == 0, "the child checks nothing");
  }
}

// What a worker does to item 57, and how many kinds of findings there are then: each is told once for a site.
void checkedWrong(FakeNode &node) {
  const cleave_counters &counters = node.counters();
  uint64_t findings = 0;
  auto expectFinding = [&](const char *part) {
    for (int round = 0; round != 2; ++round)
      expectAll(runLoop(200, 10, 10), 200, "checked loop");
    expect(counters.findings == ++findings, "one finding");
    const cleave_finding &finding = *cleave_control_finding(&node.control(), findings - 1);
    std::string text(finding.text, finding.text_bytes);
    expect(text.find(part) != text.npos, part);
  };
  auto with = [](Ending ending) {
    return [ending](void *const *args, void *result) {
      Ending usual = compute(args, result);
      return *static_cast<long *>(args[1]) == 57 ? static_cast<Numbers *>(result)->clear(), ending : usual;
    };
  };
  node.setKind(kind, with(Ending::Done));
  expectFinding("test:1: 'f': the task's result is not the program's: the size of a vector");
  node.setKind(kind, with(Ending::Thrown));
  expectFinding("the task threw");
  node.setKind(kind, with(Ending::Die));
  expectFinding("the task died where the program did not: it was killed by signal 11");
}

void threads(FakeNode &node) { // only the thread that runs main splits
  node.control().mode = CLEAVE_MODE_ISOLATED;
  Report other;
  std::thread([&] { other = runLoop(50, 5, 5); }).join();
  expect(other.inPlace == 50 && other.right == 50, "another thread runs in place");
}

// Behind item 60 there is nothing: the generator reads wild memory, or hands out an object that is rubbish.
struct WildState {
  long i;
  bool isRubbish;
};
int generateWildly(void *opaque, void *loop) {
  auto &state = *static_cast<WildState *>(opaque);
  for (;;) {
    long item = state.i++;
    Numbers own = ownOf(item, 3);
    uintptr_t words[3] = {0x1000, 0x5000, 0x5000};
    const void *args[] = {nullptr, &item, &own};
    if (item > 60 && state.isRubbish)
      args[2] = words;
    else if (item > 60)
      item = *reinterpret_cast<volatile long *>(words[0]);
    if (cleave_loop_push(loop, args))
      return 1;
  }
}

void wild(FakeNode &node) {
  node.control().mode = CLEAVE_MODE_ISOLATED;
  for (bool isRubbish : {false, true}) {
    Numbers shared(100, 5);
    const void *sharedArgs[] = {&shared, nullptr, nullptr};
    WildState state{0, isRubbish};
    void *loop = cleave_loop_begin(&site, generateWildly, &state, sharedArgs);
    for (long i = 0; i <= 60; ++i) {
      alignas(Numbers) unsigned char memory[sizeof(Numbers)];
      auto &result = *reinterpret_cast<Numbers *>(memory);
      if (cleave_loop_next(loop, memory) != 1)
        new (memory) Numbers(f(shared, i, ownOf(i, 3)));
      expect(result == f(shared, i, ownOf(i, 3)), "before what is not there");
      result.~Numbers();
    }
    cleave_loop_end(loop);
  }
  expect(node.items(0) > 0, "nothing was sent");
  expectAll(runLoop(500, 3, 10), 500, "after a fault");
}

void arenaBlocks(FakeNode &) {
  std::mt19937_64 random(1);
  std::map<uint64_t *, uint64_t> blocks;
  for (int i = 0; i != 20000; ++i) {
    if (blocks.size() < 40 && random() % 2) {
      uint64_t words = (65536 + random() % 500000) / 8;
      auto *block = static_cast<uint64_t *>(::operator new(words * 8));
      expect(cleave::arena::owns(block) && reinterpret_cast<uint64_t>(block) % 4096 == 0, "in the arena, page-aligned");
      block[0] = block[words - 1] = words;
      blocks[block] = words;
    } else if (!blocks.empty()) {
      auto it = blocks.lower_bound(reinterpret_cast<uint64_t *>(cleave::arena::base + random() % (64 << 20)));
      it = it == blocks.end() ? blocks.begin() : it;
      expect(it->first[0] == it->second && it->first[it->second - 1] == it->second, "a block was written over");
      ::operator delete(it->first);
      blocks.erase(it);
    }
  }
  for (auto &[block, words] : blocks)
    ::operator delete(block);
  auto *whole = static_cast<uint8_t *>(::operator new(32 << 20)); // all extents were joined again
  expect(whole < cleave::arena::base + (40 << 20), "free extents are joined");
  cleave::arena::pin(whole);
  whole[0] = 42;
  ::operator delete(whole);
  auto *other = static_cast<uint8_t *>(::operator new(32 << 20));
  expect(other != whole && whole[0] == 42, "a pinned block stays");
  cleave::arena::unpin(whole);
  ::operator delete(other);
  auto *again = static_cast<uint8_t *>(::operator new(32 << 20));
  expect(again <= std::max(whole, other), "an unpinned block is free again");
  ::operator delete(again);
  void *aligned = ::operator new(100000, std::align_val_t(4096));
  expect(cleave::arena::owns(aligned), "aligned");
  ::operator delete(aligned, std::align_val_t(4096));
}

// With a store in memory: what was done is found, whatever the batches; what threw or died is not kept.
void memo(FakeNode &node) {
  node.control().mode = CLEAVE_MODE_ISOLATED;
  /* Heavy beside what sending takes under the sanitizers. */
  auto slowly = [](void *const *args, void *result) {
    usleep(2000);
    return compute(args, result);
  };
  node.setKind(kind, slowly);
  auto found = [&] { return cleave_control_kind(&node.control(), 0)->found; };
  for (size_t ownSize : {0, 10, 20000}) { // 20000 longs are an extern, in a vector that dies at once
    const long count = 60;
    site = {&kind, "test", 1, 1, -1, 0, nullptr, 0, nullptr, 0, {}};
    for (size_t sharedSize : {20000, 20001, 20000}) {
      uint64_t itemsBefore = node.items(0), foundBefore = found();
      Report report = runLoop(count, ownSize, sharedSize);
      expectAll(report, count, "loop with a store");
      expect(report.inPlace + node.items(0) - itemsBefore + found() - foundBefore == uint64_t(count), "items add up");
    }
  }
  site = {&kind, "test", 1, 1, -1, 0, nullptr, 0, nullptr, 0, {}};
  uint64_t itemsBefore = node.items(0), foundBefore = found();
  expectAll(runLoop(60, 20000, 20000), 60, "again");
  expect(node.items(0) == itemsBefore && found() == foundBefore + 60, "nothing is done again");

  /* Equal items wait for the first of them. */
  itemsBefore = node.items(0);
  State state{0, 64, 4};
  Numbers shared(77, 5);
  const void *sharedArgs[] = {&shared, nullptr, nullptr};
  auto generateEqual = [](void *opaque, void *loop) {
    auto &at = *static_cast<State *>(opaque);
    while (at.i++ < at.count) {
      long item = at.i % 2;
      Numbers own = ownOf(item, at.ownSize);
      const void *args[] = {nullptr, &item, &own};
      if (cleave_loop_push(loop, args))
        return 1;
    }
    return 0;
  };
  void *loop = cleave_loop_begin(&site, generateEqual, &state, sharedArgs);
  for (long i = 1; i <= 64; ++i) {
    alignas(Numbers) unsigned char memory[sizeof(Numbers)];
    auto &result = *reinterpret_cast<Numbers *>(memory);
    if (cleave_loop_next(loop, memory) != 1)
      new (memory) Numbers(f(shared, i % 2, ownOf(i % 2, 4)));
    expect(result == f(shared, i % 2, ownOf(i % 2, 4)), "an equal item's result");
    result.~Numbers();
  }
  cleave_loop_end(loop);
  expect(node.items(0) == itemsBefore + 2, "equal work is done once");

  /* A block that changes under the same address. */
  Numbers own(40000, 1);
  for (long value = 0; value != 6; ++value) {
    own[20000] = value / 2;
    void *token = spawn(shared, 5, own);
    alignas(Numbers) unsigned char memory[sizeof(Numbers)];
    auto &result = *reinterpret_cast<Numbers *>(memory);
    if (cleave_join(&futureSite, token, memory) != 1)
      new (memory) Numbers(f(shared, 5, own));
    expect(result == f(shared, 5, own), "a block that changed");
    result.~Numbers();
  }

  /* Ends that are not results. */
  for (Ending ending : {Ending::Thrown, Ending::Die}) {
    node.setKind(kind, [ending, slowly](void *const *args, void *result) {
      return *static_cast<long *>(args[1]) % 5 == 3 ? ending : slowly(args, result);
    });
    site = {&kind, "test", 1, 1, -1, 0, nullptr, 0, nullptr, 0, {}};
    for (int round = 0; round != 2; ++round) {
      alignas(Numbers) unsigned char memory[sizeof(Numbers)];
      long item = ending == Ending::Thrown ? 3 : 1003;
      Numbers mine = ownOf(item, 9);
      cleave_frame frame;
      cleave_frame_enter(&frame, nullptr);
      void *token = spawn(shared, item, mine);
      if (ending == Ending::Thrown)
        expect(cleave_join(&futureSite, token, memory) != 1, "what threw is done in place");
      cleave_frame_leave(&frame); /* nobody asks for the one that dies */
    }
    if (ending == Ending::Thrown)
      expectAll(runLoop(100, 6, 11), 100, "thrown, with a store");
  }
  node.setKind(kind, compute);
  expectAll(runLoop(200, 3, 12), 200, "after a death");
}

/* Blocks that malloc serves are found by their first byte, wherever in a page they begin, and by no other. */
void markedBlocks(FakeNode &) {
  std::mt19937_64 random(2);
  std::map<uint8_t *, uint64_t> blocks;
  for (int i = 0; i != 50000; ++i) {
    if (blocks.size() < 2000 && random() % 3) {
      uint64_t bytes = cleave::kMarked + random() % 1000;
      auto *block = static_cast<uint8_t *>(::operator new(bytes));
      memset(block, static_cast<int>(bytes & 255), bytes);
      blocks[block] = bytes;
    } else if (!blocks.empty()) {
      auto it = std::next(blocks.begin(), static_cast<long>(random() % blocks.size()));
      auto [block, bytes] = *it;
      cleave::HeapBlock found = cleave::findBlock(block);
      expect(found.begin == block && found.bytes == bytes, "a marked block is found with its size");
      expect(reinterpret_cast<uint64_t>(block) % 4096 >= cleave::kHeaderBytes, "its header lies in its page");
      expect(!cleave::findBlock(block + 16).begin, "not by what is inside");
      expect(block[0] == (bytes & 255) && block[bytes - 1] == (bytes & 255), "a block was written over");
      ::operator delete(block);
      expect(!cleave::findBlock(block).begin, "not when it is gone");
      blocks.erase(it);
    }
  }
  for (auto &[block, bytes] : blocks)
    ::operator delete(block);
}

/* malloc and its like over arena, headers and the C library's heap: contents and sizes hold through everything. */
void heapFunctions(FakeNode &) {
  std::mt19937_64 random(3);
  struct Block {
    uint8_t *data;
    size_t bytes;
    uint8_t fill;
  };
  std::vector<Block> blocks;
  auto anySize = [&] { return 1 + random() % (size_t{1} << (random() % 19)); };
  auto holds = [](const uint8_t *data, size_t bytes, uint8_t fill) {
    return std::all_of(data, data + bytes, [&](uint8_t byte) { return byte == fill; });
  };
  for (int i = 0; i != 30000; ++i) {
    size_t bytes = anySize();
    uint8_t *data = nullptr;
    switch (random() % 6) {
    case 0:
      data = static_cast<uint8_t *>(malloc(bytes));
      break;
    case 1:
      data = static_cast<uint8_t *>(calloc(bytes / 8 + 1, 8));
      expect(holds(data, bytes / 8 * 8, 0), "calloc's are zero");
      break;
    case 2: {
      size_t alignment = size_t{16} << random() % 9;
      void *block = nullptr;
      expect(!posix_memalign(&block, alignment, bytes) && reinterpret_cast<size_t>(block) % alignment == 0, "aligned");
      data = static_cast<uint8_t *>(block);
      break;
    }
    case 3:
      if (blocks.empty())
        continue;
      {
        Block &block = blocks[random() % blocks.size()];
        size_t size = bytes + 1;
        block.data = static_cast<uint8_t *>(realloc(block.data, size));
        expect(holds(block.data, std::min(size, block.bytes), block.fill), "realloc keeps what was there");
        block.bytes = size;
        memset(block.data, block.fill, size);
      }
      continue;
    default:
      if (blocks.size() > 100 || (!blocks.empty() && random() % 2)) {
        size_t at = random() % blocks.size();
        expect(holds(blocks[at].data, blocks[at].bytes, blocks[at].fill), "a block was written over");
        free(blocks[at].data);
        blocks.erase(blocks.begin() + static_cast<long>(at));
      }
      continue;
    }
    expect(malloc_usable_size(data) >= bytes, "usable size");
    bool isFound = cleave::findBlock(data).begin == data;
    bool isWide = reinterpret_cast<size_t>(data) % 1024 == 0; // may have been aligned to more than headers are for
    expect(isFound || bytes < cleave::kMarked || isWide, "a block of some size is found");
    blocks.push_back({data, bytes, static_cast<uint8_t>(random())});
    memset(data, blocks.back().fill, bytes);
  }
  for (Block &block : blocks)
    free(block.data);
  void *volatile none = malloc(300); // what is not looked at is not called at all
  none = realloc(none, 0);
  expect(!none, "nothing is left of it");
  volatile size_t many = SIZE_MAX / 4;
  none = calloc(many, 8);
  expect(!none && errno == ENOMEM, "too many");
}

void names(FakeNode &node) {
  cleave_name a = cleave::contentName("a", 1), b = cleave::contentName("b", 1), inputs[] = {a, b}, turned[] = {b, a};
  auto same = [](const cleave_name &x, const cleave_name &y) { return !std::memcmp(&x, &y, sizeof x); };
  expect(same(a, cleave::contentName("a", 1)) && !same(a, b), "content names");
  expect(a.bytes[6] >> 4 == 8 && a.bytes[8] >> 6 == 2, "version 8, RFC 9562's variant");
  cleave_name output = cleave::outputName(a, inputs, false);
  expect(same(output, cleave::outputName(a, inputs, false)), "equal work has equal names");
  expect(!same(output, cleave::outputName(a, inputs, true)), "what is drawn is of another version");
  expect(!same(output, cleave::outputName(a, turned, false)) && !same(output, cleave::outputName(b, inputs, false)),
         "inputs, their order and task matter");
  const cleave::Hash128 digests[] = {{{1, 2}}, {{3, 4}}};
  cleave_name item = cleave::itemName(a, 1, digests, 2), provenance = cleave::provenanceName(1);
  expect(!same(item, cleave::itemName(a, 0, digests, 2)) && !same(item, cleave::itemName(a, 1, digests, 1)),
         "what items share matters, and each parameter");
  expect(!same(provenance, cleave::provenanceName(2)), "provenance names");

  uint8_t otherKey[32] = {1}, otherRun[16] = {1};
  cleave::setNameKeys(node.control().tenant_key, otherRun);
  expect(!same(a, cleave::contentName("a", 1)) && !same(output, cleave::outputName(a, inputs, false)) &&
             !same(provenance, cleave::provenanceName(1)),
         "names of messages are of no use in another run");
  expect(same(item, cleave::itemName(a, 1, digests, 2)), "names in a store hold for all runs");
  cleave::setNameKeys(otherKey, node.control().run_id);
  expect(!same(a, cleave::contentName("a", 1)) && !same(item, cleave::itemName(a, 1, digests, 2)),
         "another tenant has other names");
}

} // namespace

int main(int argc, char **argv) {
  const std::map<std::string, void (*)(FakeNode &)> scenarios = {
      {"loops", loops},
      {"delays", delays},
      {"thrown", thrown},
      {"early", early},
      {"futures", futures},
      {"frames", frames},
      {"forked", forked},
      {"fine", fine},
      {"threads", threads},
      {"check", checked},
      {"check-wrong", checkedWrong},
      {"wild", wild},
      {"arena", arenaBlocks},
      {"memo", memo},
      {"marked", markedBlocks},
      {"heap", heapFunctions},
      {"names", names},
      {"die", [](FakeNode &node) { dying(Ending::Die, node); }},
      {"panic", [](FakeNode &node) { dying(Ending::Panic, node); }},
      {"garbage", [](FakeNode &node) { dying(Ending::Garbage, node); }}};
  auto scenario = argc == 2 ? scenarios.find(argv[1]) : scenarios.end();
  if (scenario == scenarios.end())
    return std::fprintf(stderr, "cleave-root-test: no such scenario\n"), 2;
  {
    FakeNode node(2, 1);
    node.setKind(kind, compute);
    if (scenario->first.starts_with("check"))
      node.control().mode = CLEAVE_MODE_CHECK;
    if (scenario->first == "memo") {
      node.control().store.kind = CLEAVE_STORE_MEMORY;
      node.control().store.memory_bytes = 64 << 20;
    }
    node.attach();
    scenario->second(node);
  }
  std::printf(failures ? "%d failures\n" : "fine\n", failures);
  std::fflush(stdout);
  _exit(failures != 0);
}
