// WorkerPool.cpp - see WorkerPool.h; the states of a slot are described in exchange.h, the start of a worker in
// rt/worker/Setup.h.
//
// Nothing here waits for a worker: a start is one fork, and what follows (the listener's descriptor, mappings to judge,
// the death) comes as an event. The one exception is a slot that is to be used anew: its old process is killed and
// reaped first, because the new one gets the same partition.
#include "WorkerPool.h"
#include "../worker/Setup.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <x86intrin.h>

extern "C" const char cleave_worker_begin[], cleave_worker_end[];

namespace cleave {

WorkerPool::WorkerPool(SharedMemory &memory, TaskSource tasks, MappingLimits limits, WatchFunction watch)
    : memory(memory), tasks(std::move(tasks)), limits(limits), watch(std::move(watch)) {}

WorkerPool::~WorkerPool() {
  killAll();
  for (Slot &slot : slots)
    if (slot.inbox)
      munmap(slot.inbox, CLEAVE_INPUT_OFFSET);
}

Problem WorkerPool::prepare() {
  if (Problem problem = filters.generate())
    return problem;
  program = makeMemoryFile("cleave-worker",
                           {cleave_worker_begin, static_cast<size_t>(cleave_worker_end - cleave_worker_begin)});
  if (!program)
    return fmt::format("the worker's program cannot be made: {}", std::strerror(errno));
  seccomp_notif_sizes sizes = {};
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes))
    return fmt::format("seccomp user notification does not work: {}", std::strerror(errno));
  notification.resize(std::max<size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)));
  // Copied now: the bundle is a mapped file, which the program may overwrite while it runs.
  for (uint32_t kind = 0; kind != memory.header->kind_count; ++kind) {
    taskFiles.push_back(makeMemoryFile("cleave-task", tasks(kind)));
    if (!taskFiles.back())
      return fmt::format("task binaries cannot be held in memory: {}", std::strerror(errno));
  }
  slots.resize(memory.header->slot_count);
  originTicks = __rdtsc();
  originNs = monotonicNs();
  return std::nullopt;
}

std::vector<pid_t> WorkerPool::processes() const {
  std::vector<pid_t> alive;
  for (const Slot &slot : slots)
    if (slot.pid > 0)
      alive.push_back(slot.pid);
  return alive;
}

uint32_t WorkerPool::countRunning() const {
  uint32_t running = 0;
  for (const Slot &slot : slots)
    running += slot.pid > 0 && slot.inbox &&
               __atomic_load_n(&slot.inbox->submitted, __ATOMIC_RELAXED) !=
                   __atomic_load_n(&slot.outbox->completed, __ATOMIC_RELAXED);
  return running;
}

