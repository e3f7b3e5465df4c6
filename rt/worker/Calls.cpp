/* Calls.cpp - the node interface (node.h) as a jailed worker offers it: memory, objects, finish.
 *
 * HEAP. The whole quota is one reservation, made before the jail and never touched ahead, from which requests are cut
 * from the front; after a task the front goes back to the start and what was used is zero again. So a request costs a
 * few instructions and no system call, and the quota is exact. What goes beyond it is put to the node as an mmap of all
 * that the task would then hold: the node ends the worker and knows the figure, or, when no program on this machine
 * could have got so much, answers that there is no memory, as the plain program would be told.
 *
 * OBJECTS. Inputs 0 and 1 lie in the partition, which is mapped already. Arena objects are mapped when they are first
 * opened (the node checks that they were granted) and stay mapped as long as following messages grant the same name:
 * a name never means other bytes. Each lies at its own address (exchange.h); two that share pages share the mapping. A
 * private view is a copy in the heap. Copy-on-write mappings of the arena were rejected: their pages count against no
 * quota unless the node also hears of each munmap, and a fault for each written page costs as much as copying sixteen.
 *
 * OUTPUT. Cut from the entry's output area; one object a task. */
#include "Syscalls.h"
#include "Worker.h"

#include <linux/mman.h>

