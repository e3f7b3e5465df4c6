#include "FakeNode.h"

#include "rt/root/Session.h"
#include "rt/task/ImageWriter.h"
#include "rt/task/Task.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace cleave;

namespace {

constexpr uint64_t kPartition = 256u << 20, kArena = uint64_t{1} << 32;

// Stands for the tests' own sites, which lie anywhere: work that only a process does, so large blocks are to be shown.
cleave_kind anyKind = {};
[[gnu::section(CLEAVE_SITES_SECTION), gnu::used]] cleave_site isolatedOnly{&anyKind, "test", 1, 0, -1, 0, nullptr, 0, nullptr, 0, {}};

// What the image code of a task sees as the node: objects of the message that this thread works on.
thread_local const cleave_grant *grants;
thread_local uint32_t grantCount;
thread_local uint8_t *arenaOfThread;
thread_local std::vector<void *> copies;

cleave_status openGranted(const cleave_name *name, uint32_t how, cleave_view *view) {
  for (uint32_t i = 0; i != grantCount; ++i)
    if (!std::memcmp(&grants[i].name, name, sizeof *name)) {
      *view = {arenaOfThread + grants[i].arena_offset, grants[i].bytes};
      if (how & CLEAVE_OPEN_PRIVATE) {
        copies.push_back(std::memcpy(std::malloc(grants[i].bytes), view->address, grants[i].bytes));
        view->address = copies.back();
      }
      return CLEAVE_OK;
    }
  return CLEAVE_E_ABSENT;
}

const cleave_node table{.version = CLEAVE_NODE_VERSION,
                        .size_bytes = sizeof(cleave_node),
                        .request = nullptr,
                        .commit = nullptr,
                        .open = openGranted,
                        .execute = nullptr,
                        .wait = nullptr,
                        .finish = nullptr,
                        .log = nullptr};

void *mapShared(uint64_t bytes) {
  int fd = memfd_create("test", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, static_cast<off_t>(bytes)))
    std::abort();
  void *at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  close(fd);
  return at == MAP_FAILED ? std::abort(), nullptr : at;
}

void wake(uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, 128, nullptr, nullptr, 0); }

template <class T> T load(T &word) { return __atomic_load_n(&word, __ATOMIC_SEQ_CST); }
template <class T> void store(T &word, T value) { __atomic_store_n(&word, value, __ATOMIC_SEQ_CST); }

} // namespace

namespace cleave {
const cleave_node *node = &table;
}

FakeNode::FakeNode(uint32_t workerCount, uint32_t kindCount) : kinds(kindCount), isStopped(2 * workerCount + 2) {
  header = static_cast<cleave_control *>(mapShared(1 << 20));
  uint32_t slots = 2 * workerCount + 2;
  exchange = static_cast<uint8_t *>(mapShared(slots * kPartition));
  arena = static_cast<uint8_t *>(mapShared(kArena));
  event = eventfd(0, 0);
  header->magic = CLEAVE_CONTROL_MAGIC;
  header->version = CLEAVE_EXCHANGE_VERSION;
  header->worker_count = workerCount;
  header->slot_count = slots;
  header->kind_count = kindCount;
  header->partition_bytes = kPartition;
  header->arena_bytes = kArena;
  header->input_offset = CLEAVE_INPUT_OFFSET;
  header->input_bytes = 64u << 20;
  header->output_offset = CLEAVE_INPUT_OFFSET + header->input_bytes;
  header->output_bytes = 32u << 20;
  header->kinds_offset = 65536;
  header->slots_offset = 131072;
  header->trace_offset = 262144;
  header->trace_capacity = 100;
  header->findings_offset = 524288;
  onFailure = [](const cleave_failure &failure) {
    std::printf("run ended: kind %u, cause %u, detail %u, text '%.*s'\n", failure.kind, failure.cause, failure.detail,
                int(failure.text_bytes), failure.text);
    std::fflush(stdout);
    _exit(CLEAVE_FAILURE_STATUS);
  };
  supervisor = std::thread([this] { supervise(); });
}

FakeNode::~FakeNode() {
  isEnding = true;
  supervisor.join();
  for (std::thread &worker : workers)
    worker.join();
}

void FakeNode::setKind(const cleave_kind &kind, Work work) { kinds[kind.id] = {&kind, std::move(work)}; }

void FakeNode::attach() {
  if (!attachSession(header, exchange, arena, event))
    std::abort();
}

void FakeNode::bell() {
  __atomic_add_fetch(&header->bell, 1, __ATOMIC_SEQ_CST);
  wake(&header->bell);
}

