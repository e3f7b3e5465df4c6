// Virtio.cpp - virtio 1.x over MMIO, console device, port 0 without the multiport extension: two queues of buffers.
//
// Fences: a descriptor is written before its place in the ring, and that before the ring's index (offer); the index
// that the device wrote is read before the entry that it covers (isSent, received).
#include "Virtio.h"
#include "Layout.h"

namespace cleave {

namespace {

constexpr uint32_t kMagic = 0x74726976, kModern = 2, kConsole = 3;
constexpr uint32_t kMagicValue = 0, kVersion = 4, kDevice = 8, kDriverFeatures = 0x20, kDriverFeaturesSelect = 0x24,
                   kQueueSelect = 0x30, kQueueMax = 0x34, kQueueEntries = 0x38, kQueueReady = 0x44, kNotify = 0x50,
                   kStatus = 0x70, kQueueDescriptors = 0x80, kQueueAvailable = 0x90, kQueueUsed = 0xa0;
constexpr uint32_t kAcknowledge = 1, kDriver = 2, kDriverOk = 4, kFeaturesOk = 8;
constexpr uint16_t kDeviceWrites = 2, kNoInterrupt = 1;
constexpr uint32_t kInput = 0, kOutput = 1;
constexpr uint64_t kQueueBytes = 4096;

} // namespace

uint32_t VirtioConsole::read(uint32_t which) const {
  return *reinterpret_cast<volatile uint32_t *>(direct(base + which));
}

void VirtioConsole::write(uint32_t which, uint32_t value) {
  *reinterpret_cast<volatile uint32_t *>(direct(base + which)) = value;
}

void VirtioConsole::writeAddress(uint32_t which, uint64_t address) {
  write(which, static_cast<uint32_t>(address));
  write(which + 4, static_cast<uint32_t>(address >> 32));
}

Error VirtioConsole::makeQueue(uint32_t number, Queue &queue, uint64_t memory) {
  constexpr uint64_t kAvailableAt = 1024, kUsedAt = 2048;
  write(kQueueSelect, number);
  if (read(kQueueMax) < kEntries)
    return Error::Malformed;
  queue.descriptors = reinterpret_cast<Descriptor *>(direct(memory));
  queue.available = reinterpret_cast<Available *>(direct(memory + kAvailableAt));
  queue.used = reinterpret_cast<volatile Used *>(direct(memory + kUsedAt));
  queue.available->flags = kNoInterrupt;
  write(kQueueEntries, kEntries);
  writeAddress(kQueueDescriptors, memory);
  writeAddress(kQueueAvailable, memory + kAvailableAt);
  writeAddress(kQueueUsed, memory + kUsedAt);
  write(kQueueReady, 1);
  return Error::None;
}

void VirtioConsole::offer(Queue &queue, uint32_t number, uint16_t descriptor) {
  uint16_t index = queue.available->index;
  queue.available->ring[index % kEntries] = descriptor;
  __atomic_store_n(&queue.available->index, static_cast<uint16_t>(index + 1), __ATOMIC_RELEASE);
  write(kNotify, number);
}

Error VirtioConsole::start(const BootInfo &info, uint64_t memory) {
  for (unsigned i = 0; i != info.transportCount && !base; ++i) {
    base = info.transports[i];
    if (read(kMagicValue) != kMagic || read(kVersion) != kModern || read(kDevice) != kConsole)
      base = 0;
  }
  if (!base)
    return Error::Absent;
  write(kStatus, 0);
  write(kStatus, kAcknowledge | kDriver);
  write(kDriverFeaturesSelect, 0);
  write(kDriverFeatures, 0);
  write(kDriverFeaturesSelect, 1);
  write(kDriverFeatures, 1); // version 1
  write(kStatus, kAcknowledge | kDriver | kFeaturesOk);
  if (!(read(kStatus) & kFeaturesOk))
    return Error::Refused;
  if (Error error = makeQueue(kInput, input, memory); error != Error::None)
    return error;
  if (Error error = makeQueue(kOutput, output, memory + kQueueBytes); error != Error::None)
    return error;
  write(kStatus, kAcknowledge | kDriver | kFeaturesOk | kDriverOk);
  buffers = memory + 2 * kQueueBytes;
  static_assert(2 * kQueueBytes + kEntries * kBufferBytes <= kMemoryBytes);
  for (uint16_t i = 0; i != kEntries; ++i) {
    input.descriptors[i] = {buffers + i * kBufferBytes, kBufferBytes, kDeviceWrites, 0};
    offer(input, kInput, i);
  }
  return Error::None;
}

void VirtioConsole::send(uint64_t address, uint64_t bytes) {
  output.descriptors[0] = {address, static_cast<uint32_t>(bytes), 0, 0};
  isSending = true;
  offer(output, kOutput, 0);
}

bool VirtioConsole::isSent() {
  if (isSending && __atomic_load_n(&output.used->index, __ATOMIC_ACQUIRE) != output.seen) {
    ++output.seen;
    isSending = false;
  }
  return !isSending;
}

bool VirtioConsole::received(const uint8_t *&bytes, uint64_t &count) {
  if (__atomic_load_n(&input.used->index, __ATOMIC_ACQUIRE) == input.seen)
    return false;
  // The device is not trusted with addresses: an entry outside is taken for the first buffer, empty.
  uint32_t id = input.used->ring[input.seen % kEntries].id, length = input.used->ring[input.seen % kEntries].bytes;
  bool isSound = id < kEntries && length <= kBufferBytes;
  bytes = direct(buffers + (isSound ? id : 0) * kBufferBytes);
  count = isSound ? length : 0;
  return true;
}

void VirtioConsole::taken() {
  uint32_t id = input.used->ring[input.seen % kEntries].id;
  ++input.seen;
  if (id < kEntries)
    offer(input, kInput, static_cast<uint16_t>(id));
}

} // namespace cleave
