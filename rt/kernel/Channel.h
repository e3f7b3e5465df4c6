// Channel.h - the program's way to the outside: messages to the launcher, and its answers (RootInterface.h).
//
// Two rings of bytes between two cores: the program's core writes messages into one and reads answers from the other,
// core 0 moves both to and from the device. When a ring is full its writer waits: whoever produces faster than the
// outside takes is throttled and nobody else is.
//
// On a machine without a launcher (started from a disk) core 0 is the launcher itself: output goes to the serial line,
// there is no input, and no object outside has a name.
#ifndef CLEAVE_KERNEL_CHANNEL_H
#define CLEAVE_KERNEL_CHANNEL_H

#include "Domain.h"
#include "RootInterface.h"
#include "Virtio.h"

namespace cleave {

/// One writer, one reader, on different cores. Counters run on; places are counters modulo the size.
class ByteRing {
public:
  void start(uint64_t physical, uint64_t size) {
    this->physical = physical;
    this->size = size;
  }
  uint64_t used() const { return __atomic_load_n(&head, __ATOMIC_ACQUIRE) - __atomic_load_n(&tail, __ATOMIC_ACQUIRE); }
  uint64_t room() const { return size - used(); }

  /* The writer: fills pieces from head + ahead, then moves the head over all of them. */
  uint64_t piece(uint64_t ahead, uint64_t wanted, uint8_t *&at) const { return span(head + ahead, wanted, at); }
  void add(uint64_t bytes) { __atomic_store_n(&head, head + bytes, __ATOMIC_RELEASE); }
  void put(uint64_t ahead, const void *from, uint64_t bytes);

  /* The reader. */
  uint64_t front(uint64_t wanted, uint8_t *&at) const { return span(tail, wanted < used() ? wanted : used(), at); }
  void drop(uint64_t bytes) { __atomic_store_n(&tail, tail + bytes, __ATOMIC_RELEASE); }
  void peek(void *to, uint64_t bytes) const;
  uint64_t physicalOf(const uint8_t *at) const;

private:
  uint64_t span(uint64_t from, uint64_t wanted, uint8_t *&at) const;

  uint64_t physical = 0, size = 0, head = 0, tail = 0;
};

class Channel {
public:
  Error start(const BootInfo &info);
  bool hasLauncher() const { return isVirtio; }

  /* The program's core. */
  bool hasRoom(uint64_t bytes) const { return output.room() >= bytes; }
  Error send(uint32_t type, Domain &from, uint64_t address, uint64_t bytes);
  void expectAnswer(bool isExpected) { __atomic_store_n(&isAnswerExpected, isExpected, __ATOMIC_SEQ_CST); }
  bool hasAnswer() const { return input.used() != 0; }
  Result<uint64_t> receive(Domain &to, uint64_t address, uint64_t bytes);

  /* Core 0. */
  /// Moves what can be moved; true if anything was.
  bool pump();
  bool isBusy() const { return output.used() || __atomic_load_n(&isAnswerExpected, __ATOMIC_SEQ_CST); }
  void sendOwn(uint32_t type, const void *bytes, uint64_t count); ///< before the program runs, or after its end
  void drain();
  /// While the program runs, which writes messages of its own: false if one of these is on its way; try again later.
  bool sendBeside(uint32_t type, const void *bytes, uint64_t count);

private:
  bool pumpOutput();
  bool pumpInput();
  bool serveLocally();

  VirtioConsole console;
  bool isVirtio = false;
  bool isAnswerExpected = false;
  uint64_t sending = 0; ///< bytes at the front of `output` that the device has
  ByteRing output, input;
  uint64_t beside = 0; ///< a page for sendBeside
};

extern Channel channel;

} // namespace cleave

#endif
