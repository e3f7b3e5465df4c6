// TaskLibc.cpp - the few things of a C library that a task needs and that no archive has as it should be.
//
// memcmp: the difference of the first two bytes that differ. The standard asks for the sign only, but
// std::string::compare hands the number on and a program may print it. glibc on a machine with AVX2 or AVX-512 always
// answers with the difference (318,400 pairs of lengths 1 to 199 tried); its plain variant answers with the sign for
// some lengths, and LLVM's libc with yet other numbers: -4, -1 and -5 for eight bytes of "a" against "e". The AVX2
// variant itself was rejected because every task that compares two strings would then need AVX2.
//
// __libc_single_threaded: libstdc++ asks it before it counts references (in the text of an exception, for example). A
// task has one thread from its start to its end.
//
// errno: glibc's libm stores into it directly. (Code that was compiled against <errno.h> calls __errno_location,
// which is rt/task's.)
//
// Compiled freestanding into libcleave_task_base.a, before all that the system's archives bring.
#include <emmintrin.h>
#include <stddef.h>

extern "C" {
char __libc_single_threaded = 1;
thread_local int errno;

int memcmp(const void *left, const void *right, size_t sizeBytes) {
  auto *a = static_cast<const unsigned char *>(left);
  auto *b = static_cast<const unsigned char *>(right);
  size_t at = 0;
  for (; at + 16 <= sizeBytes; at += 16) {
    __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(a + at)),
                                   _mm_loadu_si128(reinterpret_cast<const __m128i *>(b + at)));
    if (unsigned differs = _mm_movemask_epi8(equal) ^ 0xffffu) {
      at += __builtin_ctz(differs);
      return a[at] - b[at];
    }
  }
  for (; at < sizeBytes; ++at)
    if (a[at] != b[at])
      return a[at] - b[at];
  return 0;
}
}