// A slot's worker is a thread; a slot that is wanted again is stopped first.
void FakeNode::supervise() {
  std::vector<std::thread> running(header->slot_count);
  auto stop = [&](uint32_t i) {
    if (!running[i].joinable())
      return;
    isStopped[i] = true;
    running[i].join();
  };
  while (!isEnding) {
    if (load(header->failure.is_set))
      onFailure(header->failure);
    for (uint32_t i = 0; i != header->slot_count; ++i) {
      cleave_slot &slot = *cleave_control_slot(header, i);
      if (load(slot.state) != CLEAVE_SLOT_WANTED)
        continue;
      stop(i);
      auto *partition = exchange + i * kPartition;
      std::memset(partition, 0, CLEAVE_INPUT_OFFSET);
      isStopped[i] = false;
      ++slot.generation;
      store(slot.state, uint32_t{CLEAVE_SLOT_RUNNING});
      bell();
      running[i] = std::thread([this, i] { serve(i); });
    }
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  for (uint32_t i = 0; i != header->slot_count; ++i)
    stop(i);
}

void FakeNode::serve(uint32_t slot) {
  auto *inbox = reinterpret_cast<cleave_inbox *>(exchange + slot * kPartition + CLEAVE_INBOX_OFFSET);
  auto *outbox = reinterpret_cast<cleave_outbox *>(exchange + slot * kPartition + CLEAVE_OUTBOX_OFFSET);
  for (uint32_t number = 0; !isStopped[slot]; ++number) {
    while (load(inbox->submitted) == number) {
      if (isStopped[slot])
        return;
      std::this_thread::yield();
    }
    if (delayUs)
      std::this_thread::sleep_for(std::chrono::microseconds(delayUs * (1 + slot % 3)));
    cleave_result &result = outbox->results[number % CLEAVE_RING];
    std::memset(&result, 0, sizeof result);
    result.start_ns = nowNs();
    if (!perform(slot, number, result)) {
      cleave_slot &state = *cleave_control_slot(header, slot);
      state.cause = CLEAVE_CAUSE_SIGNAL;
      state.detail = 11;
      store(state.state, uint32_t{CLEAVE_SLOT_DEAD});
      return bell();
    }
    result.end_ns = nowNs();
    store(outbox->completed, number + 1);
    if (load(inbox->root_sleeps))
      wake(&outbox->completed);
  }
}

bool FakeNode::perform(uint32_t slot, uint32_t number, cleave_result &result) {
  uint8_t *partition = exchange + slot * kPartition;
  auto *inbox = reinterpret_cast<cleave_inbox *>(partition + CLEAVE_INBOX_OFFSET);
  const cleave_message &message = inbox->messages[number % CLEAVE_RING];
  Kind &work = kinds[cleave_control_slot(header, slot)->kind];
  const cleave_kind &kind = *work.kind;
  grants = inbox->grants[number % CLEAVE_RING];
  grantCount = message.grant_count;
  arenaOfThread = arena;
  const cleave_image *images[2] = {reinterpret_cast<cleave_image *>(partition + message.shared_offset),
                                   reinterpret_cast<cleave_image *>(partition + message.items_offset)};
  LoadedImage loaded[2];
  std::vector<uint8_t *> memories;
  for (int i = 0; i != 2; ++i) {
    uint64_t bytes = loadBytes(images[i], kind);
    memories.push_back(bytes ? static_cast<uint8_t *>(std::aligned_alloc(64, alignUp(bytes, 64))) : nullptr);
    loaded[i] = loadImage(images[i], memories.back(), symbolsOf(kind));
  }
  uint64_t count = images[1]->count, stride = resultStride(kind);
  std::vector<uint8_t> results(count * stride + 1);
  Ending ending = Ending::Done;
  for (uint64_t item = 0; item != count && ending == Ending::Done; ++item) {
    void *args[32] = {};
    for (int i = 0; i != 2; ++i) {
      TupleLayout layout = tupleLayout(kind, images[i]->param_mask);
      for (uint32_t k = 0; k != kind.param_count; ++k)
        if (images[i]->param_mask >> k & 1)
          args[k] = loaded[i].body + (i ? item * layout.stride : 0) + layout.offsets[k];
    }
    ending = work.work(args, results.data() + item * stride);
  }
  uint64_t area = header->output_offset + number % CLEAVE_RING * header->output_bytes;
  ImageWriter writer;
  writer.symbols = symbolsOf(kind);
  writer.body = partition + area + kBodyOffset;
  writer.capacity = header->output_bytes - kBodyOffset;
  writer.beginTuples(count * stride);
  for (uint64_t item = 0; ending == Ending::Done && kind.result && item != count; ++item)
    writer.write(*kind.result, item * stride, results.data() + item * stride);
  writer.writeHeader(reinterpret_cast<cleave_image *>(partition + area), 0, count, stride, 0);
  result.outcome = ending == Ending::Thrown ? CLEAVE_THROWN : ending == Ending::Panic ? CLEAVE_PANIC : CLEAVE_DONE;
  result.output_offset = ending == Ending::Garbage ? header->output_offset - 16 : area;
  result.output_bytes = imageBytes(writer.used, 0, 0);
  result.externs_opened = images[0]->extern_count + images[1]->extern_count;
  result.log_bytes = ending == Ending::Panic ? 4 : 0;
  std::memcpy(result.log, "help", 4);
  std::free(writer.relocs);
  writer.dispose();
  for (uint8_t *memory : memories)
    std::free(memory);
  for (void *copy : copies)
    std::free(copy);
  copies.clear();
  return ending != Ending::Die;
}
