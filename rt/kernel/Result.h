// Result.h - how the kernel says that something did not work: a value of `enum class Error`, or a Result that holds
// either one or what was asked for. There are no exceptions here; a broken invariant of the kernel itself panics.
#ifndef CLEAVE_KERNEL_RESULT_H
#define CLEAVE_KERNEL_RESULT_H

#include <stddef.h>
#include <stdint.h>

namespace cleave {

enum class Error : uint8_t {
  None = 0,
  Absent,     ///< no such thing, or not the caller's
  NoMemory,   ///< the machine has none left
  OverQuota,  ///< the task may not have so much
  Invalid,    ///< a senseless argument
  BadAddress, ///< an address or a length that is not the caller's memory
  Malformed,  ///< input (an ELF, a boot module, a table of the firmware) that is not of its form
  Refused
};

const char *describe(Error error);

template <typename T> struct [[nodiscard]] Result {
  T value{};
  Error error = Error::None;

  Result(T value) : value(value) {}
  Result(Error error) : error(error) {}
  explicit operator bool() const { return error == Error::None; }
  T &operator*() { return value; }
  T *operator->() { return &value; }
};

/* Memory.cpp; compilers emit calls of them. */
extern "C" void *memcpy(void *to, const void *from, size_t bytes);
extern "C" void *memmove(void *to, const void *from, size_t bytes);
extern "C" void *memset(void *to, int byte, size_t bytes);
extern "C" int memcmp(const void *a, const void *b, size_t bytes);

constexpr uint64_t kPage = 4096, kHugePage = 2 << 20, kPagesInHuge = kHugePage / kPage;
constexpr uint64_t pageUp(uint64_t bytes) { return (bytes + kPage - 1) & ~(kPage - 1); }
constexpr uint64_t pageDown(uint64_t bytes) { return bytes & ~(kPage - 1); }

/// [from, from + bytes) lies in [begin, begin + length), whatever the numbers are.
constexpr bool isWithin(uint64_t from, uint64_t bytes, uint64_t begin, uint64_t length) {
  return from >= begin && from - begin <= length && bytes <= length - (from - begin);
}

} // namespace cleave

/* Objects in memory that is there already. */
inline void *operator new(size_t, void *at) noexcept { return at; }

#endif
