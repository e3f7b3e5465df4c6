// RootInterface.h - between the kernel and the library that it puts beside the program (root/).
//
// The program is a static Linux binary; the kernel knows no Linux call. A `syscall` of the program comes back to user
// mode at the library's entry, with all registers as they were, and the library does what was meant, above the calls
// in this file. They are made with `syscall` too, from one place in the library (root/Entry.S): number in rax,
// arguments in rdi, rsi, rdx, r10; the answer is in rax, kRootFailed where a call cannot do what it was asked.
#ifndef CLEAVE_KERNEL_ROOTINTERFACE_H
#define CLEAVE_KERNEL_ROOTINTERFACE_H

#include <stdint.h>

namespace cleave {

enum RootCall : uint64_t {
  kRootGrow = 32, ///< (bytes): extends the heap by whole pages, filled with zeros when they are used; its old end
  kRootRelease,   ///< (address, bytes): whole pages of heap, arena or exchange are given back; they read as zero again
  kRootSend,      ///< (type, address, bytes): a message for the launcher; waits while it does not take any
  kRootReceive,   ///< (address, bytes): waits for at least one byte of its answers; how many
  kRootServe,     ///< (): slots are wanted, or a failure is set (exchange.h: what the eventfd is for)
  kRootWait,      ///< (words, count, deadline): until a word differs, or the time (kernel's clock) is over; 0: none
  kRootWake,      ///< (): a message was submitted to a worker that sleeps
  kRootEnd,       ///< (isSignal, number): the program's end. Does not return
  kRootHandles    ///< (signals, bit by number): faults that the program has handlers for; they come to the library
};

/// In rax at the library's entry: a fault of the program, not a call. Its signal is in rdi, where it happened in rcx.
constexpr uint64_t kRootFault = ~uint64_t{0} - 1;

constexpr uint64_t kRootFailed = ~uint64_t{0};
constexpr uint64_t kRootWordsMax = 128;
constexpr uint64_t kMessageMax = 32 << 10;

struct RootWord {
  uint64_t address;
  uint32_t value, reserved;
};

/// What the library is entered with: `start` in rdi, on the program's stack.
struct RootStart {
  uint64_t entry, headers, headerCount; ///< of the program
  uint64_t texts, argumentCount, environmentCount;
  uint64_t originTicks, nsPer2To32Ticks; ///< the kernel's clock: (rdtsc - origin) * this >> 32
  uint64_t realTimeNs;                   ///< CLOCK_REALTIME when that clock was 0
  uint64_t control, controlBytes;        ///< 0: no tasks, the program runs serially
  uint64_t exchange, exchangeBytes, arena, arenaBytes;
  uint64_t memoryBytes; ///< of the machine
  uint64_t cpus;
  uint8_t random[16];
};

/* The launcher's messages: a header, then `bytes` of content. The program's side asks, the launcher answers in order;
 * what needs no answer has none. The machine is little-endian on both sides. */
enum MessageType : uint32_t {
  kMessageHello = 1,   ///< u32 version: the kernel is up
  kMessageOutput = 2,  ///< text for stdout
  kMessageError = 3,   ///< text for stderr
  kMessageInput = 4,   ///< u64 most: answer ObjectAnswer, then as many bytes of stdin; none: its end
  kMessageOpen = 5,    ///< a path, no zero: answer ObjectAnswer, then the whole content
  kMessageCreate = 6,  ///< CreateRequest, then a path: answer ObjectAnswer without content
  kMessageAppend = 7,  ///< content for what was created last under that number: u32 number, bytes. No answer
  kMessageClose = 8,   ///< u32 number: answer ObjectAnswer
  kMessageChange = 9,  ///< ChangeRequest, then one path or two: answer ObjectAnswer without content. The program's last kind
  kMessageControl = 10, ///< the next bytes of the control area
  kMessageCore = 11,   ///< CoreReport: one for each core, when the program has ended
  kMessageEnd = 12,    ///< EndReport: the last message
  kMessageProgress = 13 ///< ProgressReport, now and then, if the boot module asks for it
};

constexpr uint32_t kChannelVersion = 4;

struct MessageHeader {
  uint32_t type, bytes;
};
struct ObjectAnswer {
  uint32_t error;  ///< errno, 0: it worked
  uint32_t number; ///< Create: names the object in later messages
  uint64_t bytes;  ///< of content that follows
};
struct CreateRequest {
  uint32_t flags, mode; ///< of open(2)
};
enum ChangeKind : uint32_t { kChangeRename = 1, kChangeLink, kChangeUnlink, kChangeMakeFolder };
struct ChangeRequest {
  uint32_t kind, mode; ///< mode: of mkdir(2)
  uint32_t firstBytes, reserved; ///< of the first path; the second one is the rest
};
/// Every way into the kernel, counted where it is taken and by what it was.
struct EntryCounts {
  uint64_t calls;
  uint64_t vectors[256]; ///< exceptions below 32 (2: NMI), interrupts from there on
};
enum CoreRole : uint32_t { kCoreOfKernel = 0, kCoreOfProgram = 1, kCoreOfTasks = 2 };
constexpr unsigned kNodesReported = 8;
struct CoreReport {
  uint32_t index, role, node, reserved;
  uint64_t tasks;                  ///< messages that were run to their end here, whichever that was
  uint64_t frames[kNodesReported]; ///< that the core was given, by their node
  EntryCounts inTasks, other;      ///< while a task ran, and the rest
};
struct ProgressReport {
  uint64_t tasks, bytesIn, bytesOut; ///< so far, as the program counts them
  uint64_t loop;                     ///< cleave_counters::loop
  uint32_t workers, running;         ///< task cores, and how many of them are at a task
};
struct EndReport {
  uint32_t isSignal, number;       ///< how the program ended
  uint32_t hasFailed;              ///< a task failed: the control area says which
  uint32_t workers;                ///< task cores
  uint64_t programNs, wallNs;      ///< what the program's core was busy; since the program's start
  uint64_t freeAtStart, freeAtEnd; ///< frames, with no task loaded
  uint64_t startNs;                ///< from the kernel's first instruction in C++ to the program's first
};

} // namespace cleave

#endif
