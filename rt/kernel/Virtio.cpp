// Virtio.cpp - virtio 1.x over MMIO, console device with the multiport extension: two queues for control, in which ports
// are announced and opened, and two of buffers for port 1. Not port 0, which needs no extension: QEMU takes it for a console,
// and what the other side does not read at once is lost. For any other port the device waits.
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
constexpr uint32_t kMultiport = 1 << 1;
constexpr uint32_t kPort = 1, kControlInput = 2, kControlOutput = 3, kInput = 4, kOutput = 5; // 2 * (port + 1), and one more
constexpr uint64_t kQueueBytes = 4096;

struct Control {
  uint32_t port;
  uint16_t event, value;
};
constexpr uint16_t kDeviceReady = 0, kPortAdd = 1, kPortReady = 3, kPortOpen = 6;
/// The device announces a port as soon as it is asked to. Some seconds of an emulated machine's time.
constexpr uint64_t kMostLooks = 1 << 24;

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
  write(kDriverFeatures, kMultiport);
  write(kDriverFeaturesSelect, 1);
  write(kDriverFeatures, 1); // version 1
  write(kStatus, kAcknowledge | kDriver | kFeaturesOk);
  if (!(read(kStatus) & kFeaturesOk))
    return Error::Refused;
  Queue controlInput{}, controlOutput{};
  const struct {
    uint32_t number;
    Queue &queue;
  } queues[] = {{kInput, input}, {kOutput, output}, {kControlInput, controlInput}, {kControlOutput, controlOutput}};
  uint64_t free = memory;
  for (auto &[number, queue] : queues) {
    if (Error error = makeQueue(number, queue, free); error != Error::None)
      return error;
    free += kQueueBytes;
  }
  write(kStatus, kAcknowledge | kDriver | kFeaturesOk | kDriverOk);
  if (!openPort(controlInput, controlOutput, free))
    return Error::Absent;
  buffers = free + kControlBytes;
  static_assert(4 * kQueueBytes + kControlBytes + kEntries * kBufferBytes <= kMemoryBytes);
  for (uint16_t i = 0; i != kEntries; ++i) {
    input.descriptors[i] = {buffers + i * kBufferBytes, kBufferBytes, kDeviceWrites, 0};
    offer(input, kInput, i);
  }
  return Error::None;
}

/// False: the device has no such port.
bool VirtioConsole::openPort(Queue &from, Queue &to, uint64_t memory) {
  constexpr uint64_t kEach = kControlBytes / (kEntries + 1); // port names may follow a message
  for (uint16_t i = 0; i != kEntries; ++i) {
    from.descriptors[i] = {memory + i * kEach, kEach, kDeviceWrites, 0};
    offer(from, kControlInput, i);
  }
  uint64_t outgoing = memory + kEntries * kEach, looks = 0;
  auto tell = [&](Control message) {
    *reinterpret_cast<Control *>(direct(outgoing)) = message;
    to.descriptors[0] = {outgoing, sizeof message, 0, 0};
    offer(to, kControlOutput, 0);
    while (__atomic_load_n(&to.used->index, __ATOMIC_ACQUIRE) == to.seen)
      if (++looks == kMostLooks)
        return false;
    ++to.seen;
    return true;
  };
  bool isAdded = false;
  if (!tell({0, kDeviceReady, 1}))
    return false;
  for (; !isAdded && looks != kMostLooks; ++looks) {
    if (__atomic_load_n(&from.used->index, __ATOMIC_ACQUIRE) == from.seen)
      continue;
    uint32_t id = from.used->ring[from.seen++ % kEntries].id;
    if (id >= kEntries) // the device is not trusted with addresses
      return false;
    auto *message = reinterpret_cast<const volatile Control *>(direct(memory + id * kEach));
    isAdded = message->port == kPort && message->event == kPortAdd;
    offer(from, kControlInput, static_cast<uint16_t>(id));
  }
  return isAdded && tell({kPort, kPortReady, 1}) && tell({kPort, kPortOpen, 1});
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
