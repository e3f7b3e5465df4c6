/* hostile-root.cpp - a program that has hostile.c do one thing after another, in one machine, and prints what came of
 * each; between any two of them an honest task must still answer.
 *
 *     hostile-root attack WORD[:A[:B]] ...    each alone; how it ended
 *     hostile-root stop                       an endless task is stopped by asking for another worker in its slot
 *     hostile-root spawn COUNT                so many endless tasks, in all slots, more than there are cores
 *     hostile-root scattered COUNT            objects that a task has opened are gone for the next one
 *     hostile-root pressure BYTES             every worker wants so much at once: they wait for each other
 *     hostile-root kinds                      every kind of the bundle is loaded and given one message
 *     hostile-root timed ROUNDS WORD ...      honest ones: what one of them takes
 *     hostile-root crash                      the program itself writes to the kernel */
#include "cleave/exchange.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <linux/futex.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

struct Request {
  char operation[16];
  uint64_t a, b;
};

cleave_control *control;
char *exchange, *arena;
int event;
uint32_t submitted[CLEAVE_SLOTS_MAX];

void *mapAll(int descriptor) {
  struct stat status;
  fstat(descriptor, &status);
  return mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
}

void attach() {
  int version, numbers[3];
  if (std::sscanf(std::getenv(CLEAVE_NODE_VARIABLE), "%d:%d:%d:%d:%d", &version, &numbers[0], &numbers[1], &numbers[2],
                  &event) != 5)
    std::exit(1);
  control = static_cast<cleave_control *>(mapAll(numbers[0]));
  exchange = static_cast<char *>(mapAll(numbers[1]));
  arena = static_cast<char *>(mapAll(numbers[2]));
}

void tellNode() {
  uint64_t one = 1;
  if (write(event, &one, sizeof one) != sizeof one)
    std::exit(1);
}

char *partition(uint32_t slot) { return exchange + slot * control->partition_bytes; }
cleave_inbox *inbox(uint32_t slot) { return reinterpret_cast<cleave_inbox *>(partition(slot) + CLEAVE_INBOX_OFFSET); }
cleave_outbox *outbox(uint32_t slot) {
  return reinterpret_cast<cleave_outbox *>(partition(slot) + CLEAVE_OUTBOX_OFFSET);
}
uint32_t stateOf(uint32_t slot) {
  return __atomic_load_n(&cleave_control_slot(control, slot)->state, __ATOMIC_SEQ_CST);
}

void sleepOn(uint32_t *word, uint32_t value) {
  timespec pause = {0, 20000000};
  syscall(SYS_futex, word, FUTEX_WAIT, value, &pause, nullptr, 0);
}

bool want(uint32_t slot, uint32_t kind) {
  cleave_control_slot(control, slot)->kind = kind;
  __atomic_store_n(&cleave_control_slot(control, slot)->state, uint32_t{CLEAVE_SLOT_WANTED}, __ATOMIC_SEQ_CST);
  tellNode();
  while (stateOf(slot) == CLEAVE_SLOT_WANTED)
    sleepOn(&control->bell, __atomic_load_n(&control->bell, __ATOMIC_SEQ_CST));
  submitted[slot] = 0;
  return stateOf(slot) == CLEAVE_SLOT_RUNNING;
}

constexpr uint64_t kBetweenObjects = 16 << 20;

