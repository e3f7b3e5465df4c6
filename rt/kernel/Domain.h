// Domain.h - whom user code runs for (the program, or a task), and the one way to its memory.
//
// Every address and every length that user code hands over passes read() or write(). They look each page up in the
// domain's own tables and go through the direct map, so that no user address is ever used by the kernel itself: what
// is not the domain's, or is not writable by it, cannot be reached, and nothing here can fault.
#ifndef CLEAVE_KERNEL_DOMAIN_H
#define CLEAVE_KERNEL_DOMAIN_H

#include "Paging.h"

namespace cleave {

class Domain {
public:
  Error read(uint64_t from, void *to, uint64_t bytes);
  Error write(uint64_t to, const void *from, uint64_t bytes);
  template <typename T> Error read(uint64_t from, T &to) { return read(from, &to, sizeof to); }
  template <typename T> Error write(uint64_t to, const T &from) { return write(to, &from, sizeof from); }

  /// From another domain's memory.
  Error copy(uint64_t to, Domain &other, uint64_t from, uint64_t bytes);

  AddressSpace space;

protected:
  /// Makes the page of `address` present if it was promised to the domain (a stack that grows, memory that is filled
  /// when it is first used). BadAddress: it was not.
  virtual Error touch(uint64_t address) = 0;
  ~Domain() = default;

private:
  Error locate(uint64_t address, bool isWritten, uint8_t *&at);
};

} // namespace cleave

#endif
