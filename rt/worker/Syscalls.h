/* Syscalls.h - the worker's only way to the kernel. Results are the kernel's own: negative errno on failure. */
#ifndef CLEAVE_WORKER_SYSCALLS_H
#define CLEAVE_WORKER_SYSCALLS_H

#include <asm/unistd_64.h>
#include <cstdint>

namespace cleave {

inline long systemCall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

inline bool isFailure(long result) { return result < 0 && result > -4096; }

inline long mapMemory(uint64_t address, uint64_t bytes, int protection, int flags, int descriptor, uint64_t offset) {
  return systemCall(__NR_mmap, static_cast<long>(address), static_cast<long>(bytes), protection, flags, descriptor,
                    static_cast<long>(offset));
}

[[noreturn]] inline void exitProcess(int status) {
  for (;;)
    systemCall(__NR_exit_group, status);
}

} // namespace cleave

#endif
