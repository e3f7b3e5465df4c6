// Program.cpp - making the program's address space, and its faults. See Program.h.
#include "Program.h"
#include "Apic.h"
#include "Clock.h"
#include "Console.h"
#include "Frames.h"
#include "Layout.h"
#include "Module.h"
#include "Task.h"

extern "C" const uint8_t cleave_library_begin[], cleave_library_end[];

namespace cleave {

Program program;

namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

} // namespace

/* As the hosted node lays it out (rt/node/Memory.cpp), so that the same program meets the same numbers. */
void Program::layOut() {
  const BootModule &header = module.header();
  uint32_t taskCores = coreCount > kFirstTaskCore ? coreCount - kFirstTaskCore : 0;
  layout.magic = CLEAVE_CONTROL_MAGIC;
  layout.version = CLEAVE_EXCHANGE_VERSION;
  layout.mode = header.mode;
  layout.worker_count = taskCores;
  uint32_t wanted = 2 * taskCores + 6;
  layout.slot_count = wanted < CLEAVE_SLOTS_MAX ? wanted : CLEAVE_SLOTS_MAX;
  layout.kind_count = header.taskCount;
  layout.partition_bytes = 128 * kGiB;
  layout.input_offset = CLEAVE_INPUT_OFFSET;
  layout.input_bytes = 16 * kGiB;
  layout.inputs_address = kTaskInputs;
  layout.objects_address = kTaskObjects;
  layout.output_offset = 32 * kGiB;
  layout.output_bytes = 16 * kGiB;
  layout.exchange_bytes = layout.slot_count * layout.partition_bytes;
  layout.arena_bytes = 1024 * kGiB;
  // Events lie in memory that is filled when it is first used, and are lost past an eighth of all there is.
  uint64_t most = memoryFigures().totalFrames * kPage / 8 / sizeof(cleave_trace_event);
  layout.trace_capacity = header.traceCapacity < most ? header.traceCapacity : most;
  layout.kinds_offset = pageUp(sizeof layout);
  layout.slots_offset = layout.kinds_offset + pageUp(layout.kind_count * sizeof(cleave_kind_control));
  layout.trace_offset = layout.slots_offset + pageUp(layout.slot_count * sizeof(cleave_slot));
  layout.control_bytes = layout.trace_offset + pageUp(layout.trace_capacity * sizeof(cleave_trace_event));
  memcpy(layout.run_id, header.runId, sizeof layout.run_id);
  memcpy(layout.tenant_key, header.tenantKey, sizeof layout.tenant_key);
  memcpy(&layout.store, &header.store, sizeof layout.store);
}

Error Program::makeControl() {
  layOut();
  if (layout.trace_offset > kHugePage)
    return Error::OverQuota;
  auto block = allocateBlock();
  if (!block)
    return block.error;
  controlFrame = *block;
  control = reinterpret_cast<cleave_control *>(direct(controlFrame));
  memcpy(control, &layout, sizeof layout);
  for (uint32_t i = 0; i != layout.kind_count; ++i)
    cleave_control_kind(control, i)->task = module.object(i + 1).name;
  for (uint64_t at = 0; at != layout.trace_offset; at += kPage)
    if (Error error = space.map(kRootControl + at, controlFrame + at, Access::Write, kBorrowed); error != Error::None)
      return error;
  return Error::None;
}

Error Program::mapStart() {
  const BootModule &header = module.header();
  constexpr uint64_t kTexts = kRootStart + kPage;
  bool hasTasks = layout.worker_count && header.taskCount && header.mode != kModuleSerial;
  ClockScale scale = clockScale();
  RootStart start = {binary.entry,
                     binary.headers,
                     binary.headerCount,
                     kTexts,
                     header.argumentCount,
                     header.environmentCount,
                     scale.originTicks,
                     scale.nsPer2To32Ticks,
                     header.realTimeNs ? header.realTimeNs : readRealTimeClock() * 1000000000,
                     hasTasks ? kRootControl : 0,
                     layout.control_bytes,
                     kRootExchange,
                     layout.exchange_bytes,
                     kRootArena,
                     layout.arena_bytes,
                     memoryFigures().totalFrames * kPage,
                     coreCount,
                     {}};
  memcpy(start.random, header.runId, sizeof start.random);
  if (Error error = space.populate(kRootStart, kPage + pageUp(header.textBytes), false); error != Error::None)
    return error;
  if (Error error = write(kRootStart, start); error != Error::None)
    return error;
  return write(kTexts, module.texts(), header.textBytes);
}

