// Memory.cpp - the four functions that compilers expect to be there. The string instructions are as fast as anything
// that keeps off vector registers, which belong to the task that was interrupted.
#include "Result.h"

extern "C" {

void *memcpy(void *to, const void *from, size_t bytes) {
  void *result = to;
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
  return result;
}

void *memmove(void *to, const void *from, size_t bytes) {
  auto *target = static_cast<uint8_t *>(to);
  auto *source = static_cast<const uint8_t *>(from);
  if (target <= source || target >= source + bytes)
    return memcpy(to, from, bytes);
  while (bytes--)
    target[bytes] = source[bytes];
  return to;
}

void *memset(void *to, int byte, size_t bytes) {
  void *result = to;
  auto *bytesTo = static_cast<uint8_t *>(to);
  size_t words = bytes / 8;
  uint64_t pattern = 0x0101010101010101u * static_cast<uint8_t>(byte);
  asm volatile("rep stosq" : "+D"(bytesTo), "+c"(words) : "a"(pattern) : "memory");
  size_t rest = bytes % 8;
  asm volatile("rep stosb" : "+D"(bytesTo), "+c"(rest) : "a"(byte) : "memory");
  return result;
}

int memcmp(const void *a, const void *b, size_t bytes) {
  auto *left = static_cast<const uint8_t *>(a), *right = static_cast<const uint8_t *>(b);
  for (size_t i = 0; i != bytes; ++i)
    if (left[i] != right[i])
      return left[i] < right[i] ? -1 : 1;
  return 0;
}

} // extern "C"

namespace cleave {

const char *describe(Error error) {
  switch (error) {
  case Error::None:
    return "nothing is wrong";
  case Error::Absent:
    return "it is not there";
  case Error::NoMemory:
    return "the machine has no memory left";
  case Error::OverQuota:
    return "it is more than the quota";
  case Error::Invalid:
    return "an argument is senseless";
  case Error::BadAddress:
    return "an address is not the caller's";
  case Error::Malformed:
    return "it is malformed";
  case Error::Refused:
    return "it is refused";
  }
  return "an error without a name";
}

} // namespace cleave
