// Machine.h - the instructions that C++ has no words for.
#ifndef CLEAVE_KERNEL_MACHINE_H
#define CLEAVE_KERNEL_MACHINE_H

#include <stdint.h>

namespace cleave {

inline void out8(uint16_t port, uint8_t value) { asm volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
inline void out32(uint16_t port, uint32_t value) { asm volatile("outl %0, %1" : : "a"(value), "Nd"(port)); }
inline uint8_t in8(uint16_t port) {
  uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

inline uint64_t readMsr(uint32_t number) {
  uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
  return static_cast<uint64_t>(high) << 32 | low;
}
inline void writeMsr(uint32_t number, uint64_t value) {
  asm volatile("wrmsr"
               :
               : "c"(number), "a"(static_cast<uint32_t>(value)), "d"(static_cast<uint32_t>(value >> 32))
               : "memory");
}

constexpr uint32_t kMsrApicBase = 0x1b, kMsrEfer = 0xc0000080, kMsrStar = 0xc0000081, kMsrLstar = 0xc0000082,
                   kMsrSyscallMask = 0xc0000084, kMsrFsBase = 0xc0000100, kMsrGsBase = 0xc0000101,
                   kMsrKernelGsBase = 0xc0000102;

struct CpuId {
  uint32_t eax, ebx, ecx, edx;
};
inline CpuId cpuId(uint32_t leaf, uint32_t subleaf = 0) {
  CpuId result;
  asm volatile("cpuid"
               : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
               : "a"(leaf), "c"(subleaf));
  return result;
}

inline uint64_t readTicks() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return static_cast<uint64_t>(high) << 32 | low;
}

inline uint64_t readCr2() {
  uint64_t value;
  asm volatile("movq %%cr2, %0" : "=r"(value));
  return value;
}
inline uint64_t readCr3() {
  uint64_t value;
  asm volatile("movq %%cr3, %0" : "=r"(value));
  return value;
}
inline void writeCr3(uint64_t value) { asm volatile("movq %0, %%cr3" : : "r"(value) : "memory"); }
inline uint64_t readCr4() {
  uint64_t value;
  asm volatile("movq %%cr4, %0" : "=r"(value));
  return value;
}
inline void writeCr4(uint64_t value) { asm volatile("movq %0, %%cr4" : : "r"(value) : "memory"); }
inline uint64_t readCr0() {
  uint64_t value;
  asm volatile("movq %%cr0, %0" : "=r"(value));
  return value;
}
inline void writeCr0(uint64_t value) { asm volatile("movq %0, %%cr0" : : "r"(value) : "memory"); }

inline void flushPage(uint64_t address) { asm volatile("invlpg (%0)" : : "r"(address) : "memory"); }
inline void relax() { asm volatile("pause" : : : "memory"); }

/// Lets one interrupt in and comes back with interrupts off. `sti` takes effect after the next instruction, so nothing
/// that was signalled before is slept through.
inline void sleepUntilInterrupt() { asm volatile("sti; hlt; cli" : : : "memory"); }
[[noreturn]] inline void stopForEver() {
  for (;;)
    asm volatile("cli; hlt");
}

/// A lock that is spun on. Interrupts are off wherever the kernel runs, so a holder is never interrupted but by an NMI,
/// which takes no lock.
class SpinLock {
public:
  void lock() {
    // Acquire: what the last holder wrote is seen after this.
    while (__atomic_exchange_n(&isHeld, true, __ATOMIC_ACQUIRE))
      while (__atomic_load_n(&isHeld, __ATOMIC_RELAXED))
        relax();
  }
  void unlock() { __atomic_store_n(&isHeld, false, __ATOMIC_RELEASE); }

private:
  bool isHeld = false;
};

class Guard {
public:
  explicit Guard(SpinLock &held) : held(held) { held.lock(); }
  ~Guard() { held.unlock(); }
  Guard(const Guard &) = delete;

private:
  SpinLock &held;
};

} // namespace cleave

#endif
