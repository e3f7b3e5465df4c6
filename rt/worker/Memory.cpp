/* Memory.cpp - the memory functions that the compiler itself calls. The string instructions are as fast as anything
 * on all CPUs since 2013 for the sizes that matter here (pages), and a few bytes of code. */
#include "Worker.h"

extern "C" void *memcpy(void *to, const void *from, size_t bytes) {
  void *result = to;
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
  return result;
}

extern "C" void *memset(void *to, int byte, size_t bytes) {
  void *result = to;
  asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(byte) : "memory");
  return result;
}

extern "C" int memcmp(const void *a, const void *b, size_t bytes) {
  auto *left = static_cast<const unsigned char *>(a), *right = static_cast<const unsigned char *>(b);
  for (size_t i = 0; i != bytes; ++i)
    if (left[i] != right[i])
      return left[i] < right[i] ? -1 : 1;
  return 0;
}
