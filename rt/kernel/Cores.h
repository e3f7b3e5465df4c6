// Cores.h - the cores, what each has of its own, and the way into user code and back.
//
// Core 0 belongs to the kernel: devices, starting and ending tasks, limits of time. Core 1 is given to the program. The
// others run tasks, one at a time, each to its end. Interrupts are off wherever there is something to do, in user code
// too: they are let in only where a core has nothing to do and halts. The one thing that can stop user code from
// outside is an NMI, which killing a task sends (Traps.cpp).
#ifndef CLEAVE_KERNEL_CORES_H
#define CLEAVE_KERNEL_CORES_H

#include "Acpi.h"
#include "RootInterface.h"

namespace cleave {

class TaskSlot;

/* What user code was doing when it came here; the order is Entry.S's. */
struct Frame {
  uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
  uint64_t vector, error;
  uint64_t rip, cs, flags, rsp, ss;
};

struct [[gnu::packed]] TaskState {
  uint32_t reserved0;
  uint64_t rsp0, rsp1, rsp2, reserved1, ist[7], reserved2;
  uint16_t reserved3, ioMap;
};
static_assert(sizeof(TaskState) == 104);

/* Why runUser() came back. */
enum class Left : uint32_t { Finished = 1, Died = 2, Killed = 3 };

struct Core {
  /* Entry.S knows these by their offsets. */
  Core *self;
  uint64_t userStack;   ///< 8: scratch of the call gate
  uint64_t kernelStack; ///< 16: where an entry from user code begins
  uint64_t stackOfTask; ///< 24: address of state.rsp0, the same for faults

  uint32_t index, apicId;
  uint8_t node;
  bool isStarted;
  bool isIdle;                ///< halted or about to; wake it when there is work
  bool isKillWanted;          ///< the task that runs here is to die; set by core 0, cleared by this one
  TaskSlot *slot;             ///< what runs here; null: nothing, or the program
  uint64_t tasks;             ///< that ran here
  uint64_t frames[kNodesMax]; ///< that this core was given, by their node
  /// Every entry that happens now is counted there: inTasks from a task's first instruction to its last, its calls
  /// included, else other.
  EntryCounts *counted;
  EntryCounts inTasks, other;
  TaskState state;
  uint64_t descriptors[8];
};

constexpr uint16_t kKernelCode = 0x08, kKernelData = 0x10, kUserData = 0x23, kUserCode = 0x2b;
constexpr unsigned kProgramCore = 1, kFirstTaskCore = 2;

extern Core *cores[Topology::kCoresMax];
extern unsigned coreCount;

/// Makes all cores' own memory (early) and turns this one into core 0.
void startFirstCore(const Topology &topology);
/// The first instructions of the others, while the image's first part is still mapped.
void placeTrampoline();
/// Starts the others; each goes on in coreLoop(). Those that do not come up in time are left out.
void startOtherCores();
[[noreturn]] void coreLoop(Core &core); ///< Main.cpp

inline Core &thisCore() {
  Core *core;
  asm("movq %%gs:0, %0" : "=r"(core));
  return *core;
}

void wake(Core &core);
/// Halts until an interrupt, unless `hasWork()`: interrupts are let in only here.
template <typename Work> void idleUnless(Core &core, Work hasWork) {
  // Said before the last look: whoever brings work later sees it and wakes this core.
  __atomic_store_n(&core.isIdle, true, __ATOMIC_SEQ_CST);
  if (!hasWork())
    asm volatile("sti; hlt; cli" : : : "memory");
  __atomic_store_n(&core.isIdle, false, __ATOMIC_SEQ_CST);
}

struct UserStart {
  uint64_t rip, rsp, argument;
};
/// Runs user code in the current address space until leaveUser(), at most one on a core. Floating-point state is as in
/// a new process.
Left runUser(const UserStart &start);
[[noreturn]] void leaveUser(Left why);

/// For tasks: the time-stamp counter can be read or not (a task must not be able to tell the time).
void setClockVisible(bool isVisible);

} // namespace cleave

#endif
