/* Worker.cpp - the jail around task binaries: a process that gives up all it can, then runs tasks of one kind.
 *
 * The node execs this program from memory, with four descriptors and an empty environment (Setup.h). In order: receive
 * the setup, map the partition, load the task, reserve heap and stack, give away descriptors, limits and privileges,
 * install the two filters, serve. From the last filter on the process can compute, sleep on a futex, unmap, give pages
 * back, ask the node for a mapping of what was granted, and end: nothing else, whoever runs in it. The task's code and
 * this program share the address space; the boundary is the process and its filters, never a check in here. Checks in
 * here serve honest tasks that are wrong.
 *
 * Freestanding: no libc, so that what is in the address space beside the task is a few pages that one can read, and a
 * worker starts in well under a millisecond. */
#include "Worker.h"
#include "Syscalls.h"

#include <linux/close_range.h>
#include <linux/errno.h>
#include <linux/filter.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace cleave {

namespace {

constexpr uint64_t kStackBytes = 64 << 20, kGuardBytes = 1 << 20;

WorkerSetup setup;
sock_filter listenerFilter[kFilterInstructionsMax], jailFilter[kFilterInstructionsMax];
sock_fprog listenerProgram, jailProgram;
uint64_t stackTop;

/* One message of at most `bytes`; answers its length or a negative errno. */
long receive(void *to, uint64_t bytes) {
  return systemCall(__NR_recvfrom, kSocketDescriptor, reinterpret_cast<long>(to), static_cast<long>(bytes));
}

StepResult receiveProgram(sock_filter *filter, sock_fprog &program) {
  long received = receive(filter, kFilterInstructionsMax * sizeof(sock_filter));
  if (received <= 0 || static_cast<uint64_t>(received) % sizeof(sock_filter))
    return stepFailed(received < 0 ? received : -EPROTO);
  program = {static_cast<unsigned short>(static_cast<uint64_t>(received) / sizeof(sock_filter)), filter};
  return kStepDone;
}

StepResult receiveSetup() {
  long received = receive(&setup, sizeof setup);
  if (received != static_cast<long>(sizeof setup))
    return stepFailed(received < 0 ? received : -EPROTO);
  if (StepResult result = receiveProgram(listenerFilter, listenerProgram); result.failed)
    return result;
  return receiveProgram(jailFilter, jailProgram);
}

/* The node may have died before the death signal was set: then the parent is another one. Signals that a terminal
 * sends to its whole foreground group are the program's affair. */
StepResult tieToParent() {
  long result = systemCall(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
  if (isFailure(result))
    return stepFailed(result);
  if (systemCall(__NR_getppid) != setup.nodePid)
    return stepFailed(-ESRCH);
  uint64_t allSignals = ~uint64_t{0};
  result = systemCall(__NR_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<long>(&allSignals), 0, sizeof allSignals);
  return isFailure(result) ? stepFailed(result) : kStepDone;
}

long mapPart(uint64_t offset, uint64_t bytes, bool isWritable, uint64_t address = 0) {
  return mapMemory(address, bytes, isWritable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_NORESERVE,
                   isWritable ? kExchangeDescriptor : kInboxDescriptor, setup.partitionOffset + offset);
}

StepResult mapPartition() {
  long inbox = mapPart(CLEAVE_INBOX_OFFSET, pageUp(sizeof(cleave_inbox)), false);
  if (isFailure(inbox))
    return stepFailed(inbox);
  long outbox = mapPart(CLEAVE_OUTBOX_OFFSET, pageUp(sizeof(cleave_outbox)), true);
  if (isFailure(outbox))
    return stepFailed(outbox);
  long inputs = mapPart(setup.inputOffset, setup.inputBytes, false, CLEAVE_TASK_INPUTS + setup.inputOffset);
  if (isFailure(inputs))
    return stepFailed(inputs);
  if (static_cast<uint64_t>(inputs) != CLEAVE_TASK_INPUTS + setup.inputOffset)
    return stepFailed(-EADDRINUSE);
  partition.inbox = reinterpret_cast<const cleave_inbox *>(inbox);
  partition.outbox = reinterpret_cast<cleave_outbox *>(outbox);
  partition.inputs = reinterpret_cast<const uint8_t *>(inputs);
  partition.inputOffset = setup.inputOffset;
  partition.inputBytes = setup.inputBytes;
  partition.outputOffset = setup.outputOffset;
  partition.outputStride = setup.outputBytes;
  partition.outputBytes = setup.outputBytes < setup.memoryBytes ? setup.outputBytes : setup.memoryBytes;
  for (uint32_t i = 0; i != CLEAVE_RING; ++i) {
    long output = mapPart(setup.outputOffset + i * setup.outputBytes, partition.outputBytes, true);
    if (isFailure(output))
      return stepFailed(output);
    partition.outputs[i] = reinterpret_cast<uint8_t *>(output);
  }
  return kStepDone;
}

StepResult reserveStack() {
  long mapped = mapMemory(0, kStackBytes + kGuardBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (isFailure(mapped))
    return stepFailed(mapped);
  long result = systemCall(__NR_mprotect, mapped + static_cast<long>(kGuardBytes), static_cast<long>(kStackBytes),
                           PROT_READ | PROT_WRITE);
  if (isFailure(result))
    return stepFailed(result);
  stackTop = static_cast<uint64_t>(mapped) + kGuardBytes + kStackBytes;
  return kStepDone;
}

StepResult closeDescriptors() {
  const int ranges[][2] = {{0, 2}, {kExchangeDescriptor, kExchangeDescriptor}, {kTaskDescriptor, -1}};
  for (auto &range : ranges) {
    long result = systemCall(__NR_close_range, range[0], static_cast<unsigned>(range[1]), 0);
    if (isFailure(result))
      return stepFailed(result);
  }
  return kStepDone;
}

/* RLIMIT_NOFILE must still admit the listener's descriptor, which is the lowest free one: 0. */
StepResult setLimits() {
  const struct {
    int resource;
    uint64_t value;
  } limits[] = {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, kArenaDescriptor + 1}, {RLIMIT_NPROC, 0}, {RLIMIT_MEMLOCK, 0}};
  for (auto &limit : limits) {
    rlimit value = {limit.value, limit.value};
    long result = systemCall(__NR_prlimit64, 0, limit.resource, reinterpret_cast<long>(&value), 0);
    if (isFailure(result))
      return stepFailed(result);
  }
  return kStepDone;
}

StepResult dropPrivileges() {
  long result = systemCall(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (!isFailure(result))
    result = systemCall(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  return isFailure(result) ? stepFailed(result) : kStepDone;
}

/* One byte over the socket, with a descriptor beside it. */
StepResult sendDescriptor(int descriptor) {
  char byte = 0;
  iovec data = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  long result = systemCall(__NR_sendmsg, kSocketDescriptor, reinterpret_cast<long>(&message), MSG_NOSIGNAL);
  return isFailure(result) ? stepFailed(result) : kStepDone;
}

[[noreturn]] void giveUp(SetupStep step, StepResult result) {
  SetupFailure failure = {step, result.error};
  systemCall(__NR_sendto, kSocketDescriptor, reinterpret_cast<long>(&failure), sizeof failure, MSG_NOSIGNAL);
  exitProcess(1);
}

void require(SetupStep step, StepResult result) {
  if (result.failed)
    giveUp(step, result);
}

void enterJail() {
  long listener = systemCall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                             reinterpret_cast<long>(&listenerProgram));
  if (isFailure(listener))
    giveUp(SetupStep::Listener, stepFailed(listener));
  require(SetupStep::SendListener, sendDescriptor(static_cast<int>(listener)));
  systemCall(__NR_close, listener);
  /* From here on nothing can be told: the node sees a process that ended of itself. */
  systemCall(__NR_close, kSocketDescriptor);
  if (systemCall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, reinterpret_cast<long>(&jailProgram)))
    exitProcess(1);
}

} // namespace

} // namespace cleave

using namespace cleave;

extern "C" [[noreturn]] void cleave_worker_main(const void *) {
  require(SetupStep::Receive, receiveSetup());
  require(SetupStep::Parent, tieToParent());
  require(SetupStep::Partition, mapPartition());
  require(SetupStep::Elf, loadTask());
  require(SetupStep::Heap, reserveHeap(pageUp(setup.memoryBytes)));
  require(SetupStep::Stack, reserveStack());
  startClock(setup.originTicks, setup.originNs);
  require(SetupStep::Limits, closeDescriptors());
  require(SetupStep::Limits, setLimits());
  require(SetupStep::Privileges, dropPrivileges());
  enterJail();
  serve(stackTop);
}
