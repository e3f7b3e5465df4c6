// Signals.cpp - handlers for the program's own faults.
//
// The kernel ends a program that faults, unless it was told that there is a handler (kRootHandles); then the fault
// comes to Entry.S, and from there to the handler, on the program's stack. There is no way back to the instruction that
// faulted: a handler that returns has handled nothing, and the signal does what it does by default. Signals that are
// raised, and not caused by a fault, always do that.
#include "Library.h"

namespace cleave {

namespace {

static_assert(kRootFault == static_cast<uint64_t>(-2), "as Entry.S has it");

constexpr uint64_t kSignals = 65, kIgnored = 1;

/* struct kernel_sigaction of x86-64 Linux. */
struct Action {
  uint64_t handler, flags, restorer, mask;
};

Action actions[kSignals];

bool isHandled(uint64_t signal) { return actions[signal].handler > kIgnored; }

} // namespace

int64_t setHandler(uint64_t signal, uint64_t action, uint64_t old, uint64_t maskBytes) {
  constexpr uint64_t kKill = 9, kStop = 19;
  if (!signal || signal >= kSignals || maskBytes != 8 || (action && (signal == kKill || signal == kStop)))
    return kInvalid;
  bool wasHandled = isHandled(signal);
  Action before = actions[signal];
  if (action)
    actions[signal] = *reinterpret_cast<const Action *>(action);
  if (old)
    *reinterpret_cast<Action *>(old) = before;
  if (wasHandled == isHandled(signal))
    return 0;
  uint64_t handled = 0;
  for (uint64_t i = 1; i != 64; ++i)
    handled |= static_cast<uint64_t>(isHandled(i)) << i;
  cleave_kernel_call(kRootHandles, handled);
  return 0;
}

int64_t raise(uint64_t signal) {
  constexpr uint64_t kChild = 17, kContinue = 18, kUrgent = 23, kWindow = 28;
  if (signal >= kSignals)
    return kInvalid;
  if (signal && signal != kChild && signal != kContinue && signal != kUrgent && signal != kWindow)
    end(true, signal);
  return 0;
}

extern "C" [[noreturn]] void cleave_library_fault(uint64_t signal) {
  using Handler = void (*)(int, void *, void *);
  if (signal < kSignals && isHandled(signal))
    reinterpret_cast<Handler>(actions[signal].handler)(static_cast<int>(signal), nullptr, nullptr);
  end(true, signal);
}

} // namespace cleave
