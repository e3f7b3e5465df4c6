// Library.h - Linux for one program without threads, above the kernel's few calls.
//
// What a static C++ program asks of its C library, and that of Linux: memory, three streams, files by name, clocks,
// its end. Handlers of signals are called for the program's own faults only, and must not return: leave by siglongjmp, as
// the run time does that tries out work ahead of its turn (rt/root/Generator.cpp). It runs in user mode, in the program's own address space, with the program's rights: a mistake here can harm
// the program and nobody else. What Linux has beyond that (processes, threads, other signals, sockets) answers
// ENOSYS.
//
// FILES are objects outside, opened by name: the launcher sends the whole content, which then lies in a buffer of the
// program. What is written is sent as it comes, from the front to the end.
#ifndef CLEAVE_KERNEL_ROOT_LIBRARY_H
#define CLEAVE_KERNEL_ROOT_LIBRARY_H

#include "../Result.h"
#include "../RootInterface.h"

namespace cleave {

struct Arguments {
  uint64_t number, a, b, c, d, e, f;
};

extern RootStart start;

extern "C" uint64_t cleave_kernel_call(uint64_t number, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0);

/// Ends the program, by a signal or with a status.
[[noreturn]] void end(bool isSignal, uint64_t number);

/* Linux's numbers. */
enum : int64_t {
  kNoEntry = -2,
  kBadFile = -9,
  kNoMemory = -12,
  kFault = -14,
  kInvalid = -22,
  kTooMany = -24,
  kNoTerminal = -25,
  kNoSeek = -29,
  kReadOnly = -30,
  kTryAgain = -11,
  kRange = -34,
  kNoCall = -38,
  kTimedOut = -110
};

/* Signals.cpp */
int64_t setHandler(uint64_t signal, uint64_t action, uint64_t old, uint64_t maskBytes);
int64_t raise(uint64_t signal);

/* Memory.cpp */
void startMemory();
int64_t changeBreak(uint64_t wanted);
uint64_t mapMemory(uint64_t bytes); ///< zeros; 0: none left
int64_t map(const Arguments &call);
int64_t unmap(uint64_t address, uint64_t bytes);
int64_t remap(uint64_t address, uint64_t oldBytes, uint64_t newBytes, uint64_t flags);
int64_t advise(uint64_t address, uint64_t bytes, uint64_t advice);

/* Files.cpp */
constexpr int kNodeFirst = 900; ///< descriptors of control, exchange, arena and event, as the hosted node numbers them
void startFiles();
int64_t fileCall(const Arguments &call, bool &isKnown);
/// For mmap: where a descriptor's content is; 0: nowhere.
uint64_t contentOf(int descriptor, uint64_t &bytes, bool &isShared);

/* Outside.cpp: negative errno on failure */
int64_t openOutside(uint64_t path, uint64_t &content, uint64_t &size);
int64_t createOutside(uint64_t path, uint64_t flags, uint64_t mode, uint32_t &number);
void appendOutside(uint32_t number, uint64_t from, uint64_t bytes);
int64_t closeOutside(uint32_t number);
/// Of names outside. `other`: 0, where there is no second one.
int64_t changeOutside(ChangeKind kind, uint64_t path, uint64_t other, uint64_t mode);
int64_t readOutside(uint64_t to, uint64_t bytes); ///< standard input
int64_t printOutside(bool isError, uint64_t from, uint64_t bytes);

/* Time.cpp */
uint64_t kernelNs();
int64_t timeCall(const Arguments &call, bool &isKnown);

} // namespace cleave

#endif
