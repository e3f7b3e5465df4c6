// Outside.cpp - the program's messages to the launcher (RootInterface.h), and its answers.
#include "Library.h"

namespace cleave {

namespace {

constexpr uint64_t kPathMax = 4096;

bool send(MessageType type, const void *bytes, uint64_t count) {
  return cleave_kernel_call(kRootSend, type, reinterpret_cast<uint64_t>(bytes), count) != kRootFailed;
}

/* All of `bytes`, into memory that is the program's. */
bool receive(uint64_t to, uint64_t bytes) {
  while (bytes) {
    uint64_t count = cleave_kernel_call(kRootReceive, to, bytes);
    if (count == kRootFailed)
      return false;
    to += count;
    bytes -= count;
  }
  return true;
}

ObjectAnswer receiveAnswer() {
  ObjectAnswer answer;
  if (!receive(reinterpret_cast<uint64_t>(&answer), sizeof answer))
    answer = {5, 0, 0}; // EIO
  return answer;
}

uint64_t lengthOf(uint64_t path) {
  auto *text = reinterpret_cast<const char *>(path);
  uint64_t length = 0;
  while (length != kPathMax && text[length])
    ++length;
  return length;
}

} // namespace

int64_t openOutside(uint64_t path, uint64_t &content, uint64_t &size) {
  if (!send(kMessageOpen, reinterpret_cast<const void *>(path), lengthOf(path)))
    return kFault;
  ObjectAnswer answer = receiveAnswer();
  if (answer.error)
    return -static_cast<int64_t>(answer.error);
  content = mapMemory(pageUp(answer.bytes + 1));
  size = answer.bytes;
  if (!content)
    return kNoMemory;
  return receive(content, size) ? 0 : kFault;
}

int64_t createOutside(uint64_t path, uint64_t flags, uint64_t mode, uint32_t &number) {
  static char message[sizeof(CreateRequest) + kPathMax];
  uint64_t length = lengthOf(path);
  CreateRequest request = {static_cast<uint32_t>(flags), static_cast<uint32_t>(mode)};
  memcpy(message, &request, sizeof request);
  memcpy(message + sizeof request, reinterpret_cast<const void *>(path), length);
  if (!send(kMessageCreate, message, sizeof request + length))
    return kFault;
  ObjectAnswer answer = receiveAnswer();
  number = answer.number;
  return -static_cast<int64_t>(answer.error);
}

int64_t changeOutside(ChangeKind kind, uint64_t path, uint64_t other, uint64_t mode) {
  static char message[sizeof(ChangeRequest) + 2 * kPathMax];
  uint64_t length = lengthOf(path), otherLength = other ? lengthOf(other) : 0;
  ChangeRequest request = {kind, static_cast<uint32_t>(mode), static_cast<uint32_t>(length), 0};
  memcpy(message, &request, sizeof request);
  memcpy(message + sizeof request, reinterpret_cast<const void *>(path), length);
  memcpy(message + sizeof request + length, reinterpret_cast<const void *>(other), otherLength);
  if (!send(kMessageChange, message, sizeof request + length + otherLength))
    return kFault;
  return -static_cast<int64_t>(receiveAnswer().error);
}

void appendOutside(uint32_t number, uint64_t from, uint64_t bytes) {
  static char message[kMessageMax];
  constexpr uint64_t kMost = sizeof message - sizeof number;
  for (uint64_t done = 0; done != bytes;) {
    uint64_t part = bytes - done < kMost ? bytes - done : kMost;
    memcpy(message, &number, sizeof number);
    memcpy(message + sizeof number, reinterpret_cast<const void *>(from + done), part);
    send(kMessageAppend, message, sizeof number + part);
    done += part;
  }
}

int64_t closeOutside(uint32_t number) {
  send(kMessageClose, &number, sizeof number);
  return -static_cast<int64_t>(receiveAnswer().error);
}

int64_t readOutside(uint64_t to, uint64_t bytes) {
  uint64_t most = bytes < kMessageMax ? bytes : kMessageMax;
  if (!most)
    return 0;
  send(kMessageInput, &most, sizeof most);
  ObjectAnswer answer = receiveAnswer();
  if (answer.error)
    return -static_cast<int64_t>(answer.error);
  return receive(to, answer.bytes) ? static_cast<int64_t>(answer.bytes) : kFault;
}

int64_t printOutside(bool isError, uint64_t from, uint64_t bytes) {
  uint64_t done = 0;
  do {
    uint64_t part = bytes - done < kMessageMax ? bytes - done : kMessageMax;
    if (!send(isError ? kMessageError : kMessageOutput, reinterpret_cast<const void *>(from + done), part))
      return done ? static_cast<int64_t>(done) : kFault;
    done += part;
  } while (done != bytes);
  return static_cast<int64_t>(done);
}

} // namespace cleave
