// Channel.cpp - see Channel.h.
#include "Channel.h"
#include "Console.h"
#include "Frames.h"
#include "Layout.h"
#include "Program.h"

namespace cleave {

Channel channel;

uint64_t ByteRing::span(uint64_t from, uint64_t wanted, uint8_t *&at) const {
  uint64_t place = from % size;
  at = direct(physical + place);
  return wanted < size - place ? wanted : size - place;
}

void ByteRing::put(uint64_t ahead, const void *from, uint64_t bytes) {
  auto *source = static_cast<const uint8_t *>(from);
  for (uint64_t done = 0; done != bytes;) {
    uint8_t *at;
    uint64_t part = piece(ahead + done, bytes - done, at);
    memcpy(at, source + done, part);
    done += part;
  }
}

void ByteRing::peek(void *to, uint64_t bytes) const {
  auto *target = static_cast<uint8_t *>(to);
  for (uint64_t done = 0; done != bytes;) {
    uint8_t *at;
    uint64_t part = span(tail + done, bytes - done, at);
    memcpy(target + done, at, part);
    done += part;
  }
}

uint64_t ByteRing::physicalOf(const uint8_t *at) const {
  return physical + static_cast<uint64_t>(at - direct(physical));
}

Error Channel::start(const BootInfo &info) {
  constexpr uint64_t kOutputBytes = 1 << 20, kInputBytes = (512 << 10) - kPage;
  constexpr uint64_t kDeviceAt = kOutputBytes + kInputBytes + kPage;
  static_assert(kDeviceAt + VirtioConsole::kMemoryBytes == kHugePage);
  auto block = allocateBlock();
  if (!block)
    return block.error;
  output.start(*block, kOutputBytes);
  input.start(*block + kOutputBytes, kInputBytes);
  beside = *block + kOutputBytes + kInputBytes;
  Error error = console.start(info, *block + kDeviceAt);
  isVirtio = error == Error::None;
  return error == Error::Absent ? Error::None : error;
}

Error Channel::send(uint32_t type, Domain &from, uint64_t address, uint64_t bytes) {
  for (uint64_t done = 0; done != bytes;) {
    uint8_t *at;
    uint64_t part = output.piece(sizeof(MessageHeader) + done, bytes - done, at);
    if (Error error = from.read(address + done, at, part); error != Error::None)
      return error; // nothing was added: the ring is as it was
    done += part;
  }
  MessageHeader header = {type, static_cast<uint32_t>(bytes)};
  output.put(0, &header, sizeof header);
  output.add(sizeof header + bytes);
  return Error::None;
}

Result<uint64_t> Channel::receive(Domain &to, uint64_t address, uint64_t bytes) {
  uint8_t *at;
  uint64_t count = input.front(bytes, at);
  if (Error error = to.write(address, at, count); error != Error::None)
    return error;
  input.drop(count);
  return count;
}

bool Channel::pumpOutput() {
  constexpr uint64_t kAtOnce = 256 << 10;
  if (!console.isSent())
    return false;
  bool hasMoved = sending != 0;
  output.drop(sending);
  uint8_t *at;
  sending = output.front(kAtOnce, at);
  if (sending)
    console.send(output.physicalOf(at), sending);
  if (hasMoved)
    program.wakeUp();
  return hasMoved || sending;
}

bool Channel::pumpInput() {
  const uint8_t *bytes;
  uint64_t count;
  if (!console.received(bytes, count) || input.room() < count)
    return false;
  input.put(0, bytes, count);
  input.add(count);
  console.taken();
  program.wakeUp();
  return true;
}

/* One message that no launcher will see. */
bool Channel::serveLocally() {
  MessageHeader header;
  if (output.used() < sizeof header)
    return false;
  output.peek(&header, sizeof header);
  output.drop(sizeof header);
  bool isText = header.type == kMessageOutput || header.type == kMessageError;
  for (uint64_t left = header.bytes; left;) {
    uint8_t *at;
    uint64_t part = output.front(left, at);
    if (isText)
      print(Text(reinterpret_cast<const char *>(at), part));
    output.drop(part);
    left -= part;
  }
  constexpr uint32_t kNoEntry = 2; // errno
  bool isAsked = header.type == kMessageOpen || header.type == kMessageCreate || header.type == kMessageClose;
  if (isAsked || header.type == kMessageInput) {
    ObjectAnswer answer = {isAsked ? kNoEntry : 0, 0, 0};
    input.put(0, &answer, sizeof answer);
    input.add(sizeof answer);
  }
  program.wakeUp();
  return true;
}

bool Channel::pump() {
  if (!isVirtio)
    return serveLocally();
  bool hasMoved = pumpOutput();
  return pumpInput() || hasMoved;
}

void Channel::sendOwn(uint32_t type, const void *bytes, uint64_t count) {
  while (!hasRoom(sizeof(MessageHeader) + count))
    pump();
  MessageHeader header = {type, static_cast<uint32_t>(count)};
  output.put(0, &header, sizeof header);
  output.put(sizeof header, bytes, count);
  output.add(sizeof header + count);
}

/* With an empty ring the device is between two messages: the program adds whole ones. */
bool Channel::sendBeside(uint32_t type, const void *bytes, uint64_t count) {
  if (!isVirtio || output.used() || !console.isSent())
    return false;
  MessageHeader header = {type, static_cast<uint32_t>(count)};
  memcpy(direct(beside), &header, sizeof header);
  memcpy(direct(beside) + sizeof header, bytes, count);
  console.send(beside, sizeof header + count);
  return true;
}

void Channel::drain() {
  while (output.used())
    pump();
}

} // namespace cleave