Error Program::load() {
  auto made = AddressSpace::create();
  if (!made)
    return made.error;
  space = *made;
  if (Error error = makeControl(); error != Error::None)
    return error;
  uint64_t all = memoryFigures().freeFrames * kPage;
  auto loaded = loadBinary(space, module.file(0), kPage, kBinaryEnd, all);
  if (!loaded)
    return loaded.error;
  binary = *loaded;
  FileView file = {cleave_library_begin, static_cast<uint64_t>(cleave_library_end - cleave_library_begin), 0};
  auto beside = loadBinary(space, file, kRootLibrary, kRootLibrary + kRootLibraryBytes, all);
  if (!beside)
    PANIC("the program's library is malformed");
  library = *beside;
  return mapStart();
}

void Program::run(Core &core) {
  writeCr3(space.physicalRoot());
  startedNs = nowNs();
  runUser({library.entry, kRootStackTop, kRootStart});
  busyNs += nowNs() - startedNs;
  useKernelTables();
  __atomic_store_n(&hasEnded, true, __ATOMIC_SEQ_CST);
  wake(*cores[0]);
  for (;;)
    idleUnless(core, [] { return false; });
}

/* The range that was granted around the address; empty: none. */
MemoryRange Program::rangeOf(uint64_t address) const {
  auto within = [&](uint64_t begin, uint64_t bytes) { return isWithin(address, 1, begin, bytes); };
  if (within(kRootHeap, __atomic_load_n(&heapBytes, __ATOMIC_RELAXED)))
    return {kRootHeap, kRootHeap + heapBytes};
  if (within(kRootStackTop - kRootStackBytes, kRootStackBytes))
    return {kRootStackTop - kRootStackBytes, kRootStackTop};
  if (within(kRootControl + layout.trace_offset, layout.control_bytes - layout.trace_offset))
    return {kRootControl + layout.trace_offset, kRootControl + layout.control_bytes};
  if (within(kRootArena, layout.arena_bytes))
    return {kRootArena, kRootArena + layout.arena_bytes};
  if (!within(kRootExchange, layout.exchange_bytes))
    return {};
  uint64_t offset = (address - kRootExchange) % layout.partition_bytes, partition = address - offset;
  if (offset < CLEAVE_INPUT_OFFSET)
    return {partition, partition + CLEAVE_INPUT_OFFSET};
  if (isWithin(offset, 1, layout.input_offset, layout.input_bytes))
    return {partition + layout.input_offset, partition + layout.input_offset + layout.input_bytes};
  return {}; // outputs: their pages come from tasks
}

Error Program::touch(uint64_t address) {
  constexpr uint64_t kAround = 16 * kPage;
  MemoryRange range = rangeOf(address);
  if (range.begin == range.end)
    return Error::BadAddress;
  uint64_t begin = address & ~(kAround - 1), end = begin + kAround;
  begin = begin < range.begin ? range.begin : begin;
  end = end > range.end ? range.end : end;
  // Neighbours are a courtesy.
  if (Error error = space.populate(pageDown(address), kPage, false); error != Error::None)
    return error;
  (void)space.populate(begin, end - begin, false);
  return Error::None;
}

void Program::die(uint32_t signal) { end(1, signal); }

void Program::end(uint32_t endsBySignal, uint32_t number) {
  isSignal = endsBySignal;
  endNumber = number;
  leaveUser(Left::Finished);
}

void Program::wakeUp() { wake(*cores[kProgramCore]); }

bool Program::isFromLibrary(uint64_t rip) const { return isWithin(rip, 1, kRootLibrary, kRootLibraryBytes); }

} // namespace cleave
