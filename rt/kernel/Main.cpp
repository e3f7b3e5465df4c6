// Main.cpp - the kernel's table of contents: how it starts, and what each core does then.
#include "Acpi.h"
#include "Apic.h"
#include "BootInfo.h"
#include "Channel.h"
#include "Clock.h"
#include "Console.h"
#include "Cores.h"
#include "Frames.h"
#include "Gate.h"
#include "Layout.h"
#include "Module.h"
#include "Paging.h"
#include "Program.h"
#include "Task.h"

namespace cleave {

namespace {

BootInfo info;
Topology topology;
uint64_t freeAtStart;
bool isReady;

void require(const char *what, Error error) {
  if (error == Error::None)
    return;
  printLine(what, ": ", describe(error));
  endMachine(1);
}

void reserveSlots() {
  auto memory = allocateBlock();
  require("the tasks' slots", memory.error);
  static_assert(CLEAVE_SLOTS_MAX * sizeof(TaskSlot) <= kHugePage);
  slots = reinterpret_cast<TaskSlot *>(direct(*memory));
}

void makeSlots() {
  slotCount = coreCount > kFirstTaskCore ? program.layout.slot_count : 0;
  uint64_t share =
      memoryFigures().freeFrames * kPage / 2 / (program.layout.worker_count ? program.layout.worker_count : 1);
  taskMemoryBytes = module.header().taskMemoryBytes ? pageUp(module.header().taskMemoryBytes) : pageDown(share);
  for (uint32_t i = 0; i != slotCount; ++i)
    new (&slots[i]) TaskSlot(i);
}

bool hasWantedStart() {
  for (uint32_t i = 0; i != slotCount; ++i)
    if (__atomic_load_n(&slots[i].isStartWanted, __ATOMIC_SEQ_CST))
      return true;
  return false;
}

/* Starts that the program asked for, and limits of time. True if there was something to do. */
bool serveSlots() {
  bool hasServed = false;
  for (uint32_t i = 0; i != slotCount; ++i) {
    if (__atomic_load_n(&slots[i].isStartWanted, __ATOMIC_ACQUIRE)) {
      slots[i].start();
      hasServed = true;
    }
    if (module.header().taskLimitNs)
      slots[i].enforceLimit(module.header().taskLimitNs);
  }
  return hasServed;
}

/* For a person who waits. What the program counts is its own to write: nothing but this line depends on it. */
bool tellProgress() {
  ProgressReport report = {};
  report.workers = program.layout.worker_count;
  report.loop = __atomic_load_n(&program.control->counters.loop, __ATOMIC_RELAXED);
  for (uint32_t i = 0; i != program.layout.kind_count; ++i) {
    auto *kinds = reinterpret_cast<const cleave_kind_control *>(reinterpret_cast<const uint8_t *>(program.control) +
                                                                program.layout.kinds_offset);
    report.tasks += __atomic_load_n(&kinds[i].count, __ATOMIC_RELAXED);
    report.bytesIn += __atomic_load_n(&kinds[i].bytes_in, __ATOMIC_RELAXED);
    report.bytesOut += __atomic_load_n(&kinds[i].bytes_out, __ATOMIC_RELAXED);
  }
  for (unsigned i = kFirstTaskCore; i < coreCount; ++i)
    report.running += __atomic_load_n(&cores[i]->slot, __ATOMIC_RELAXED) != nullptr;
  return channel.sendBeside(kMessageProgress, &report, sizeof report);
}

/* Core 0's work while the program runs. It sleeps when there is none; a device that is being waited for and limits of
 * time are looked after at intervals. */
void serveEvents() {
  constexpr uint64_t kDeviceNs = 50000, kLimitNs = 2000000;
  auto hasEnded = [] { return __atomic_load_n(&program.hasEnded, __ATOMIC_SEQ_CST); };
  uint64_t progressNs = module.header().progressNs, nextProgressNs = nowNs() + progressNs;
  while (!hasEnded()) {
    bool hasWorked = channel.pump();
    hasWorked |= serveSlots();
    if (hasWorked)
      continue;
    if (progressNs && nowNs() >= nextProgressNs && tellProgress())
      nextProgressNs = nowNs() + progressNs;
    bool isDeviceAwaited = channel.isBusy();
    if (isDeviceAwaited || module.header().taskLimitNs)
      armTimerNs(isDeviceAwaited ? kDeviceNs : kLimitNs);
    else if (progressNs)
      armTimerNs(progressNs);
    else
      armTimer(0);
    idleUnless(*cores[0], [&] { return hasEnded() || (!isDeviceAwaited && channel.isBusy()) || hasWantedStart(); });
  }
}

void reportCore(const Core &core) {
  static CoreReport report; // too large for the stack
  report.index = core.index;
  CoreRole role = core.index == 0 ? kCoreOfKernel : core.index == kProgramCore ? kCoreOfProgram : kCoreOfTasks;
  report.role = role;
  report.node = core.node;
  report.tasks = core.tasks;
  static_assert(kNodesReported == kNodesMax);
  memcpy(report.frames, core.frames, sizeof report.frames);
  report.inTasks = core.inTasks;
  report.other = core.other;
  channel.sendOwn(kMessageCore, &report, sizeof report);
  if (channel.hasLauncher() || role != kCoreOfTasks)
    return;
  ConsoleLine line;
  print("kernel: core ", uint64_t{core.index}, " of node ", uint64_t{core.node}, ": ", core.tasks, " tasks, frames");
  for (unsigned node = 0; node != kNodesMax; ++node)
    if (core.frames[node])
      print(" ", core.frames[node], " of node ", uint64_t{node});
}

/* The control area up to the trace, by the kernel's own header, which is what was agreed and not what the program has made
 * of it; then as many events as the program says that there are, from its memory. */
void sendControl() {
  const cleave_control &layout = program.layout;
  memcpy(program.control, &layout, offsetof(cleave_control, bell));
  auto *control = reinterpret_cast<const uint8_t *>(program.control);
  auto pieceOf = [](uint64_t left) { return left < kMessageMax ? left : kMessageMax; };
  for (uint64_t done = 0; done < layout.trace_offset; done += kMessageMax)
    channel.sendOwn(kMessageControl, control + done, pieceOf(layout.trace_offset - done));
  uint64_t events = __atomic_load_n(&program.control->trace_count, __ATOMIC_RELAXED);
  events = events < layout.trace_capacity ? events : layout.trace_capacity;
  uint64_t bytes = events * sizeof(cleave_trace_event);
  for (uint64_t done = 0; done < bytes; done += kMessageMax) {
    uint64_t piece = pieceOf(bytes - done);
    while (!channel.hasRoom(sizeof(MessageHeader) + piece))
      channel.pump();
    if (channel.send(kMessageControl, program, kRootControl + layout.trace_offset + done, piece) != Error::None)
      return;
  }
}

[[noreturn]] void finish(uint64_t programStartNs, uint64_t bootNs) {
  uint64_t wallNs = nowNs() - programStartNs;
  EndReport report = {program.isSignal,
                      program.endNumber,
                      program.hasFailed,
                      program.layout.worker_count,
                      program.busyNs,
                      wallNs,
                      freeAtStart,
                      0,
                      bootNs};
  channel.drain(); // what the program has said comes before what is said of it
  for (uint32_t i = 0; i != slotCount; ++i) {
    slots[i].stop();
    slots[i].detach();
  }
  sendControl();
  program.space.destroy();
  // All that program and tasks ever held is back, but for the control area.
  report.freeAtEnd = memoryFigures().freeFrames + kPagesInHuge;
  for (unsigned i = 0; i != coreCount; ++i)
    reportCore(*cores[i]);
  channel.sendOwn(kMessageEnd, &report, sizeof report);
  channel.drain();
  if (!channel.hasLauncher())
    printLine("the program has ended, ", report.isSignal ? "by signal " : "with status ", uint64_t{report.number});
  endMachine(0);
}

} // namespace

void coreLoop(Core &core) {
  // Nothing runs before everything is set up; core 0 wakes the others then.
  while (!__atomic_load_n(&isReady, __ATOMIC_SEQ_CST))
    idleUnless(core, [] { return __atomic_load_n(&isReady, __ATOMIC_SEQ_CST); });
  if (core.index == kProgramCore)
    program.run(core);
  serveTasks(core);
}

} // namespace cleave

