// Memory.cpp - see Memory.h and exchange.h. All of it is sparse: 16 TiB of partitions and 4 TiB of arena are room to
// grow in, chosen so that no image and no heap of a machine of today meets an edge, within the 128 TiB of an address
// space. A page costs memory when it is first written.
#include "Memory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif

namespace cleave {

static constexpr uint64_t kGiB = uint64_t{1} << 30;
static constexpr uint64_t kInputBytes = 16 * kGiB, kOutputBytes = 16 * kGiB, kPartitionBytes = 128 * kGiB;
static constexpr uint64_t kArenaBytes = 4096 * kGiB;
static constexpr uint64_t kTraceEvents = 1 << 26; // address space; what is not written takes no memory
static constexpr uint64_t kNamedItems = 1 << 16;
static constexpr uint64_t kKnownElsewhere = 1 << 22;

static uint64_t pageUp(uint64_t bytes) { return (bytes + 4095) & ~uint64_t{4095}; }

uint64_t monotonicNs() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1000000000u + static_cast<uint64_t>(time.tv_nsec);
}

/// MFD_EXEC must be said where the system makes memfds non-executable by default; kernels before 6.3 do not know it.
static Descriptor openMemory(const char *name, unsigned flags) {
  Descriptor memory(memfd_create(name, MFD_CLOEXEC | flags));
  if (!memory && errno == EINVAL)
    memory = Descriptor(memfd_create(name, MFD_CLOEXEC));
  return memory;
}

Descriptor makeMemoryFile(const char *name, std::string_view bytes) {
  Descriptor memory = openMemory(name, MFD_EXEC);
  while (memory && !bytes.empty()) {
    ssize_t written = write(memory.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return Descriptor();
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return memory;
}

static Descriptor makeSparse(const char *name, uint64_t bytes) {
  Descriptor memory = openMemory(name, 0);
  if (memory && ftruncate(memory.get(), static_cast<off_t>(bytes)))
    return Descriptor();
  return memory;
}

/// Only a new open file description has other permissions; dup() would share the writable one.
static Descriptor reopenReadOnly(const Descriptor &memory) {
  return Descriptor(open(fmt::format("/proc/self/fd/{}", memory.get()).c_str(), O_RDONLY | O_CLOEXEC));
}

static cleave_control layOut(const MemoryPlan &plan) {
  cleave_control control = {};
  control.magic = CLEAVE_CONTROL_MAGIC;
  control.version = CLEAVE_EXCHANGE_VERSION;
  control.mode = plan.mode;
  control.worker_count = plan.workers;
  // Twice the workers: warm processes of other kinds may stay when the program turns to another loop.
  control.slot_count = std::min<uint32_t>(CLEAVE_SLOTS_MAX, 2 * plan.workers + 6);
  control.kind_count = static_cast<uint32_t>(plan.kinds.size());
  control.partition_bytes = kPartitionBytes;
  control.input_offset = CLEAVE_INPUT_OFFSET;
  control.input_bytes = kInputBytes;
  control.inputs_address = CLEAVE_TASK_INPUTS;
  control.objects_address = CLEAVE_TASK_OBJECTS;
  control.output_offset = 2 * kInputBytes;
  control.output_bytes = kOutputBytes;
  control.exchange_bytes = control.slot_count * kPartitionBytes;
  control.arena_bytes = kArenaBytes;
  control.trace_capacity = plan.isTraced ? kTraceEvents : 0;
  control.kinds_offset = pageUp(sizeof control);
  control.slots_offset = control.kinds_offset + pageUp(control.kind_count * sizeof(cleave_kind_control));
  control.trace_offset = control.slots_offset + pageUp(control.slot_count * sizeof(cleave_slot));
  control.control_bytes = control.trace_offset + pageUp(control.trace_capacity * sizeof(cleave_trace_event));
  if (plan.mode == CLEAVE_MODE_CHECK) {
    control.findings_offset = control.control_bytes;
    control.control_bytes += pageUp(CLEAVE_FINDINGS_MAX * sizeof(cleave_finding));
  }
  control.store = plan.store;
  if (plan.store.kind == CLEAVE_STORE_FOLDER) {
    control.store.items_offset = control.control_bytes;
    control.store.items_capacity = kNamedItems;
    control.control_bytes += pageUp(kNamedItems * sizeof(cleave_named_item));
  }
  if (plan.hasOtherNodes) {
    control.store.known_offset = control.control_bytes;
    control.store.known_capacity = kKnownElsewhere;
    control.control_bytes += pageUp(kKnownElsewhere * sizeof(uint64_t));
  }
  control.start_ns = monotonicNs();
  return control;
}

/// Asked before, because the kernel answers a file that is too large with a signal, and because it is the program and
/// the workers that would meet the limit on address space.
static Problem checkLimits(const cleave_control &layout) {
  uint64_t sparseBytes = layout.exchange_bytes + layout.arena_bytes;
  rlimit limit;
  if (!getrlimit(RLIMIT_AS, &limit) && limit.rlim_cur < sparseBytes)
    return "the limit on address space is too low for jailed tasks (ulimit -v unlimited lifts it)";
  if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur < sparseBytes)
    return "the limit on file size is too low for jailed tasks (ulimit -f unlimited lifts it)";
  return std::nullopt;
}

Problem SharedMemory::create(const MemoryPlan &plan) {
  auto failed = [](const char *what) { return fmt::format("{}: {}", what, std::strerror(errno)); };
  cleave_control layout = layOut(plan);
  if (Problem problem = checkLimits(layout))
    return problem;
  if (getrandom(layout.run_id, sizeof layout.run_id, 0) < 0 ||
      getrandom(layout.tenant_key, sizeof layout.tenant_key, 0) < 0)
    return fmt::format("no random bytes: {}", std::strerror(errno));
  if (plan.tenantKey)
    std::memcpy(layout.tenant_key, plan.tenantKey, sizeof layout.tenant_key);
  control = makeSparse("cleave-control", layout.control_bytes);
  exchange = makeSparse("cleave-exchange", layout.exchange_bytes);
  arena = makeSparse("cleave-arena", layout.arena_bytes);
  if (!control || !exchange || !arena)
    return failed("shared memory cannot be made");
  exchangeReadOnly = reopenReadOnly(exchange);
  arenaReadOnly = reopenReadOnly(arena);
  if (!exchangeReadOnly || !arenaReadOnly)
    return fmt::format("shared memory cannot be opened for reading through /proc: {}", std::strerror(errno));
  void *mapped = mmap(nullptr, layout.control_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, control.get(), 0);
  if (mapped == MAP_FAILED)
    return failed("shared memory cannot be mapped");
  header = static_cast<cleave_control *>(mapped);
  *header = layout;
  for (uint32_t i = 0; i != layout.kind_count; ++i)
    cleave_control_kind(header, i)->task = plan.kinds[i];
  return std::nullopt;
}

SharedMemory::~SharedMemory() {
  if (header)
    munmap(header, header->control_bytes);
}

} // namespace cleave
