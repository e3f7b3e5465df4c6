/* Clock.cpp - clocks in a task: there are none. Work that reads one is for the program's own process (image.h); where a
 * task comes to do so all the same, it gives up, and the program does the work in place. */
#include "Task.h"

using cleave::endThrown;

extern "C" {
[[noreturn]] int64_t _ZNSt6chrono3_V212steady_clock3nowEv() { endThrown(); }
[[noreturn]] int64_t _ZNSt6chrono3_V212system_clock3nowEv() { endThrown(); }
[[noreturn]] int64_t time(int64_t *) { endThrown(); }
[[noreturn]] int clock_gettime(int, void *) { endThrown(); }
[[noreturn]] int gettimeofday(void *, void *) { endThrown(); }
[[noreturn]] int timespec_get(void *, int) { endThrown(); }
}
