// Cores.cpp - see Cores.h: descriptor tables, the registers that each core must have set, and starting the others.
#include "Cores.h"
#include "Apic.h"
#include "Clock.h"
#include "Console.h"
#include "Frames.h"
#include "Layout.h"
#include "Machine.h"
#include "Paging.h"

extern "C" {
extern char cleave_trap_stubs[], cleave_nmi_entry[], cleave_call_entry[];
extern char cleave_trampoline_begin[], cleave_trampoline_end[];
extern bool cleave_has_smap;
uint32_t cleave_enter_user(const cleave::UserStart *start);
[[noreturn]] void cleave_leave_user(uint32_t why);
}

namespace cleave {

Core *cores[Topology::kCoresMax];
unsigned coreCount;

namespace {

constexpr uint64_t kTrampoline = 0x8000, kNmiStackBytes = 4096;
constexpr uint64_t kTrampolineStack = kTrampoline + 0xff0, kTrampolineCore = kTrampoline + 0xff8;
constexpr unsigned kNmi = 2, kDoubleFault = 8, kMachineCheck = 18;

/* CR4's and CR0's bits, XCR0's, and flags that a call must not bring in: IF, TF, DF, NT, AC. */
constexpr uint64_t kCr4Global = 1 << 7, kCr4Umip = 1 << 11, kCr4FsGsBase = 1 << 16, kCr4Xsave = 1 << 18,
                   kCr4Smep = 1 << 20, kCr4Smap = 1 << 21, kCr4NoTime = 1 << 2;
constexpr uint64_t kCallMask = 0x200 | 0x100 | 0x400 | 0x4000 | 0x40000;
constexpr uint64_t kExtendedStates = 0xe7; // x87, SSE, AVX, AVX-512's three

struct [[gnu::packed]] Gate {
  uint16_t offset0, selector;
  uint8_t stack, type;
  uint16_t offset1;
  uint32_t offset2, reserved;
};
struct [[gnu::packed]] TablePointer {
  uint16_t limit;
  uint64_t address;
};

Gate gates[256];
/* What xrstor loads before user code starts: everything initial, MXCSR as a new process has it. */
struct alignas(64) {
  uint8_t legacy[512], header[64];
} freshState;

void setGate(unsigned vector, const char *handler, uint8_t stack) {
  auto address = reinterpret_cast<uint64_t>(handler);
  constexpr uint8_t kInterruptGate = 0x8e; // for the kernel: user code cannot raise it by an `int`
  gates[vector] = {static_cast<uint16_t>(address),
                   kKernelCode,
                   stack,
                   kInterruptGate,
                   static_cast<uint16_t>(address >> 16),
                   static_cast<uint32_t>(address >> 32),
                   0};
}

void loadTables(Core &core) {
  auto state = reinterpret_cast<uint64_t>(&core.state);
  uint64_t low = sizeof(TaskState) - 1 | (state & 0xffffff) << 16 | uint64_t{0x89} << 40 | (state >> 24 & 0xff) << 56;
  const uint64_t descriptors[8] = {
      0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0, 0x00cff3000000ffff, 0x00affb000000ffff, low, state >> 32};
  memcpy(core.descriptors, descriptors, sizeof descriptors);
  TablePointer table = {sizeof core.descriptors - 1, reinterpret_cast<uint64_t>(core.descriptors)};
  asm volatile("lgdt %0" : : "m"(table));
  asm volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:" : : "i"(kKernelCode) : "rax", "memory");
  asm volatile("movw %0, %%ss; movw %0, %%ds; movw %0, %%es; movw %1, %%fs; movw %1, %%gs"
               :
               : "r"(kKernelData), "r"(uint16_t{0}));
  asm volatile("ltr %0" : : "r"(uint16_t{0x30}));
  TablePointer interrupts = {sizeof gates - 1, reinterpret_cast<uint64_t>(gates)};
  asm volatile("lidt %0" : : "m"(interrupts));
}

void enableFeatures() {
  CpuId basic = cpuId(1), extended = cpuId(7);
  if (!(extended.ebx & 1) || !(basic.ecx & 1 << 26))
    PANIC("this CPU lacks fsgsbase or xsave, which the kernel needs");
  uint64_t cr4 = readCr4() | kCr4Global | kCr4FsGsBase | kCr4Xsave;
  if (extended.ebx & 1 << 7)
    cr4 |= kCr4Smep;
  if (extended.ebx & 1 << 20)
    cr4 |= kCr4Smap;
  if (extended.ecx & 1 << 2)
    cr4 |= kCr4Umip;
  cleave_has_smap = cr4 & kCr4Smap;
  writeCr4(cr4);
  CpuId states = cpuId(13);
  uint64_t wanted = states.eax & kExtendedStates;
  asm volatile("xsetbv" : : "c"(0), "a"(static_cast<uint32_t>(wanted)), "d"(0));
}

void loadFreshState() {
  asm volatile("xorl %%ecx, %%ecx; xgetbv; xrstor %0" : : "m"(freshState) : "eax", "ecx", "edx", "memory");
}

/* What is each core's own in the processor. */
void becomeCore(Core &core) {
  loadTables(core);
  writeMsr(kMsrGsBase, reinterpret_cast<uint64_t>(&core));
  writeMsr(kMsrKernelGsBase, 0);
  enableFeatures();
  constexpr uint64_t kUserBase = 0x1b, kKernelBase = kKernelCode; // syscall's selectors; sysret's are not used
  writeMsr(kMsrStar, kUserBase << 48 | kKernelBase << 32);
  writeMsr(kMsrLstar, reinterpret_cast<uint64_t>(cleave_call_entry));
  writeMsr(kMsrSyscallMask, kCallMask);
  startApic();
  loadFreshState(); // a hypervisor that cannot do this fails now, and not when the launcher believes that all is well
}

Core *makeCore(uint32_t index, const CoreInfo &info) {
  auto *core = reinterpret_cast<Core *>(direct(allocateEarly(sizeof(Core))));
  core->self = core;
  core->index = index;
  core->apicId = info.apicId;
  core->node = info.node;
  core->counted = &core->other;
  core->stackOfTask = reinterpret_cast<uint64_t>(core) + offsetof(Core, state) + offsetof(TaskState, rsp0);
  core->state.ioMap = sizeof(TaskState); // no port is allowed
  core->kernelStack = reinterpret_cast<uint64_t>(direct(allocateEarly(kKernelStackBytes))) + kKernelStackBytes;
  core->state.rsp0 = core->kernelStack;
  for (unsigned i = 0; i != 2; ++i) {
    uint64_t top = reinterpret_cast<uint64_t>(direct(allocateEarly(kNmiStackBytes))) + kNmiStackBytes - 16;
    *reinterpret_cast<Core **>(top) = core;
    core->state.ist[i] = top;
  }
  return core;
}

} // namespace

void startFirstCore(const Topology &topology) {
  for (unsigned vector = 0; vector != 256; ++vector)
    setGate(vector, cleave_trap_stubs + 16 * vector, 0);
  setGate(kNmi, cleave_nmi_entry, 1);
  setGate(kDoubleFault, cleave_trap_stubs + 16 * kDoubleFault, 2);
  setGate(kMachineCheck, cleave_trap_stubs + 16 * kMachineCheck, 2);
  *reinterpret_cast<uint32_t *>(freshState.legacy + 24) = 0x1f80;
  *reinterpret_cast<uint16_t *>(freshState.legacy) = 0x37f;
  uint32_t own = cpuId(1).ebx >> 24;
  for (unsigned i = 0; i != topology.coreCount; ++i)
    if (topology.cores[i].apicId == own)
      cores[coreCount++] = makeCore(0, topology.cores[i]);
  if (!coreCount)
    cores[coreCount++] = makeCore(0, {own, 0});
  for (unsigned i = 0; i != topology.coreCount; ++i)
    if (topology.cores[i].apicId != own) {
      cores[coreCount] = makeCore(coreCount, topology.cores[i]);
      ++coreCount;
    }
  becomeCore(*cores[0]);
  cores[0]->isStarted = true;
}

void placeTrampoline() {
  memcpy(direct(kTrampoline), cleave_trampoline_begin,
         static_cast<size_t>(cleave_trampoline_end - cleave_trampoline_begin));
}

void startOtherCores() {
  unsigned started = 1;
  for (unsigned i = 1; i != coreCount; ++i) {
    Core &core = *cores[i];
    *reinterpret_cast<volatile uint64_t *>(direct(kTrampolineStack)) = core.kernelStack;
    *reinterpret_cast<Core *volatile *>(direct(kTrampolineCore)) = &core;
    constexpr uint64_t kInitNs = 100000, kStartNs = 200000, kPatienceNs = 500000000;
    auto isUp = [&] { return __atomic_load_n(&core.isStarted, __ATOMIC_ACQUIRE); };
    auto waitNs = [&](uint64_t ns) {
      for (uint64_t end = nowNs() + ns; !isUp() && nowNs() < end;)
        relax();
    };
    sendInit(core.apicId);
    spinNs(kInitNs);
    sendStartup(core.apicId, kTrampoline / kPage);
    waitNs(kStartNs);
    if (!isUp())
      sendStartup(core.apicId, kTrampoline / kPage);
    waitNs(kPatienceNs);
    if (!isUp()) {
      printLine("core ", uint64_t{core.apicId}, " does not start and is left out");
      sendInit(core.apicId); // it must not come up later and find the next one's stack
      continue;
    }
    core.index = started;
    cores[started++] = &core;
  }
  coreCount = started;
}

void wake(Core &core) {
  if (__atomic_load_n(&core.isIdle, __ATOMIC_SEQ_CST))
    sendWake(core.apicId);
}

void setClockVisible(bool isVisible) {
  uint64_t cr4 = readCr4();
  writeCr4(isVisible ? cr4 & ~kCr4NoTime : cr4 | kCr4NoTime);
}

Left runUser(const UserStart &start) {
  loadFreshState();
  return static_cast<Left>(cleave_enter_user(&start));
}

void leaveUser(Left why) { cleave_leave_user(static_cast<uint32_t>(why)); }

} // namespace cleave

extern "C" [[noreturn]] void cleave_core_main(cleave::Core *core) {
  using namespace cleave;
  useKernelTables();
  becomeCore(*core);
  // Release: everything of this core is set before it counts as started.
  __atomic_store_n(&core->isStarted, true, __ATOMIC_RELEASE);
  coreLoop(*core);
}
