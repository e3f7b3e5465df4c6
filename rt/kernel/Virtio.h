// Virtio.h - a virtio console: the one device that the kernel drives, on machines that have it. Polled by core 0.
#ifndef CLEAVE_KERNEL_VIRTIO_H
#define CLEAVE_KERNEL_VIRTIO_H

#include "BootInfo.h"

namespace cleave {

class VirtioConsole {
public:
  /// Takes the first console among the machine's transports; uses [memory, memory + kMemoryBytes). Absent: there is
  /// none.
  Error start(const BootInfo &info, uint64_t memory);

  /// Hands over [address, address + bytes) of physical memory. Only when isSent() is true.
  void send(uint64_t address, uint64_t bytes);
  bool isSent();

  /// The oldest bytes that came, until taken.
  bool received(const uint8_t *&bytes, uint64_t &count);
  void taken();

  static constexpr uint64_t kMemoryBytes = 512 << 10;

private:
  static constexpr uint16_t kEntries = 16;
  static constexpr uint64_t kBufferBytes = 16 << 10, kControlBytes = 4 << 10;
  struct Descriptor {
    uint64_t address;
    uint32_t bytes;
    uint16_t flags, next;
  };
  struct Available {
    uint16_t flags, index, ring[kEntries];
  };
  struct UsedEntry {
    uint32_t id, bytes;
  };
  struct Used {
    uint16_t flags, index;
    UsedEntry ring[kEntries];
  };
  struct Queue {
    Descriptor *descriptors;
    Available *available;
    volatile Used *used;
    uint16_t seen; ///< of `used`
  };

  uint32_t read(uint32_t which) const;
  void write(uint32_t which, uint32_t value);
  void writeAddress(uint32_t which, uint64_t address);
  bool openPort(Queue &from, Queue &to, uint64_t memory);
  Error makeQueue(uint32_t number, Queue &queue, uint64_t memory);
  void offer(Queue &queue, uint32_t number, uint16_t descriptor);

  uint64_t base = 0, buffers = 0;
  Queue input{}, output{};
  bool isSending = false;
};

} // namespace cleave

#endif