using namespace cleave;

extern "C" [[noreturn]] void cleave_kernel_main(uint32_t loader, uint64_t information) {
  uint64_t firstTicks = readTicks();
  startConsole();
  silenceOldControllers();
  if (readBootInfo(static_cast<Loader>(loader), information, info) != Error::None)
    PANIC("the loader's information is malformed", information);

  // Memory: early pieces, the kernel's own tables, then everything.
  placeTrampoline();
  startEarly(info);
  buildKernelTables(info);
  bool hasTopology = readTopology(info, topology) == Error::None;
  startFirstCore(topology);
  startFrames(info);
  for (unsigned i = 0; i != topology.memoryCount; ++i)
    assignNode(topology.memory[i].range, topology.memory[i].node);
  orderNodes(topology);

  // Time, the device, the other cores.
  startClock();
  require("the launcher's channel", channel.start(info));
  if (!hasTopology)
    printLine("there are no ACPI tables, so there is one core");
  startOtherCores();

  // The bundle.
  auto opened = Module::open(info.moduleBegin, info.moduleBytes);
  require("the boot module", opened.error);
  module = *opened;
  if (coreCount <= kProgramCore)
    require("the program's core", Error::Absent);
  makeGatePage();
  reserveSlots();
  freeAtStart = memoryFigures().freeFrames;
  require("the program", program.load());
  makeSlots();
  uint32_t version = kChannelVersion;
  if (channel.hasLauncher())
    channel.sendOwn(kMessageHello, &version, sizeof version);
  else
    printLine(uint64_t{coreCount}, " cores, ", memoryFigures().totalFrames * kPage >> 20, " MiB of memory in ",
              uint64_t{topology.memoryCount ? topology.memoryCount : 1}, " ranges of nodes");

  uint64_t startNs = nowNs(), bootNs = nsSince(firstTicks);
  __atomic_store_n(&isReady, true, __ATOMIC_SEQ_CST);
  for (unsigned i = 1; i != coreCount; ++i)
    wake(*cores[i]);
  serveEvents();
  finish(startNs, bootNs);
}