void WorkerPool::ring() {
  __atomic_add_fetch(&memory.header->bell, 1, __ATOMIC_SEQ_CST);
  syscall(SYS_futex, &memory.header->bell, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void WorkerPool::serveRequests() {
  for (uint32_t i = 0; i != slots.size(); ++i) {
    cleave_slot &shared = *cleave_control_slot(memory.header, i);
    if (__atomic_load_n(&shared.state, __ATOMIC_SEQ_CST) != CLEAVE_SLOT_WANTED)
      continue;
    uint32_t kind = shared.kind;
    kill(slots[i]);
    slots[i].cause = CLEAVE_CAUSE_NONE;
    slots[i].detail = 0;
    slots[i].bytes = 0;
    shared.generation += 1;
    Problem problem = kind < memory.header->kind_count ? start(i, kind) : Problem("no such kind");
    if (problem) {
      kill(slots[i]);
      shared.cause = CLEAVE_CAUSE_SETUP;
      shared.detail = static_cast<uint32_t>(errno);
      shared.bytes = 0;
    }
    __atomic_store_n(&shared.state, problem ? CLEAVE_SLOT_DEAD : CLEAVE_SLOT_RUNNING, __ATOMIC_SEQ_CST);
    ring();
  }
}

Problem WorkerPool::resetPartition(uint32_t index) {
  Slot &slot = slots[index];
  if (!slot.inbox) {
    void *mapped = mmap(nullptr, CLEAVE_INPUT_OFFSET, PROT_READ | PROT_WRITE, MAP_SHARED, memory.exchange.get(),
                        static_cast<off_t>(index * memory.header->partition_bytes));
    if (mapped == MAP_FAILED)
      return "a partition cannot be mapped";
    slot.inbox = static_cast<cleave_inbox *>(mapped);
    slot.outbox = reinterpret_cast<cleave_outbox *>(static_cast<char *>(mapped) + CLEAVE_OUTBOX_OFFSET);
  }
  // What the last worker and its messages left behind goes, memory included: outputs are granted as zero, and another
  // kind of task has no business with this one's inputs. The grants may stay: no message counts them any more.
  const cleave_control &control = *memory.header;
  if (cleave_control_slot(memory.header, index)->generation > 1 &&
      fallocate(memory.exchange.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                static_cast<off_t>(index * control.partition_bytes + control.input_offset),
                static_cast<off_t>(control.partition_bytes - control.input_offset)))
    return "a partition cannot be emptied";
  std::memset(slot.inbox, 0, offsetof(cleave_inbox, grants));
  std::memset(slot.outbox, 0, sizeof *slot.outbox);
  return std::nullopt;
}

Problem WorkerPool::sendSetup(int socket, uint32_t index) {
  const cleave_control &control = *memory.header;
  WorkerSetup setup = {};
  setup.partitionOffset = index * control.partition_bytes;
  setup.inputOffset = control.input_offset;
  setup.inputBytes = control.input_bytes;
  setup.outputOffset = control.output_offset;
  setup.outputBytes = control.output_bytes;
  setup.memoryBytes = limits.memoryBytes;
  setup.originTicks = originTicks;
  setup.originNs = originNs;
  setup.nodePid = getpid();
  setup.slot = index;
  auto send = [&](const void *data, size_t bytes) {
    return ::send(socket, data, bytes, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes);
  };
  if (send(&setup, sizeof setup) && send(filters.listener.data(), filters.listener.size() * sizeof(sock_filter)) &&
      send(filters.jail.data(), filters.jail.size() * sizeof(sock_filter)))
    return std::nullopt;
  return "the worker's setup cannot be sent";
}

/// In the child, between fork and exec: only what is safe there. Sources are lifted above the targets first, so that
/// no dup2 overwrites one that is still needed.
[[noreturn]] static void becomeWorker(int program, const int (&sources)[5]) {
  static constexpr int targets[5] = {kSocketDescriptor, kExchangeDescriptor, kArenaDescriptor, kTaskDescriptor,
                                     kInboxDescriptor};
  int lifted[5];
  for (int i = 0; i != 5; ++i)
    lifted[i] = fcntl(sources[i], F_DUPFD_CLOEXEC, kInboxDescriptor + 1);
  int liftedProgram = fcntl(program, F_DUPFD_CLOEXEC, kInboxDescriptor + 1);
  for (int i = 0; i != 5; ++i)
    if (lifted[i] < 0 || dup2(lifted[i], targets[i]) < 0)
      _exit(1);
  // Whatever the user's shell left open is not for a task either.
  syscall(SYS_close_range, kInboxDescriptor + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  char name[] = "cleave-worker";
  char *const arguments[] = {name, nullptr}, *const environment[] = {nullptr};
  syscall(SYS_execveat, liftedProgram, "", arguments, environment, AT_EMPTY_PATH);
  _exit(1);
}

Problem WorkerPool::start(uint32_t index, uint32_t kind) {
  Slot &slot = slots[index];
  if (Problem problem = resetPartition(index))
    return problem;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
    return "no socket";
  slot.socket = Descriptor(pair[0]);
  Descriptor theirs(pair[1]);
  if (Problem problem = sendSetup(slot.socket.get(), index))
    return problem;
  pid_t pid = fork();
  if (pid < 0)
    return "no process";
  if (pid == 0)
    becomeWorker(program.get(), {theirs.get(), memory.exchange.get(), memory.arenaReadOnly.get(), taskFiles[kind].get(),
                                 memory.exchangeReadOnly.get()});
  slot.pid = pid;
  slot.process = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!slot.process)
    return "no process descriptor";
  watch(slot.process.get(), WorkerEvent::Process, index);
  watch(slot.socket.get(), WorkerEvent::Socket, index);
  return std::nullopt;
}

void WorkerPool::kill(Slot &slot) {
  int error = errno; // callers report what went wrong before
  if (slot.pid > 0) {
    ::kill(slot.pid, SIGKILL);
    while (waitpid(slot.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  slot.pid = -1;
  slot.process.reset();
  slot.socket.reset();
  slot.listener.reset();
  errno = error;
}

void WorkerPool::killAll() {
  // All signals first: then the deaths overlap.
  for (Slot &slot : slots)
    if (slot.pid > 0)
      ::kill(slot.pid, SIGKILL);
  for (Slot &slot : slots)
    kill(slot);
}

void WorkerPool::handle(WorkerEvent event, uint32_t index) {
  // An event of a process that was replaced in the meantime finds its descriptor closed or not ready, which is
  // harmless.
  if (index >= slots.size())
    return;
  switch (event) {
  case WorkerEvent::Process:
    return handleDeath(index);
  case WorkerEvent::Socket:
    return handleSocket(index);
  case WorkerEvent::Listener:
    return handleListener(index);
  }
}

/// The listener's descriptor, or the reason why there will be none.
void WorkerPool::handleSocket(uint32_t index) {
  Slot &slot = slots[index];
  if (!slot.socket)
    return;
  SetupFailure failure = {};
  iovec data = {&failure, sizeof failure};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t bytes = recvmsg(slot.socket.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  cmsghdr *header = bytes > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int))) {
    int number;
    std::memcpy(&number, CMSG_DATA(header), sizeof number);
    slot.listener = Descriptor(number);
    watch(number, WorkerEvent::Listener, index);
  } else if (bytes == static_cast<ssize_t>(sizeof failure)) {
    slot.cause = CLEAVE_CAUSE_SETUP;
    slot.detail = static_cast<uint32_t>(failure.step) << 16 | (static_cast<uint32_t>(failure.error) & 0xffff);
  }
  slot.socket.reset();
}

void WorkerPool::handleListener(uint32_t index) {
  Slot &slot = slots[index];
  if (!slot.listener)
    return;
  // Receiving would block if this event were an earlier worker's.
  pollfd ready = {slot.listener.get(), POLLIN, 0};
  if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLIN)) {
    if (ready.revents)
      slot.listener.reset(); // nobody runs under this filter any more
    return;
  }
  std::memset(notification.data(), 0, notification.size());
  auto *received = reinterpret_cast<seccomp_notif *>(notification.data());
  if (ioctl(slot.listener.get(), SECCOMP_IOCTL_NOTIF_RECV, received)) {
    // ENOENT: the worker died meanwhile. Anything else but an interruption, and this worker cannot be served.
    if (errno != ENOENT && errno != EINTR && errno != EAGAIN)
      slot.listener.reset();
    return;
  }
  const __u64 *arguments = received->data.args;
  MappingRequest request = {arguments[1], arguments[5], (arguments[3] & MAP_ANONYMOUS) != 0};
  MappingVerdict verdict = judgeMapping(request, *slot.inbox, limits);
  if (verdict.kind == MappingVerdict::Kill) {
    slot.cause = verdict.cause;
    slot.bytes = verdict.bytes;
    ::kill(slot.pid, SIGKILL);
    return;
  }
  seccomp_notif_resp answer = {};
  answer.id = received->id;
  if (verdict.kind == MappingVerdict::Allow)
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  else
    answer.error = -ENOMEM;
  // ENOENT: the worker died while we looked. There is nobody to answer.
  ioctl(slot.listener.get(), SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

void WorkerPool::handleDeath(uint32_t index) {
  Slot &slot = slots[index];
  if (slot.pid <= 0)
    return;
  // Its last words may still lie in the socket.
  handleSocket(index);
  int status = 0;
  if (waitpid(slot.pid, &status, WNOHANG) != slot.pid)
    return;
  slot.pid = -1;
  slot.process.reset();
  slot.socket.reset();
  slot.listener.reset();
  if (slot.cause == CLEAVE_CAUSE_NONE) {
    bool isSignal = WIFSIGNALED(status);
    slot.detail = static_cast<uint32_t>(isSignal ? WTERMSIG(status) : WEXITSTATUS(status));
    slot.cause = !isSignal ? CLEAVE_CAUSE_EXIT : WTERMSIG(status) == SIGSYS ? CLEAVE_CAUSE_JAIL : CLEAVE_CAUSE_SIGNAL;
  }
  publishDeath(index);
}

void WorkerPool::publishDeath(uint32_t index) {
  const Slot &slot = slots[index];
  cleave_slot &shared = *cleave_control_slot(memory.header, index);
  shared.cause = slot.cause;
  shared.detail = slot.detail;
  shared.bytes = slot.bytes;
  uint32_t expected = CLEAVE_SLOT_RUNNING;
  // If the root wants another worker here by now, the old one's death is no news.
  __atomic_compare_exchange_n(&shared.state, &expected, uint32_t{CLEAVE_SLOT_DEAD}, false, __ATOMIC_SEQ_CST,
                              __ATOMIC_SEQ_CST);
  ring();
}

} // namespace cleave
