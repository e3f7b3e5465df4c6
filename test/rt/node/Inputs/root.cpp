/* root.cpp - the program's side of exchange.h by hand: attaches, starts workers, sends messages to task.c and judges
 * what comes back. Its arguments are what to do; each prints one line. A task that died is reported to the node, as the
 * program's run time would do it.
 *
 *     root do WORD [A [B]]    one message; its outcome and answer
 *     root thrice WORD ...    three of them, one after another
 *     root survive WORD       the worker dies of it, nobody asks, the slot is used again
 *     root many               thousands of messages over all workers, with sleeping and spinning on both sides
 *     root externs            arena objects: granted, not granted, private, renamed
 *     root recycle            a slot gets workers of another kind
 *     root count              figures for --stats and --trace
 *     root exit N | signal N  end, with workers alive
 *     root wait               print "ready", with a worker in the middle of a task, and sleep for ever
 *     root close              close stdout, with a worker alive, and sleep for ever
 *     root echo               stdin to stdout, arguments and environment */
#include "cleave/exchange.h"

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

struct Request {
  char operation[16];
  uint64_t a, b;
};

cleave_control *control;
char *exchange, *arena;
int event;
uint32_t submitted[CLEAVE_SLOTS_MAX];

[[noreturn]] void fail(const char *what) {
  std::printf("FAIL: %s\n", what);
  std::exit(1);
}

void *mapAll(int descriptor) {
  struct stat status;
  fstat(descriptor, &status);
  void *mapped = mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  return mapped == MAP_FAILED ? nullptr : mapped;
}

bool attach() {
  const char *variable = std::getenv(CLEAVE_NODE_VARIABLE);
  int version, numbers[3];
  if (!variable ||
      std::sscanf(variable, "%d:%d:%d:%d:%d", &version, &numbers[0], &numbers[1], &numbers[2], &event) != 5)
    return false;
  fcntl(event, F_SETFD, FD_CLOEXEC);
  control = static_cast<cleave_control *>(mapAll(numbers[0]));
  exchange = static_cast<char *>(mapAll(numbers[1]));
  arena = static_cast<char *>(mapAll(numbers[2]));
  if (!control || !exchange || !arena || control->magic != CLEAVE_CONTROL_MAGIC)
    fail("attach");
  unsetenv(CLEAVE_NODE_VARIABLE);
  control->root_attached = 1;
  return true;
}

void tellNode() {
  uint64_t one = 1;
  if (write(event, &one, sizeof one) != sizeof one)
    fail("eventfd");
}

char *partition(uint32_t slot) { return exchange + slot * control->partition_bytes; }
cleave_inbox *inbox(uint32_t slot) { return reinterpret_cast<cleave_inbox *>(partition(slot) + CLEAVE_INBOX_OFFSET); }
cleave_outbox *outbox(uint32_t slot) {
  return reinterpret_cast<cleave_outbox *>(partition(slot) + CLEAVE_OUTBOX_OFFSET);
}

uint32_t stateOf(uint32_t slot) {
  return __atomic_load_n(&cleave_control_slot(control, slot)->state, __ATOMIC_SEQ_CST);
}

/* Sleeps on the bell until the state is another than `state`. */
uint32_t waitWhile(uint32_t slot, uint32_t state) {
  for (;;) {
    uint32_t bell = __atomic_load_n(&control->bell, __ATOMIC_SEQ_CST);
    if (stateOf(slot) != state)
      return stateOf(slot);
    syscall(SYS_futex, &control->bell, FUTEX_WAIT, bell, nullptr, nullptr, 0);
  }
}

void want(uint32_t slot, uint32_t kind) {
  cleave_control_slot(control, slot)->kind = kind;
  __atomic_store_n(&cleave_control_slot(control, slot)->state, uint32_t{CLEAVE_SLOT_WANTED}, __ATOMIC_SEQ_CST);
  tellNode();
  if (waitWhile(slot, CLEAVE_SLOT_WANTED) != CLEAVE_SLOT_RUNNING && cleave_control_slot(control, slot)->cause == 0)
    fail("not started");
  submitted[slot] = 0;
}

struct Grant {
  uint64_t name, offset, bytes;
};

uint64_t inputPlace(uint32_t entry) { return control->input_offset + entry * (1 << 20); }

