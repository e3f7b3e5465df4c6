// Gate.h - the page through which a task makes its calls.
//
// node.h promises a task a table of functions. Here they are a few instructions of user code each (Gate.S), on a page
// that is the same in all tasks and that they can execute and not write: number into rax, `syscall`, return. The call
// handler believes a call only if it comes from there: any other `syscall` of a task is an attempt to talk to another
// system and ends it.
#ifndef CLEAVE_KERNEL_GATE_H
#define CLEAVE_KERNEL_GATE_H

#include "Layout.h"

namespace cleave {

enum Call : uint64_t {
  kCallRequest = 1,
  kCallCommit,
  kCallOpen,
  kCallExecute,
  kCallWait,
  kCallFinish,
  kCallLog,
};

/// Makes the page. Physical address; shared by every task's address space.
uint64_t makeGatePage();

constexpr uint64_t kStartPage = kTaskGate + 4096;

uint64_t gateTable();     ///< where a task finds its cleave_node
uint64_t gateReturn();    ///< where a call returns to: proof of where it came from
uint64_t gateAfterTask(); ///< return address of a task's entry point

} // namespace cleave

#endif
