// Console.h - the kernel's own words: a serial line, and the end of everything when an invariant is broken.
#ifndef CLEAVE_KERNEL_CONSOLE_H
#define CLEAVE_KERNEL_CONSOLE_H

#include "Result.h"

namespace cleave {

/// Text from memory, with its length.
struct Text {
  const char *address;
  uint64_t bytes;
  Text(const char *words);
  Text(const char *address, uint64_t bytes) : address(address), bytes(bytes) {}
};

struct Hex {
  uint64_t value;
};

void startConsole();
void print(Text text);
void print(uint64_t number);
void print(Hex number);
template <typename First, typename Second, typename... Rest> void print(First first, Second second, Rest... rest) {
  print(first);
  print(second);
  (print(rest), ...);
}
/// A whole line, not mixed with another core's.
template <typename... Parts> void printLine(Parts... parts);

/// Says what happened and where, and ends the machine.
[[noreturn]] void panicAt(const char *file, unsigned line, const char *why, uint64_t saw = 0);
#define PANIC(...) ::cleave::panicAt(__FILE_NAME__, __LINE__, __VA_ARGS__)

/// Ends the machine, in an emulator with a status (QEMU's isa-debug-exit), else by stopping this core for ever.
[[noreturn]] void endMachine(uint8_t status);

class ConsoleLine {
public:
  ConsoleLine();
  ~ConsoleLine();
};

template <typename... Parts> void printLine(Parts... parts) {
  ConsoleLine line;
  print("kernel: ");
  print(parts...);
}

} // namespace cleave

#endif