void send(uint32_t slot, const Request &request, const Grant *grants = nullptr, uint32_t grantCount = 0) {
  uint32_t n = submitted[slot]++, entry = n % CLEAVE_RING;
  cleave_message &message = inbox(slot)->messages[entry];
  message = {};
  message.shared_offset = inputPlace(entry);
  message.shared_bytes = 5;
  message.items_offset = inputPlace(entry) + 4096;
  message.items_bytes = sizeof request;
  message.inputs[0].bytes[0] = 1;
  message.inputs[1].bytes[0] = 2;
  message.output.bytes[0] = 3;
  message.grant_count = grantCount;
  std::memcpy(partition(slot) + message.shared_offset, "share", 5);
  std::memcpy(partition(slot) + message.items_offset, &request, sizeof request);
  for (uint32_t i = 0; i != grantCount; ++i) {
    cleave_grant &grant = inbox(slot)->grants[entry][i];
    grant = {};
    grant.name.bytes[0] = 0xe0;
    grant.name.bytes[1] = static_cast<uint8_t>(grants[i].name);
    grant.name.bytes[2] = static_cast<uint8_t>(grants[i].name >> 8);
    grant.arena_offset = grants[i].offset;
    grant.bytes = grants[i].bytes;
  }
  __atomic_store_n(&inbox(slot)->submitted, n + 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&outbox(slot)->worker_sleeps, __ATOMIC_SEQ_CST))
    syscall(SYS_futex, &inbox(slot)->submitted, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

/* False: the worker died before it completed message n. */
bool waitFor(uint32_t slot, uint32_t n) {
  __atomic_store_n(&inbox(slot)->root_sleeps, 1u, __ATOMIC_SEQ_CST);
  bool isAlive = true;
  for (;;) {
    uint32_t completed = __atomic_load_n(&outbox(slot)->completed, __ATOMIC_SEQ_CST);
    if (completed > n || !isAlive)
      break;
    isAlive = stateOf(slot) == CLEAVE_SLOT_RUNNING;
    timespec pause = {0, 10000000}; /* the state may change without a word on `completed` */
    if (isAlive)
      syscall(SYS_futex, &outbox(slot)->completed, FUTEX_WAIT, completed, &pause, nullptr, 0);
  }
  __atomic_store_n(&inbox(slot)->root_sleeps, 0u, __ATOMIC_SEQ_CST);
  return __atomic_load_n(&outbox(slot)->completed, __ATOMIC_SEQ_CST) > n;
}

const cleave_result &resultOf(uint32_t slot, uint32_t n) { return outbox(slot)->results[n % CLEAVE_RING]; }
const char *outputOf(uint32_t slot, uint32_t n) { return partition(slot) + resultOf(slot, n).output_offset; }

[[noreturn]] void reportFailure(uint32_t slot, uint32_t n, bool isAlive) {
  const cleave_slot &shared = *cleave_control_slot(control, slot);
  cleave_failure &failure = control->failure;
  failure.kind = shared.kind;
  failure.cause = isAlive ? uint32_t{CLEAVE_CAUSE_PANIC} : shared.cause;
  failure.detail = shared.detail;
  failure.bytes = shared.bytes;
  if (isAlive) {
    failure.text_bytes = resultOf(slot, n).log_bytes;
    std::memcpy(failure.text, resultOf(slot, n).log, sizeof failure.text);
  }
  __atomic_store_n(&failure.is_set, 1u, __ATOMIC_SEQ_CST);
  tellNode();
  for (;;)
    pause();
}

Request parse(char **words, int count) {
  Request request = {};
  std::strncpy(request.operation, words[0], sizeof request.operation - 1);
  request.a = count > 1 ? std::strtoull(words[1], nullptr, 0) : 0;
  request.b = count > 2 ? std::strtoull(words[2], nullptr, 0) : 0;
  return request;
}

constexpr Grant kOneGrant = {1, 1 << 20, 1 << 20};

int doOne(const Request &request, int rounds) {
  want(0, 0);
  for (int round = 0; round != rounds; ++round) {
    uint32_t n = submitted[0];
    send(0, request, &kOneGrant, 1);
    bool isAlive = waitFor(0, n);
    if (!isAlive || resultOf(0, n).outcome == CLEAVE_PANIC)
      reportFailure(0, n, isAlive);
    const cleave_result &result = resultOf(0, n);
    if (result.end_ns < result.start_ns)
      fail("time runs backwards");
    uint64_t number = 0;
    std::memcpy(&number, outputOf(0, n), result.output_bytes < 8 ? result.output_bytes : 8);
    std::printf("outcome %u, %llu bytes, %lld\n", result.outcome, static_cast<unsigned long long>(result.output_bytes),
                static_cast<long long>(number));
  }
  return 0;
}

int survive(const Request &request) {
  want(0, 0);
  send(0, request);
  if (waitFor(0, 0))
    fail("it lives");
  want(0, 0);
  send(0, {"echo", 1, 2});
  if (!waitFor(0, 0) || std::memcmp(outputOf(0, 0), "echo", 5))
    fail("the new worker does not answer");
  std::printf("survived, generation %u\n", cleave_control_slot(control, 0)->generation);
  return 0;
}

int many() {
  constexpr uint32_t kSlots = 2, kMessages = 4000;
  for (uint32_t slot = 0; slot != kSlots; ++slot)
    want(slot, 0);
  uint32_t consumed[kSlots] = {};
  for (uint32_t i = 0; i != kMessages; ++i) {
    uint32_t slot = i % kSlots;
    if (submitted[slot] - consumed[slot] == CLEAVE_RING) {
      uint32_t n = consumed[slot]++;
      if (!waitFor(slot, n))
        fail("a worker died");
      Request back;
      std::memcpy(&back, outputOf(slot, n), sizeof back);
      if (std::strcmp(back.operation, "echo") || back.a != n * kSlots + slot)
        fail("another answer than the one to this message");
    }
    if (i % 400 == 0)
      usleep(1000); /* long enough for the workers to fall asleep */
    send(slot, {"echo", i, 0});
  }
  std::printf("all answered\n");
  return 0;
}

uint64_t askNumber(const Request &request, const Grant *grants, uint32_t count) {
  uint32_t n = submitted[0];
  send(0, request, grants, count);
  if (!waitFor(0, n))
    reportFailure(0, n, false);
  uint64_t number;
  std::memcpy(&number, outputOf(0, n), sizeof number);
  return number;
}

int externs() {
  constexpr uint64_t kBytes = 100000;
  std::memset(arena + (1 << 20), 1, kBytes);
  std::memset(arena + (2 << 20) + 24, 2, kBytes);
  want(0, 0);
  Grant grants[] = {{1, 1 << 20, kBytes}, {2, (2 << 20) + 24, kBytes}};
  bool isGood = askNumber({"sum", 1, 0}, grants, 2) == kBytes && askNumber({"sum", 2, 0}, grants, 2) == 2 * kBytes;
  if (!isGood)
    fail("granted objects");
  if (askNumber({"sum", 3, 0}, grants, 2) != ~uint64_t{0} - CLEAVE_E_ABSENT ||
      askNumber({"sum", 2, 0}, grants, 1) != ~uint64_t{0} - CLEAVE_E_ABSENT)
    fail("an object that was not granted");
  if (askNumber({"sum-private", 1, 0}, grants, 2) != kBytes || arena[1 << 20] != 1 ||
      askNumber({"sum", 1, 0}, grants, 2) != kBytes)
    fail("a private view was written through");
  Grant renamed[] = {{1, 1 << 20, kBytes}, {4, (2 << 20) + 24, 10}};
  if (askNumber({"sum", 4, 0}, renamed, 2) != 20)
    fail("a new name for known bytes");
  if (resultOf(0, submitted[0] - 1).externs_opened != 1)
    fail("externs are not counted");
  /* More objects over time than a worker keeps mapped. */
  for (uint64_t i = 0; i != CLEAVE_GRANTS_MAX + 100; ++i) {
    Grant grant = {1000 + i, 1 << 20, 8};
    if (askNumber({"sum", grant.name, 0}, &grant, 1) != 8)
      fail("an object after many others");
  }
  std::printf("externs hold\n");
  return 0;
}

int recycle() {
  for (uint32_t round = 0; round != 6; ++round) {
    want(3, round % 2);
    send(3, {"shared", 0, 0});
    if (!waitFor(3, 0) || std::memcmp(outputOf(3, 0), "share", 5))
      fail("no answer");
  }
  std::printf("recycled, generation %u\n", cleave_control_slot(control, 3)->generation);
  return 0;
}

/* Figures as the run time would count them, for --stats and --trace. */
int count() {
  uint64_t now = control->start_ns + 5000;
  *cleave_control_kind(control, 0) = {cleave_control_kind(control, 0)->task, 3, 30, 2000000000, 100, 200, 0};
  *cleave_control_kind(control, 1) = {cleave_control_kind(control, 1)->task, 1, 5, 1000000000, 10, 20, 0};
  control->counters.redone = 4;
  control->trace_count = 1;
  if (control->trace_capacity)
    *cleave_control_trace(control, 0) = {1, 2, now, now + 3000, 5, 10, 20, 0, 0, 0, 0, 0};
  return 0;
}

[[noreturn]] void waitForEver() {
  want(0, 0);
  want(1, 0);
  send(0, {"FOREVER", 0, 0});
  std::printf("ready\n");
  std::fflush(stdout);
  for (;;)
    pause();
}

[[noreturn]] void closeAndWait() {
  want(0, 0);
  close(STDOUT_FILENO);
  for (;;)
    pause();
}

int echo(int argc, char **argv) {
  for (int i = 0; i != argc; ++i)
    std::printf("argument %s\n", i ? argv[i] : "0");
  std::printf("next descriptor %d\n", open("/dev/null", O_RDONLY));
  for (int c; (c = std::getchar()) != EOF;)
    std::putchar(c);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  bool isAttached = attach();
  const char *what = argc > 1 ? argv[1] : "echo";
  auto is = [&](const char *word) { return !std::strcmp(what, word); };
  if (is("echo"))
    return echo(argc, argv);
  if (is("exit") || is("signal")) {
    if (isAttached)
      want(0, 0);
    int number = argc > 2 ? std::atoi(argv[2]) : 0;
    if (is("exit"))
      return number;
    std::raise(number);
  }
  if (!isAttached) {
    std::printf("serial\n");
    return 0;
  }
  if (is("do"))
    return doOne(parse(argv + 2, argc - 2), 1);
  if (is("thrice"))
    return doOne(parse(argv + 2, argc - 2), 3);
  if (is("survive"))
    return survive(parse(argv + 2, argc - 2));
  if (is("many"))
    return many();
  if (is("externs"))
    return externs();
  if (is("recycle"))
    return recycle();
  if (is("count"))
    return count();
  if (is("wait"))
    waitForEver();
  if (is("close"))
    closeAndWait();
  fail("unknown word");
}
