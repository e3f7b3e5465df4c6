// TaskCalls.cpp - the node interface (node.h) as the kernel offers it to a task.
//
// HEAP. Granted from the front of a range, in blocks of 2 MiB where they fit, and present at once: a task that got its
// memory does not enter the kernel again for it. A task that asks for more than its quota is ended, and the program
// learns the figure; where no program on this machine could have got so much, it is told that there is no memory, as
// the plain program would be. Within the quota, when the machine has nothing left, the task waits until others end.
//
// OBJECTS. Inputs and granted parts of the arena are shown read-only, at a base plus their offset; the frames are the
// program's own. A private view is a copy in the heap.
//
// OUTPUT. Pages of the ring entry's output area: the task writes them, the program can only read them.
#include "Clock.h"
#include "Frames.h"
#include "Layout.h"
#include "Program.h"
#include "Task.h"

namespace cleave {

namespace {

bool isSame(const cleave_name &a, const cleave_name &b) {
  uint64_t left[2], right[2]; // a name is looked for among thousands
  static_assert(sizeof left == sizeof a);
  __builtin_memcpy(left, &a, sizeof left);
  __builtin_memcpy(right, &b, sizeof right);
  return left[0] == right[0] && left[1] == right[1];
}

constexpr uint64_t kBytesMax = uint64_t{1} << 46; // rounding and sums cannot wrap below it

SpinLock waitersLock;
unsigned waiters; ///< task cores that wait for memory

/* What the request does not need, because pages are there already or came as blocks, is promised a little too long. */
template <typename Grant> Error pledging(uint64_t frames, Grant grant) {
  if (!pledgeFrames(frames))
    return Error::NoMemory;
  Error error = grant();
  unpledgeFrames(frames);
  return error;
}

unsigned busyCores() {
  unsigned busy = 0;
  for (unsigned i = kFirstTaskCore; i < coreCount; ++i)
    busy += __atomic_load_n(&cores[i]->slot, __ATOMIC_ACQUIRE) != nullptr;
  return busy;
}

} // namespace

/* Tries again while the machine is out of memory and somebody else may give some back. */
template <typename Attempt> Error TaskSlot::patiently(Attempt attempt) {
  constexpr uint64_t kPauseNs = 100000;
  Error error = attempt();
  if (error != Error::NoMemory)
    return error;
  __atomic_add_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
  while (error == Error::NoMemory) {
    if (__atomic_load_n(&thisCore().isKillWanted, __ATOMIC_SEQ_CST)) {
      __atomic_sub_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
      leaveUser(Left::Killed);
    }
    {
      // One at a time: when all wait for each other one gives up, and its memory serves the rest.
      // Who is busy is looked at first: a core that no longer is had given its memory back before.
      Guard guard(waitersLock);
      bool areAllWaiting = __atomic_load_n(&waiters, __ATOMIC_SEQ_CST) >= busyCores();
      error = attempt();
      if (error != Error::NoMemory || areAllWaiting)
        break;
    }
    spinNs(kPauseNs);
  }
  __atomic_sub_fetch(&waiters, 1, __ATOMIC_SEQ_CST);
  return error;
}

cleave_status TaskSlot::requestHeap(uint64_t bytes, uint64_t &address) {
  if (bytes > taskMemoryBytes - heapUsed) {
    if (heapUsed + bytes > memoryFigures().totalFrames * kPage)
      return CLEAVE_E_MEMORY;
    die(CLEAVE_CAUSE_MEMORY, 0, heapUsed + bytes);
  }
  uint64_t from = bytes >= kHugePage ? (heapTop + kHugePage - 1) & ~(kHugePage - 1) : heapTop;
  heapTop = from + bytes; // before: what a failed attempt has mapped is found again at the task's end
  auto grant = [&] { return space.populate(from, bytes, true); };
  if (patiently([&] { return pledging(bytes / kPage, grant); }) != Error::None)
    die(CLEAVE_CAUSE_MEMORY, 0, heapUsed + bytes);
  heapUsed += bytes;
  address = from;
  return CLEAVE_OK;
}

/* The page belongs to the program's partition; there it is read-only. One that is left from an earlier message of this
 * entry serves again. */
Error TaskSlot::grantOutputPage(uint64_t offset) {
  const cleave_control &control = program.layout;
  uint64_t inProgram = partition() + control.output_offset + entry * control.output_bytes + offset;
  uint64_t frame = 0;
  bool isFresh = false;
  {
    Guard guard(program.space.lock);
    if (uint64_t *old = program.space.find(inProgram)) {
      frame = *old & kFrameMask;
      shareFrame(frame);
    }
  }
  if (!frame) {
    auto made = allocateFrame();
    if (!made)
      return made.error;
    isFresh = true;
    frame = *made;
    shareFrame(frame);
    if (Error error = program.space.map(inProgram, frame, Access::Read); error != Error::None) {
      releaseFrame(frame);
      releaseFrame(frame);
      return error;
    }
  }
  if (!isFresh)
    memset(direct(frame), 0, kPage);
  Error error = space.map(kTaskOutputs + offset, frame, Access::Write);
  if (error != Error::None)
    releaseFrame(frame);
  return error;
}

cleave_status TaskSlot::requestOutput(uint64_t bytes, uint64_t &address) {
  uint64_t room = program.layout.output_bytes < taskMemoryBytes ? program.layout.output_bytes : taskMemoryBytes;
  if (bytes > room - outputGranted) {
    if (outputGranted + bytes > taskMemoryBytes && outputGranted + bytes <= memoryFigures().totalFrames * kPage)
      die(CLEAVE_CAUSE_MEMORY, 0, outputGranted + bytes);
    return CLEAVE_E_MEMORY;
  }
  uint64_t done = 0;
  outputTop = kTaskOutputs + outputGranted + bytes; // before, as with the heap
  auto grant = [&] {
    for (; done != bytes; done += kPage)
      if (Error error = grantOutputPage(outputGranted + done); error != Error::None)
        return error;
    return Error::None;
  };
  if (patiently([&] { return pledging((bytes - done) / kPage, grant); }) != Error::None)
    die(CLEAVE_CAUSE_MEMORY, 0, outputGranted + bytes);
  address = kTaskOutputs + outputGranted;
  outputGranted += bytes;
  return CLEAVE_OK;
}

cleave_status TaskSlot::request(uint64_t bytes, uint64_t flags, uint64_t granted) {
  cleave_buffer buffer = {};
  if (!granted || !bytes || flags > CLEAVE_BUFFER_OUTPUT)
    return CLEAVE_E_INVALID;
  if (bytes > kBytesMax)
    return CLEAVE_E_MEMORY;
  bytes = pageUp(bytes);
  if (write(granted, buffer) != Error::None)
    return CLEAVE_E_INVALID;
  uint64_t address = 0;
  cleave_status status = flags == CLEAVE_BUFFER_HEAP ? requestHeap(bytes, address) : requestOutput(bytes, address);
  if (status != CLEAVE_OK)
    return status;
  buffer = {reinterpret_cast<void *>(address), bytes};
  return write(granted, buffer) == Error::None ? CLEAVE_OK : CLEAVE_E_INVALID;
}

cleave_status TaskSlot::commit(uint64_t bufferAt, uint64_t usedBytes, uint64_t nameAt) {
  cleave_buffer buffer;
  if (read(bufferAt, buffer) != Error::None || usedBytes > buffer.size_bytes ||
      !isWithin(reinterpret_cast<uint64_t>(buffer.address), buffer.size_bytes, kTaskOutputs, outputGranted) ||
      !outputGranted)
    return CLEAVE_E_INVALID;
  if (isCommitted)
    return CLEAVE_E_REFUSED;
  if (write(nameAt, message.output) != Error::None)
    return CLEAVE_E_INVALID;
  isCommitted = true;
  committedOffset = reinterpret_cast<uint64_t>(buffer.address) - kTaskOutputs;
  committedBytes = usedBytes;
  return CLEAVE_OK;
}

/* Grants are asked for in their order, so the search begins after the last hit. They lie in the program's memory and
 * are looked at page by page; what is found is a copy. */
bool TaskSlot::findGrant(const cleave_name &name, cleave_grant &found) {
  constexpr uint32_t kAtOnce = 16;
  uint64_t grants =
      partition() + CLEAVE_INBOX_OFFSET + offsetof(cleave_inbox, grants) + entry * sizeof(cleave_inbox::grants[0]);
  cleave_grant some[kAtOnce];
  for (uint32_t looked = 0; looked < message.grant_count;) {
    uint32_t first = lastGrant < message.grant_count ? lastGrant : 0;
    uint32_t count = message.grant_count - first < kAtOnce ? message.grant_count - first : kAtOnce;
    if (program.read(grants + first * sizeof(cleave_grant), some, count * sizeof(cleave_grant)) != Error::None)
      return false;
    for (uint32_t i = 0; i != count; ++i)
      if (isSame(some[i].name, name)) {
        found = some[i];
        lastGrant = first + i + 1;
        return true;
      }
    lastGrant = first + count;
    looked += count;
  }
  return false;
}

/* Objects lie far apart, so each is its own range, until there are too many: then the last covers the rest. */
void TaskSlot::noteSeen(uint64_t begin, uint64_t end) {
  for (uint32_t i = 0; i != seenCount; ++i)
    if (seen[i].begin <= begin && end <= seen[i].end)
      return;
  if (seenCount != kSeenMax) {
    seen[seenCount++] = {begin, end};
    return;
  }
  MemoryRange &last = seen[kSeenMax - 1];
  last = {begin < last.begin ? begin : last.begin, end > last.end ? end : last.end};
}

cleave_status TaskSlot::find(const cleave_name &name, uint64_t &address, uint64_t &bytes) {
  uint64_t source;
  int input = isSame(message.inputs[0], name) ? 0 : isSame(message.inputs[1], name) ? 1 : -1;
  cleave_grant grant;
  if (input >= 0) {
    uint64_t offset = input ? message.items_offset : message.shared_offset;
    bytes = input ? message.items_bytes : message.shared_bytes;
    source = partition() + offset;
    address = kTaskInputs + offset;
  } else {
    if (!findGrant(name, grant) || !grant.bytes ||
        !isWithin(grant.arena_offset, grant.bytes, 0, program.layout.arena_bytes))
      return CLEAVE_E_ABSENT;
    bytes = grant.bytes;
    source = kRootArena + grant.arena_offset;
    address = kTaskObjects + grant.arena_offset;
    ++result.externs_opened;
  }
  uint64_t begin = pageDown(address), end = pageUp(address + bytes);
  noteSeen(begin, end); // before: what a failed attempt has mapped is found again
  auto show = [&] { return space.share(begin, program.space, pageDown(source), end - begin); };
  switch (patiently(show)) {
  case Error::None:
    return CLEAVE_OK;
  case Error::NoMemory:
    die(CLEAVE_CAUSE_MEMORY, 0, bytes);
  default:
    return CLEAVE_E_ABSENT;
  }
}

cleave_status TaskSlot::open(uint64_t nameAt, uint64_t how, uint64_t viewAt) {
  cleave_name name;
  cleave_view view = {};
  if (how > (CLEAVE_OPEN_STRONG | CLEAVE_OPEN_PRIVATE) || read(nameAt, name) != Error::None ||
      write(viewAt, view) != Error::None)
    return CLEAVE_E_INVALID;
  uint64_t address = 0, bytes = 0;
  if (cleave_status status = find(name, address, bytes); status != CLEAVE_OK)
    return status;
  if ((how & CLEAVE_OPEN_PRIVATE) && bytes) {
    uint64_t copy = 0;
    if (cleave_status status = requestHeap(pageUp(bytes), copy); status != CLEAVE_OK)
      return status;
    if (this->copy(copy, *this, address, bytes) != Error::None)
      return CLEAVE_E_ABSENT;
    address = copy;
  }
  view = {reinterpret_cast<const void *>(address), bytes};
  return write(viewAt, view) == Error::None ? CLEAVE_OK : CLEAVE_E_INVALID;
}

void TaskSlot::log(uint64_t text, uint64_t bytes) {
  uint64_t room = CLEAVE_LOG_MAX - result.log_bytes, taken = bytes < room ? bytes : room;
  if (read(text, result.log + result.log_bytes, taken) == Error::None)
    result.log_bytes += taken;
}

/* Outputs that were not committed, or not by this task, do not count: the task then had none. */
void TaskSlot::finish(uint64_t outcome, uint64_t outputs, uint64_t outputCount) {
  cleave_name name;
  result.outcome = outcome <= CLEAVE_PANIC ? static_cast<uint32_t>(outcome) : uint32_t{CLEAVE_PANIC};
  if (result.outcome == CLEAVE_DONE &&
      !(outputCount == 1 && read(outputs, name) == Error::None && isCommitted && isSame(name, message.output)))
    isCommitted = false;
  leaveUser(Left::Finished);
}

} // namespace cleave
