/* FloatControl.h - how the calling thread computes: rounding, exceptions that trap, denormals; of the vector unit and of
 * the x87. (Flags of what has happened are left out: they are each thread's own.) */
#ifndef CLEAVE_ROOT_FLOATCONTROL_H
#define CLEAVE_ROOT_FLOATCONTROL_H

#include <stdint.h>

namespace cleave {

inline uint64_t floatControl() {
  constexpr uint32_t kFlags = 0x3f;
  uint16_t x87;
  asm volatile("fnstcw %0" : "=m"(x87));
  return (__builtin_ia32_stmxcsr() & ~kFlags) | uint64_t{x87} << 32;
}

inline void setFloatControl(uint64_t control) {
  auto x87 = static_cast<uint16_t>(control >> 32);
  __builtin_ia32_ldmxcsr(static_cast<uint32_t>(control));
  asm volatile("fldcw %0" : : "m"(x87));
}

} // namespace cleave
#endif
