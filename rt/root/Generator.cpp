#include "Generator.h"

#include "Session.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>

namespace cleave {

namespace {

constexpr int kFaults[] = {SIGSEGV, SIGBUS, SIGFPE};
constexpr unsigned kFaultCount = sizeof kFaults / sizeof *kFaults;
/* Of the program's stack. What recurses deeper on data that is not there would fault with no stack left to say so. */
constexpr uint64_t kStackBytes = 256u << 10;

sigjmp_buf escape;
struct sigaction before[kFaultCount];

void onFault(int number) {
  if (pthread_equal(pthread_self(), session.thread))
    siglongjmp(escape, 1);
  /* Returning does the faulting instruction again, now before the program's own handler. */
  for (unsigned i = 0; i != kFaultCount; ++i)
    if (kFaults[i] == number)
      sigaction(number, &before[i], nullptr);
}

void restoreHandlers() {
  for (unsigned i = 0; i != kFaultCount; ++i)
    sigaction(kFaults[i], &before[i], nullptr);
}

} // namespace

/* Nothing that is changed between sigsetjmp and the fault lives in this frame. */
Generated runGenerator(cleave_generator generator, void *state, void *loop, Faults faults) {
  struct sigaction ours{};
  ours.sa_handler = onFault;
  ours.sa_flags = SA_NODEFER; /* the mask stays as it is, so siglongjmp need not restore one */
  const int programsErrno = errno;
  cleave_sandbox.stack_floor = reinterpret_cast<uint64_t>(__builtin_frame_address(0)) - kStackBytes;
  if (sigsetjmp(escape, 0)) {
    if (faults == Faults::Yes)
      restoreHandlers();
    errno = programsErrno;
    return Generated::Faulted;
  }
  for (unsigned i = 0; faults == Faults::Yes && i != kFaultCount; ++i)
    sigaction(kFaults[i], &ours, &before[i]);
  int isMore = generator(state, loop);
  if (faults == Faults::Yes)
    restoreHandlers();
  errno = programsErrno;
  return isMore ? Generated::More : Generated::Ended;
}

} // namespace cleave

extern "C" void cleave_sandbox_stop() { siglongjmp(cleave::escape, 1); }
