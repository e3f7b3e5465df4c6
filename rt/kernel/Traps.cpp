// Traps.cpp - what comes into the kernel: calls, faults, interrupts, NMIs. In the kernel itself a fault is a bug and a
// panic; in user code it ends whoever did it, unless it is the first use of memory that was promised.
#include "Apic.h"
#include "Console.h"
#include "Gate.h"
#include "Machine.h"
#include "Program.h"
#include "Task.h"

namespace cleave {

namespace {

enum Vector : uint64_t {
  kDivide = 0,
  kDebug = 1,
  kNmi = 2,
  kBreakpoint = 3,
  kInvalidOpcode = 6,
  kDoubleFault = 8,
  kPageFault = 14,
  kFloatingPoint = 16,
  kVectorFloatingPoint = 19,
  kExceptions = 32
};

/* The hosted node's words for the same deaths. */
constexpr uint32_t kSigill = 4, kSigtrap = 5, kSigfpe = 8, kSigsegv = 11;

uint32_t signalOf(uint64_t vector) {
  switch (vector) {
  case kDivide:
  case kFloatingPoint:
  case kVectorFloatingPoint:
    return kSigfpe;
  case kDebug:
  case kBreakpoint:
    return kSigtrap;
  case kInvalidOpcode:
    return kSigill;
  default:
    return kSigsegv;
  }
}

const char *nameOf(uint64_t vector) {
  static constexpr const char *kNames[] = {"division error",
                                           "debug trap",
                                           "NMI",
                                           "breakpoint",
                                           "overflow",
                                           "bound range exceeded",
                                           "invalid opcode",
                                           "device not there",
                                           "double fault",
                                           "coprocessor overrun",
                                           "invalid task state",
                                           "segment not there",
                                           "stack fault",
                                           "protection fault",
                                           "page fault",
                                           "reserved",
                                           "floating-point error",
                                           "alignment error",
                                           "machine check",
                                           "vector floating-point error"};
  return vector < sizeof kNames / sizeof kNames[0] ? kNames[vector] : "exception";
}

void tellFault(const Core &core, const Frame &frame, uint64_t address) {
  ConsoleLine line;
  print("kernel: ", core.slot ? "task" : "program", " on core ", uint64_t{core.index}, ": ", nameOf(frame.vector));
  if (frame.vector == kPageFault) {
    constexpr uint64_t kWrites = 2, kFetches = 16;
    print(frame.error & kFetches ? ", jump to " : frame.error & kWrites ? ", write to " : ", read of ", Hex{address});
  }
  print(", at ", Hex{frame.rip});
}

void faultOfUser(Core &core, Frame &frame) {
  uint64_t address = frame.vector == kPageFault ? readCr2() : 0;
  constexpr uint64_t kProtection = 1;
  if (frame.vector == kPageFault && !(frame.error & kProtection)) {
    Error error = core.slot ? core.slot->touch(address) : program.touch(address);
    if (error == Error::None)
      return;
    if (error == Error::NoMemory && core.slot)
      core.slot->die(CLEAVE_CAUSE_MEMORY, 0, kPage);
    if (error == Error::NoMemory)
      program.die(9);
  }
  uint32_t signal = signalOf(frame.vector);
  if (!core.slot && program.handles(signal) && !program.isFromLibrary(frame.rip)) {
    frame.rax = kRootFault;
    frame.rdi = signal;
    frame.rcx = frame.rip;
    frame.rip = program.reflectionEntry();
    return;
  }
  tellFault(core, frame, address);
  if (core.slot)
    core.slot->die(CLEAVE_CAUSE_SIGNAL, signal);
  program.die(signal);
}

void callOfTask(TaskSlot &task, Frame &frame) {
  if (frame.rip != gateReturn())
    task.die(CLEAVE_CAUSE_JAIL, 0);
  switch (frame.rax) {
  case kCallRequest:
    frame.rax = task.request(frame.rdi, static_cast<uint32_t>(frame.rsi), frame.rdx);
    return;
  case kCallCommit:
    frame.rax = task.commit(frame.rdi, frame.rsi, frame.rdx);
    return;
  case kCallOpen:
    frame.rax = task.open(frame.rdi, static_cast<uint32_t>(frame.rsi), frame.rdx);
    return;
  case kCallExecute: // tasks here are leaves
  case kCallWait:
    frame.rax = CLEAVE_E_REFUSED;
    return;
  case kCallFinish:
    task.finish(static_cast<uint32_t>(frame.rdi), frame.rsi, static_cast<uint32_t>(frame.rdx));
  case kCallLog:
    task.log(frame.rdi, frame.rsi);
    return;
  default: // from the gate's last instructions, with a number of one's own
    task.die(CLEAVE_CAUSE_JAIL, 0);
  }
}

} // namespace

} // namespace cleave

using namespace cleave;

extern "C" void cleave_handle_call(Frame *frame) {
  Core &core = thisCore();
  ++core.counted->calls;
  if (core.slot)
    return callOfTask(*core.slot, *frame);
  if (program.isFromLibrary(frame->rip))
    frame->rax = program.call(*frame);
  else
    frame->rip = program.reflectionEntry(); // rcx still says where it came from
}

extern "C" void cleave_handle_trap(Frame *frame) {
  Core &core = thisCore();
  bool isUser = frame->cs & 3;
  ++core.counted->vectors[frame->vector];
  if (frame->vector >= kExceptions) {
    if (frame->vector != kSpuriousVector)
      endOfInterrupt();
    return;
  }
  if (!isUser || frame->vector == kDoubleFault) {
    print("\nkernel: ", nameOf(frame->vector), ", error ", Hex{frame->error}, ", address ", Hex{readCr2()}, ", stack ",
          Hex{frame->rsp}, ", core ", uint64_t{core.index}, "\n");
    PANIC("a fault in the kernel", frame->rip);
  }
  faultOfUser(core, *frame);
}

/* 1: the user code that was interrupted is to be left for good (Entry.S). */
extern "C" uint32_t cleave_handle_nmi(Frame *frame, Core *core) {
  ++core->counted->vectors[kNmi];
  return (frame->cs & 3) && __atomic_load_n(&core->isKillWanted, __ATOMIC_SEQ_CST);
}