void send(uint32_t slot, const Request &request, uint32_t grants = 0) {
  uint32_t n = submitted[slot]++, entry = n % CLEAVE_RING;
  cleave_message &message = inbox(slot)->messages[entry];
  message = {};
  constexpr uint64_t kFar = uint64_t{1} << 30; // inputs are wherever the program had room
  message.items_offset = control->input_offset + entry * 4096;
  message.items_bytes = sizeof request;
  message.shared_offset = message.items_offset + kFar;
  message.shared_bytes = 1;
  message.inputs[0].bytes[0] = 1;
  message.inputs[1].bytes[0] = 2;
  message.output.bytes[0] = 3;
  for (uint32_t i = 0; i != grants; ++i)
    inbox(slot)->grants[entry][i] = {
        {{0xe0, static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)}}, i * kBetweenObjects, 1};
  message.grant_count = grants;
  std::memcpy(partition(slot) + message.items_offset, &request, sizeof request);
  __atomic_store_n(&inbox(slot)->submitted, n + 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&outbox(slot)->worker_sleeps, __ATOMIC_SEQ_CST))
    syscall(SYS_futex, &inbox(slot)->submitted, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

/* False: it died. */
bool waitFor(uint32_t slot, uint32_t n) {
  __atomic_store_n(&inbox(slot)->root_sleeps, 1u, __ATOMIC_SEQ_CST);
  for (;;) {
    uint32_t completed = __atomic_load_n(&outbox(slot)->completed, __ATOMIC_SEQ_CST);
    if (completed > n)
      return true;
    if (stateOf(slot) == CLEAVE_SLOT_DEAD)
      return __atomic_load_n(&outbox(slot)->completed, __ATOMIC_SEQ_CST) > n;
    sleepOn(&outbox(slot)->completed, completed);
  }
}

uint64_t numberFrom(uint32_t slot, uint32_t n) {
  const cleave_result &result = outbox(slot)->results[n % CLEAVE_RING];
  uint64_t number = ~uint64_t{0};
  if (result.output_bytes == sizeof number)
    std::memcpy(&number, partition(slot) + result.output_offset, sizeof number);
  return number;
}

Request parse(const std::string &word) {
  Request request = {};
  size_t first = word.find(':'), second = first == std::string::npos ? first : word.find(':', first + 1);
  std::strncpy(request.operation, word.substr(0, first).c_str(), sizeof request.operation - 1);
  if (first != std::string::npos)
    request.a = std::strtoull(word.c_str() + first + 1, nullptr, 0);
  if (second != std::string::npos)
    request.b = std::strtoull(word.c_str() + second + 1, nullptr, 0);
  return request;
}

void report(const char *what, uint32_t slot, uint32_t n, bool hasAnswered) {
  const cleave_slot &shared = *cleave_control_slot(control, slot);
  const cleave_result &result = outbox(slot)->results[n % CLEAVE_RING];
  if (!hasAnswered)
    std::printf("%s: dead, cause %u, detail %u\n", what, shared.cause, shared.detail);
  else if (result.outcome != CLEAVE_DONE)
    std::printf("%s: outcome %u\n", what, result.outcome);
  else
    std::printf("%s: %lld\n", what, static_cast<long long>(numberFrom(slot, n)));
}

/* An honest task in another slot, and a fresh one in the slot where somebody died. */
void checkOthers() {
  send(1, {"work", 10, 0});
  uint32_t n = submitted[1] - 1;
  if (!waitFor(1, n) || numberFrom(1, n) != 45)
    std::printf("  the neighbour does not answer\n");
  if (stateOf(0) != CLEAVE_SLOT_RUNNING && !want(0, 0))
    std::printf("  the slot is not used again\n");
  send(0, {"work", 5, 0});
  n = submitted[0] - 1;
  if (!waitFor(0, n) || numberFrom(0, n) != 10)
    std::printf("  the slot does not answer\n");
}

int attack(int count, char **words) {
  want(0, 0);
  want(1, 0);
  for (int i = 0; i != count; ++i) {
    send(0, parse(words[i]));
    uint32_t n = submitted[0] - 1;
    report(words[i], 0, n, waitFor(0, n));
    checkOthers();
  }
  return 0;
}

int stop() {
  want(1, 0);
  for (int round = 0; round != 5; ++round) {
    want(0, 0);
    for (int i = 0; i != CLEAVE_RING; ++i)
      send(0, {"FOREVER", 0, 0});
    usleep(20000);
    want(0, 0);
    checkOthers();
  }
  std::printf("stopped, generation %u\n", cleave_control_slot(control, 0)->generation);
  send(0, {"FOREVER", 0, 0}); /* and the program ends with one */
  usleep(20000);
  return 0;
}

/* Every core has an endless task and every slot a queue of them; a slot that is wanted again is taken from whatever
 * runs in it. Now and then all are, and honest tasks answer. Ends with all of it still going on. */
int spawn(uint32_t count) {
  constexpr uint32_t kBetweenChecks = 100;
  uint32_t spawned = 0, answered = 0;
  while (spawned < count) {
    uint32_t slot = spawned / CLEAVE_RING % control->slot_count;
    want(slot, 0);
    for (int i = 0; i != CLEAVE_RING; ++i, ++spawned)
      send(slot, {"FOREVER", 0, 0});
    if (spawned % kBetweenChecks)
      continue;
    for (slot = 0; slot != control->slot_count; ++slot)
      want(slot, 0);
    for (slot = 0; slot != control->slot_count; ++slot)
      send(slot, {"work", 10, 0});
    for (slot = 0; slot != control->slot_count; ++slot)
      answered += waitFor(slot, 0) && numberFrom(slot, 0) == 45;
  }
  for (uint32_t slot = 0; slot != control->slot_count; ++slot)
    for (int i = submitted[slot]; i != CLEAVE_RING; ++i)
      send(slot, {"FOREVER", 0, 0});
  std::printf("%u spawned in %u slots, %u honest ones answered\n", spawned, control->slot_count, answered);
  return 0;
}

/* A task opens many objects that lie far apart; the next one in the same slot may see none of them. */
int scattered(uint32_t count) {
  constexpr uint64_t kTaskObjects = uint64_t{68} << 40; // rt/kernel/Layout.h
  uint32_t seen = 0, tries = 0;
  for (uint32_t i = 0; i != count; ++i)
    arena[i * kBetweenObjects] = static_cast<char>(i);
  for (uint32_t i = 0; i < count; i += i % 32 == 31 ? 1 : 31, ++tries) { // around powers of two, and some
    want(0, 0);
    send(0, {"opens-granted", count, 0}, count);
    if (!waitFor(0, 0) || numberFrom(0, 0) != 0)
      std::printf("not all are opened\n");
    send(0, {"READ", kTaskObjects + i * kBetweenObjects, 0});
    seen += waitFor(0, 1);
  }
  std::printf("%u objects, %u looked for later, %u seen\n", count, tries, seen);
  return 0;
}

int pressure(uint64_t bytes) {
  uint32_t workers = control->worker_count;
  uint64_t sum = 0;
  for (uint32_t slot = 0; slot != workers; ++slot)
    want(slot, 0);
  for (int round = 0; round != 3; ++round) {
    for (uint32_t slot = 0; slot != workers; ++slot)
      send(slot, {"fill", bytes, 0});
    for (uint32_t slot = 0; slot != workers; ++slot)
      sum += !waitFor(slot, submitted[slot] - 1) || numberFrom(slot, submitted[slot] - 1) != 0;
  }
  std::printf("%u workers, %llu failed\n", workers, static_cast<unsigned long long>(sum));
  return 0;
}

uint64_t medianOf(std::vector<uint64_t> &numbers) {
  std::nth_element(numbers.begin(), numbers.begin() + numbers.size() / 2, numbers.end());
  return numbers[numbers.size() / 2];
}

/* Medians, in ns: from a task's start to its end, and from there to the next one's start where one waits already. */
int timed(int rounds, int count, char **words) {
  want(0, 0);
  for (int i = 0; i != count; ++i) {
    std::vector<uint64_t> running, between;
    for (int round = 0; round != rounds; ++round) {
      uint32_t first = submitted[0], last = first + CLEAVE_RING - 1;
      for (uint32_t n = first; n <= last; ++n)
        send(0, parse(words[i]));
      if (!waitFor(0, last) || numberFrom(0, last) != 0)
        return 1;
      auto result = [&](uint32_t n) { return outbox(0)->results[n % CLEAVE_RING]; };
      for (uint32_t n = first; n <= last; ++n) {
        running.push_back(result(n).end_ns - result(n).start_ns);
        if (n != first)
          between.push_back(result(n).start_ns - result(n - 1).end_ns);
      }
    }
    std::printf("%s: %llu %llu\n", words[i], static_cast<unsigned long long>(medianOf(running)),
                static_cast<unsigned long long>(medianOf(between)));
  }
  return 0;
}

int kinds() {
  uint32_t refused = 0, ran = 0;
  want(1, 0);
  for (uint32_t kind = 0; kind != control->kind_count; ++kind) {
    if (!want(0, kind)) {
      ++refused;
      continue;
    }
    send(0, {"work", 5, 0});
    waitFor(0, 0);
    ++ran;
    send(1, {"work", 10, 0});
    if (!waitFor(1, submitted[1] - 1) || numberFrom(1, submitted[1] - 1) != 45)
      std::printf("the neighbour does not answer\n");
  }
  std::printf("%s refused, %s ran, all survived\n", refused ? "some" : "none", ran ? "some" : "none");
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  std::string what = argc > 1 ? argv[1] : "";
  std::setvbuf(stdout, nullptr, _IOLBF, 4096);
  if (what == "crash")
    *reinterpret_cast<volatile char *>(0xffffffff80209000) = 1;
  attach();
  if (what == "attack")
    return attack(argc - 2, argv + 2);
  if (what == "timed")
    return timed(std::atoi(argv[2]), argc - 3, argv + 3);
  if (what == "stop")
    return stop();
  if (what == "spawn")
    return spawn(static_cast<uint32_t>(std::atoi(argv[2])));
  if (what == "scattered")
    return scattered(static_cast<uint32_t>(std::atoi(argv[2])));
  if (what == "pressure")
    return pressure(std::strtoull(argv[2], nullptr, 0));
  if (what == "kinds")
    return kinds();
  return 2;
}
