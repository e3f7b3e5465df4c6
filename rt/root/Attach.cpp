/* Attach.cpp - see Attach.h. Runs before the constructors of the program, takes the node's traces out of the environment
 * and leaves a program that cannot tell how it was started. Whatever fails here makes the run serial. */
#include "Attach.h"

#include "cleave/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int cleave_is_splitting = 0;

namespace cleave {

NodeLink nodeLink;

void ringNode() { eventfd_write(nodeLink.event, 1); }

static bool attach(const char *text) {
  int version, control, exchange, arena, event;
  if (sscanf(text, "%d:%d:%d:%d:%d", &version, &control, &exchange, &arena, &event) != 5 ||
      version != static_cast<int>(CLEAVE_EXCHANGE_VERSION))
    return false;
  void *head = mmap(nullptr, 4096, PROT_READ, MAP_SHARED, control, 0);
  if (head == MAP_FAILED)
    return false;
  auto sizes = *static_cast<cleave_control *>(head);
  munmap(head, 4096);
  if (sizes.magic != CLEAVE_CONTROL_MAGIC || sizes.version != CLEAVE_EXCHANGE_VERSION)
    return false;
  auto map = [](int descriptor, uint64_t bytes) {
    void *address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0);
    close(descriptor);
    return address == MAP_FAILED ? nullptr : address;
  };
  nodeLink.control = static_cast<cleave_control *>(map(control, sizes.control_bytes));
  nodeLink.exchange = static_cast<char *>(map(exchange, sizes.exchange_bytes));
  nodeLink.arena = static_cast<char *>(map(arena, sizes.arena_bytes));
  fcntl(event, F_SETFD, FD_CLOEXEC);
  nodeLink.event = event;
  nodeLink.process = getpid();
  return nodeLink.control && nodeLink.exchange && nodeLink.arena;
}

__attribute__((constructor(101))) static void start() {
  const char *text = getenv(CLEAVE_NODE_VARIABLE);
  if (!text)
    return;
  bool isAttached = attach(text);
  unsetenv(CLEAVE_NODE_VARIABLE);
  if (!isAttached || !nodeLink.control->kind_count)
    return;
  startArena();
  __atomic_store_n(&nodeLink.control->root_attached, 1, __ATOMIC_SEQ_CST);
  cleave_is_splitting = 1;
}

} // namespace cleave
