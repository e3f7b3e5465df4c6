// Program.h - the program: the root binary, alone on its core, with all of the exchange and the arena.
//
// Its memory is granted in ranges and filled when it is first used: what the exchange needs (exchange.h) is address
// space that costs nothing until it is written. Only its own core takes pages from it again.
#ifndef CLEAVE_KERNEL_PROGRAM_H
#define CLEAVE_KERNEL_PROGRAM_H

#include "Binary.h"
#include "Cores.h"
#include "Domain.h"
#include "RootInterface.h"

#include "cleave/exchange.h"

namespace cleave {

class Program final : public Domain {
public:
  /// Core 0: control area, address space, binary, library.
  Error load();
  /// Its core; comes back when the program has ended.
  void run(Core &core);

  uint64_t call(const Frame &frame);
  /// Where a call of the program that is none of the kernel's goes on.
  bool isFromLibrary(uint64_t rip) const;
  uint64_t reflectionEntry() const { return library.entry; }
  bool handles(uint32_t signal) const { return handledSignals >> signal & 1; }

  /// A fault that touch() does not explain.
  [[noreturn]] void die(uint32_t signal);
  Error touch(uint64_t address) override;
  void wakeUp(); ///< from any core

  cleave_control layout{};           ///< what was agreed at the start; nobody else can write it
  cleave_control *control = nullptr; ///< shared with the program, which may write anything into it
  /// By what was agreed, not by what the control area says now.
  cleave_slot &slot(uint32_t index) const {
    return reinterpret_cast<cleave_slot *>(reinterpret_cast<uint8_t *>(control) + layout.slots_offset)[index];
  }

  /* Read by core 0. */
  bool hasEnded = false, hasFailed = false;
  uint32_t isSignal = 0, endNumber = 0;
  uint64_t busyNs = 0, startedNs = 0;

private:
  Error makeControl();
  Error mapStart();
  void layOut();
  uint64_t grow(uint64_t bytes);
  uint64_t release(uint64_t address, uint64_t bytes);
  uint64_t send(uint64_t type, uint64_t address, uint64_t bytes);
  uint64_t receive(uint64_t address, uint64_t bytes);
  uint64_t serve();
  uint64_t wait(uint64_t words, uint64_t count, uint64_t deadlineNs);
  [[noreturn]] void end(uint32_t endsBySignal, uint32_t number);
  MemoryRange rangeOf(uint64_t address) const;

  Binary binary, library;
  uint64_t heapBytes = 0;
  uint64_t handledSignals = 0; ///< by number, below 64
  uint64_t controlFrame = 0;
};

extern Program program;

} // namespace cleave

#endif
