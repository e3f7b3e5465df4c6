/* Session.cpp - attaching to the node before main; see Session.h and exchange.h. */
#include "Session.h"

#include "../task/Memory.h"
#include "Agent.h"
#include "Arena.h"
#include "Local.h"
#include "Memo.h"
#include "Names.h"
#include "Open.h"
#include "Sandbox.h"
#include "WholeRun.h"
#include "Workers.h"

#include <fcntl.h>
#include <initializer_list>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern "C" int cleave_is_splitting = 0;

namespace cleave {

Session session;

void panic(const char *why) {
  fprintf(stderr, "cleave: %s\n", why);
  abort();
}

uint64_t nowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

uint64_t ownNs() {
  timespec used;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used))
    return nowNs();
  return static_cast<uint64_t>(used.tv_sec) * 1000000000u + static_cast<uint64_t>(used.tv_nsec);
}

void ringNode() {
  uint64_t one = 1;
  /* The counter cannot overflow by ones, and a signal cannot interrupt a write that need not wait. */
  if (write(session.event, &one, sizeof one) != sizeof one)
    panic("the node is gone");
}

void endRun(uint32_t kind, uint32_t cause, uint32_t detail, uint64_t bytes, const char *text, uint64_t length) {
  cleave_failure &failure = session.control->failure;
  failure.kind = kind;
  failure.cause = cause;
  failure.detail = detail;
  failure.bytes = bytes;
  failure.text_bytes = length < sizeof failure.text ? length : sizeof failure.text;
  memcpy(failure.text, text, failure.text_bytes);
  __atomic_store_n(&failure.is_set, 1, __ATOMIC_SEQ_CST);
  ringNode();
  for (;;)
    pause();
}

namespace {

/* The exchange and the arena are shared with the parent: the child takes a private arena and leaves the rest alone. */
void beforeFork() {
  if (!session.isAttached)
    return;
  local::beforeFork();
  sandbox::release();
  arena::makePrivate();
}

void inParent() {
  if (session.isAttached)
    local::afterForkInParent();
}

void inChild() {
  session.isAttached = false;
  cleave_is_splitting = 0;
  local::afterForkInChild();
  forgetOpenWork();
}

struct Mapping {
  void *address = nullptr;
  uint64_t bytes = 0;
};

Mapping mapWhole(int fd, uint64_t least) {
  struct stat status;
  if (fstat(fd, &status) || status.st_size < 0 || static_cast<uint64_t>(status.st_size) < least)
    return {};
  auto bytes = static_cast<uint64_t>(status.st_size);
  void *address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  return address == MAP_FAILED ? Mapping{} : Mapping{address, bytes};
}

bool isSound(const cleave_control &control, uint64_t controlBytes, uint64_t exchangeBytes, uint64_t arenaBytes) {
  return control.magic == CLEAVE_CONTROL_MAGIC && control.version == CLEAVE_EXCHANGE_VERSION && control.worker_count &&
         control.slot_count && control.slot_count <= CLEAVE_SLOTS_MAX && control.control_bytes <= controlBytes &&
         control.slot_count * control.partition_bytes <= exchangeBytes && control.arena_bytes <= arenaBytes;
}

void attachFromEnvironment() {
  const char *value = getenv(CLEAVE_NODE_VARIABLE);
  int version, control, exchange, arenaFd, event;
  if (!value)
    return;
  int fields = sscanf(value, "%d:%d:%d:%d:%d", &version, &control, &exchange, &arenaFd, &event);
  unsetenv(CLEAVE_NODE_VARIABLE);
  if (fields != 5 || version != static_cast<int>(CLEAVE_EXCHANGE_VERSION))
    return;
  Mapping words = mapWhole(control, sizeof(cleave_control));
  Mapping partitions = mapWhole(exchange, 1), blocks = mapWhole(arenaFd, 1);
  for (int fd : {control, exchange, arenaFd})
    close(fd);
  fcntl(event, F_SETFD, FD_CLOEXEC);
  if (!words.address || !partitions.address || !blocks.address)
    return;
  auto *node = static_cast<cleave_control *>(words.address);
  if (!isSound(*node, words.bytes, partitions.bytes, blocks.bytes))
    return;
  attachSession(node, partitions.address, blocks.address, event);
}

/* Whether a process of its own may come to do a part of this run's work. */
bool mayUseProcesses(const cleave_control &control) {
  if (control.mode == CLEAVE_MODE_WORKERS)
    return false;
  if (control.mode != CLEAVE_MODE_AUTO || control.store.kind != CLEAVE_STORE_NONE)
    return true;
  for (const cleave_site *site = __start_cleave_sites; site != __stop_cleave_sites; ++site)
    if (!site->local && !isForProgramOnly(*site))
      return true;
  return false;
}

} // namespace

bool attachSession(cleave_control *control, void *exchange, void *arenaMemory, int event) {
  session = {control, static_cast<uint8_t *>(exchange), event, pthread_self(), false, floatControl(), false};
  setNameKeys(control->tenant_key, control->run_id);
  if (pthread_atfork(beforeFork, inParent, inChild) || !attachWorkers())
    return false;
  if (control->arena_bytes && !arena::attach(arenaMemory, control->arena_bytes, mayUseProcesses(*control)))
    return false;
  session.isAttached = true;
  session.isChecking = control->mode == CLEAVE_MODE_CHECK && control->findings_offset;
  cleave_is_splitting = session.isChecking ? 2 : 1;
  memo::attach();
  local::attach();
  __atomic_store_n(&control->root_attached, 1, __ATOMIC_RELEASE);
  return true;
}

/* 101 is the first priority that is not the implementation's: before all of the program's static objects. */
[[gnu::constructor(101)]] static void attach(int argumentCount, char **arguments) {
  agent::attach();
  attachFromEnvironment();
  whole::attach(argumentCount, arguments);
}

} // namespace cleave
