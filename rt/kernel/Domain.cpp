// Domain.cpp - see Domain.h.
#include "Domain.h"
#include "Layout.h"

namespace cleave {

Error Domain::locate(uint64_t address, bool isWritten, uint8_t *&at) {
  if (address >= kUserEnd)
    return Error::BadAddress;
  uint64_t *entry = space.find(address);
  if (!entry) {
    if (Error error = touch(address); error != Error::None)
      return error;
    entry = space.find(address);
  }
  uint64_t value = entry ? *entry : 0;
  if (!(value & kUser) || (isWritten && !(value & kWritable)))
    return Error::BadAddress;
  // The processor would have said so too: what is not dirty is not put right before the next task (TaskImage.cpp).
  if (isWritten)
    __atomic_fetch_or(entry, kDirty, __ATOMIC_RELAXED);
  uint64_t mask = value & kHuge ? kHugePage - 1 : kPage - 1;
  at = direct((value & kFrameMask & ~mask) + (address & mask));
  return Error::None;
}

Error Domain::read(uint64_t from, void *to, uint64_t bytes) {
  auto *target = static_cast<uint8_t *>(to);
  while (bytes) {
    uint64_t part = kPage - from % kPage < bytes ? kPage - from % kPage : bytes;
    uint8_t *at;
    if (Error error = locate(from, false, at); error != Error::None)
      return error;
    memcpy(target, at, part);
    target += part;
    from += part;
    bytes -= part;
  }
  return Error::None;
}

Error Domain::write(uint64_t to, const void *from, uint64_t bytes) {
  auto *source = static_cast<const uint8_t *>(from);
  while (bytes) {
    uint64_t part = kPage - to % kPage < bytes ? kPage - to % kPage : bytes;
    uint8_t *at;
    if (Error error = locate(to, true, at); error != Error::None)
      return error;
    memcpy(at, source, part);
    source += part;
    to += part;
    bytes -= part;
  }
  return Error::None;
}

Error Domain::copy(uint64_t to, Domain &other, uint64_t from, uint64_t bytes) {
  while (bytes) {
    uint64_t part = kPage - to % kPage < bytes ? kPage - to % kPage : bytes;
    uint8_t *at;
    if (Error error = locate(to, true, at); error != Error::None)
      return error;
    if (Error error = other.read(from, at, part); error != Error::None)
      return error;
    to += part;
    from += part;
    bytes -= part;
  }
  return Error::None;
}

} // namespace cleave
