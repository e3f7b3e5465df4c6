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
// Characters: in the locale "C", which a task has, glibc's functions tell ASCII from everything else, and those that
// tell answer with a bit of a table, which a program may print;
// toupper and tolower take a negative char (wrong, and common) for the byte that it is, but for -1, which is EOF. LLVM's
// libc gives it back as it was.
//
// (Numbers are read by LLVM's: strtod, strtof, strtold, strtol and strtoul gave the same values, ends and errno as glibc's for
// 300,000 texts made of digits, signs, exponents, "inf", "nan(...)" and rubbish, but that 0 with an exponent beyond 2^63 is
// out of range to LLVM's. A task in which that made a difference has thrown, and the program does it again.)
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

static bool isIn(int c, int first, int last) { return c >= first && c <= last; }

// glibc answers with a bit of its table.
int isblank(int c) { return c == ' ' || c == '\t' ? 1 : 0; }
int iscntrl(int c) { return isIn(c, 0, 31) || c == 127 ? 2 : 0; }
int isupper(int c) { return isIn(c, 'A', 'Z') ? 0x100 : 0; }
int islower(int c) { return isIn(c, 'a', 'z') ? 0x200 : 0; }
int isalpha(int c) { return isupper(c) || islower(c) ? 0x400 : 0; }
int isdigit(int c) { return isIn(c, '0', '9') ? 0x800 : 0; }
int isxdigit(int c) { return isdigit(c) || isIn(c, 'A', 'F') || isIn(c, 'a', 'f') ? 0x1000 : 0; }
int isspace(int c) { return c == ' ' || isIn(c, '\t', '\r') ? 0x2000 : 0; }
int isprint(int c) { return isIn(c, ' ', '~') ? 0x4000 : 0; }
int isgraph(int c) { return isIn(c, '!', '~') ? 0x8000 : 0; }
int isalnum(int c) { return isalpha(c) || isdigit(c) ? 8 : 0; }
int ispunct(int c) { return isgraph(c) && !isalnum(c) ? 4 : 0; }

static int asByte(int c) { return isIn(c, -128, -2) ? c + 256 : c; }

int toupper(int c) { return islower(c) ? c - 'a' + 'A' : asByte(c); }
int tolower(int c) { return isupper(c) ? c - 'A' + 'a' : asByte(c); }
}