namespace cleave {

Partition partition;

namespace {

/* What is overwritten by hand after a task; the rest is handed back, which costs a fault when it is used again. */
constexpr uint64_t kZeroByHand = 2 << 20;

struct Mapping {
  cleave_name name;
  uint64_t pages, pageBytes; /* address and length of what is mapped */
  uint64_t offsetInPages, bytes;
};

uint8_t *heap;
uint64_t heapBytes, heapUsed;

Mapping mappings[CLEAVE_GRANTS_MAX];
unsigned mappingCount, lastGrant;

uint32_t entry;
cleave_message message;
uint64_t outputGranted;            /* bytes of the current entry's area given out so far */
uint64_t outputDirty[CLEAVE_RING]; /* bytes from the area's start that may not be zero */
uint64_t committedOffset, committedBytes;
bool isCommitted;
cleave_outcome outcome;
uint32_t externsOpened;

bool isSame(const cleave_name &a, const cleave_name &b) {
  uint64_t left[2], right[2];
  __builtin_memcpy(left, &a, sizeof left);
  __builtin_memcpy(right, &b, sizeof right);
  return ((left[0] ^ right[0]) | (left[1] ^ right[1])) == 0;
}

/* Makes [from, from + bytes) zero; `advice` gives whole pages back. */
void makeZero(uint8_t *from, uint64_t bytes, int advice) {
  uint64_t byHand = bytes < kZeroByHand ? bytes : kZeroByHand;
  memset(from, 0, byHand);
  if (bytes > byHand)
    systemCall(__NR_madvise, reinterpret_cast<long>(from + byHand), static_cast<long>(bytes - byHand), advice);
}

/* Tells the node what the task would need; returns only if no program could have got it. */
cleave_status exceedQuota(uint64_t wantedBytes) {
  mapMemory(0, wantedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return CLEAVE_E_MEMORY;
}

cleave_status requestHeap(uint64_t bytes, cleave_buffer *granted) {
  if (bytes > heapBytes - heapUsed)
    return exceedQuota(heapUsed + bytes);
  *granted = {heap + heapUsed, bytes};
  heapUsed += bytes;
  return CLEAVE_OK;
}

cleave_status requestOutput(uint64_t bytes, cleave_buffer *granted) {
  if (bytes > partition.outputBytes - outputGranted)
    return outputGranted + bytes > heapBytes ? exceedQuota(outputGranted + bytes) : CLEAVE_E_MEMORY;
  uint8_t *from = partition.outputs[entry] + outputGranted;
  uint64_t dirty = outputDirty[entry] > outputGranted ? outputDirty[entry] - outputGranted : 0;
  makeZero(from, dirty < bytes ? dirty : bytes, MADV_REMOVE);
  *granted = {from, bytes};
  outputGranted += bytes;
  if (outputDirty[entry] < outputGranted)
    outputDirty[entry] = outputGranted;
  return CLEAVE_OK;
}

cleave_status request(uint64_t bytes, uint32_t flags, cleave_buffer *granted) {
  if (!granted || !bytes || flags > CLEAVE_BUFFER_OUTPUT)
    return CLEAVE_E_INVALID;
  constexpr uint64_t kBytesMax = uint64_t{1} << 46; /* rounding and sums cannot wrap below it */
  if (bytes > kBytesMax)
    return CLEAVE_E_MEMORY;
  bytes = pageUp(bytes);
  return flags == CLEAVE_BUFFER_HEAP ? requestHeap(bytes, granted) : requestOutput(bytes, granted);
}

cleave_status commit(const cleave_buffer *buffer, uint64_t usedBytes, cleave_name *name) {
  if (!buffer || !name || !buffer->address || usedBytes > buffer->size_bytes)
    return CLEAVE_E_INVALID;
  uint64_t offset = static_cast<uint64_t>(static_cast<uint8_t *>(buffer->address) - partition.outputs[entry]);
  if (offset > outputGranted || buffer->size_bytes > outputGranted - offset)
    return CLEAVE_E_INVALID;
  if (isCommitted)
    return CLEAVE_E_REFUSED;
  isCommitted = true;
  committedOffset = offset;
  committedBytes = usedBytes;
  *name = message.output;
  return CLEAVE_OK;
}

/* Grants are asked for in their order, so the search begins after the last hit. */
const cleave_grant *findGrant(const cleave_name &name) {
  const cleave_grant *grants = partition.inbox->grants[entry];
  for (uint32_t i = 0; i != message.grant_count; ++i) {
    if (lastGrant >= message.grant_count)
      lastGrant = 0;
    const cleave_grant &grant = grants[lastGrant++];
    if (isSame(grant.name, name))
      return &grant;
  }
  return nullptr;
}

/* Calls `act(begin, end)` for each stretch of [begin, end) that none of the first `count` mappings covers. */
template <typename Act> bool forEachUncovered(uint64_t begin, uint64_t end, unsigned count, Act act) {
  while (begin != end) {
    uint64_t next = end;
    bool isCovered = false;
    for (unsigned i = 0; i != count && !isCovered; ++i) {
      uint64_t from = mappings[i].pages, to = from + mappings[i].pageBytes;
      isCovered = from <= begin && begin < to;
      if (isCovered)
        next = to < end ? to : end;
      else if (begin < from && from < next)
        next = from;
    }
    if (!isCovered && !act(begin, next))
      return false;
    begin = next;
  }
  return true;
}

cleave_status mapGrant(const cleave_grant &grant, cleave_view &view) {
  for (unsigned i = 0; i != mappingCount; ++i)
    if (isSame(mappings[i].name, grant.name)) {
      view = {reinterpret_cast<const uint8_t *>(mappings[i].pages + mappings[i].offsetInPages), mappings[i].bytes};
      return CLEAVE_OK;
    }
  if (mappingCount == CLEAVE_GRANTS_MAX)
    return CLEAVE_E_ABSENT;
  uint64_t first = pageDown(grant.arena_offset), length = pageUp(grant.arena_offset + grant.bytes) - first;
  uint64_t address = CLEAVE_TASK_OBJECTS + first;
  bool isMapped = forEachUncovered(address, address + length, mappingCount, [](uint64_t begin, uint64_t end) {
    return mapMemory(begin, end - begin, PROT_READ, MAP_PRIVATE, kArenaDescriptor, begin - CLEAVE_TASK_OBJECTS) ==
           static_cast<long>(begin);
  });
  if (!isMapped)
    return CLEAVE_E_ABSENT;
  mappings[mappingCount++] = {grant.name, address, length, grant.arena_offset - first, grant.bytes};
  view = {reinterpret_cast<const uint8_t *>(address + grant.arena_offset - first), grant.bytes};
  return CLEAVE_OK;
}

cleave_status findObject(const cleave_name &name, cleave_view &view) {
  for (int i = 0; i != 2; ++i)
    if (isSame(message.inputs[i], name)) {
      uint64_t offset = i ? message.items_offset : message.shared_offset;
      view = {partition.inputs + (offset - partition.inputOffset), i ? message.items_bytes : message.shared_bytes};
      return CLEAVE_OK;
    }
  const cleave_grant *grant = findGrant(name);
  if (!grant || !grant->bytes)
    return CLEAVE_E_ABSENT;
  ++externsOpened;
  return mapGrant(*grant, view);
}

cleave_status open(const cleave_name *name, uint32_t how, cleave_view *view) {
  if (!name || !view || how > (CLEAVE_OPEN_STRONG | CLEAVE_OPEN_PRIVATE))
    return CLEAVE_E_INVALID;
  cleave_view found;
  if (cleave_status status = findObject(*name, found); status != CLEAVE_OK)
    return status;
  if (how & CLEAVE_OPEN_PRIVATE) {
    cleave_buffer copy;
    if (cleave_status status = requestHeap(pageUp(found.size_bytes), &copy); status != CLEAVE_OK)
      return status;
    memcpy(copy.address, found.address, found.size_bytes);
    found.address = copy.address;
  }
  *view = found;
  return CLEAVE_OK;
}

cleave_status execute(const cleave_name *, const cleave_name *, uint32_t, cleave_name *, uint32_t) {
  return CLEAVE_E_REFUSED;
}

cleave_status wait(const cleave_name *, uint32_t, uint32_t) { return CLEAVE_E_REFUSED; }

void log(const char *text, uint64_t bytes) {
  cleave_result &result = partition.outbox->results[entry];
  if (!text || result.log_bytes > CLEAVE_LOG_MAX)
    return;
  uint64_t room = CLEAVE_LOG_MAX - result.log_bytes, taken = bytes < room ? bytes : room;
  memcpy(result.log + result.log_bytes, text, taken);
  result.log_bytes += taken;
}

/* Outputs that were not committed, or not by this task, do not count: the task then had none. */
void finish(cleave_outcome how, const cleave_name *outputs, uint32_t outputCount) {
  outcome = how;
  if (how == CLEAVE_DONE && !(outputCount == 1 && outputs && isCommitted && isSame(outputs[0], message.output)))
    isCommitted = false;
  cleave_worker_leave_task();
}

/* Mappings whose name this message does not grant go. The kept ones come first. */
void dropStaleMappings() {
  unsigned kept = 0;
  for (unsigned i = 0; i != mappingCount; ++i)
    if (findGrant(mappings[i].name)) {
      Mapping swapped = mappings[kept];
      mappings[kept++] = mappings[i];
      mappings[i] = swapped;
    }
  for (unsigned i = kept; i != mappingCount; ++i)
    forEachUncovered(mappings[i].pages, mappings[i].pages + mappings[i].pageBytes, kept, [](uint64_t begin, uint64_t end) {
      systemCall(__NR_munmap, static_cast<long>(begin), static_cast<long>(end - begin));
      return true;
    });
  mappingCount = kept;
}

} // namespace

const cleave_node nodeTable = {
    CLEAVE_NODE_VERSION, sizeof(cleave_node), request, commit, open, execute, wait, finish, log};

StepResult reserveHeap(uint64_t bytes) {
  long mapped = mapMemory(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (isFailure(mapped))
    return stepFailed(mapped);
  heap = reinterpret_cast<uint8_t *>(mapped);
  heapBytes = bytes;
  return kStepDone;
}

void beginTask(uint32_t ringEntry, const cleave_message &received) {
  entry = ringEntry;
  message = received;
  if (message.grant_count > CLEAVE_GRANTS_MAX)
    message.grant_count = CLEAVE_GRANTS_MAX;
  lastGrant = 0;
  dropStaleMappings();
  lastGrant = 0;
  outputGranted = 0;
  isCommitted = false;
  outcome = CLEAVE_PANIC;
  externsOpened = 0;
  partition.outbox->results[entry].log_bytes = 0;
}

void endTask() {
  cleave_result &result = partition.outbox->results[entry];
  /* What was granted and not committed may be dirty anywhere and is not worth reading through. */
  uint64_t keptBytes = isCommitted ? pageUp(committedOffset + committedBytes) : 0;
  if (outputGranted > keptBytes)
    systemCall(__NR_madvise, reinterpret_cast<long>(partition.outputs[entry] + keptBytes),
               static_cast<long>(outputGranted - keptBytes), MADV_REMOVE);
  outputDirty[entry] = keptBytes;
  result.outcome = outcome;
  result.externs_opened = externsOpened;
  result.output_offset = partition.outputOffset + entry * partition.outputStride + committedOffset;
  result.output_bytes = isCommitted && outcome == CLEAVE_DONE ? committedBytes : 0;
  result.heap_bytes = heapUsed;
}

void clearHeap() {
  makeZero(heap, heapUsed, MADV_DONTNEED);
  heapUsed = 0;
}

} // namespace cleave
