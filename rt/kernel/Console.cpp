// Console.cpp - the first serial port, polled. It is what a real machine without a launcher has to show the program's
// output on, and where a panic goes in any case.
#include "Console.h"
#include "Machine.h"

namespace cleave {

namespace {

constexpr uint16_t kPort = 0x3f8, kExitPort = 0x501;
constexpr uint8_t kCanSend = 0x20;

SpinLock lock;
bool isThere;

void send(char character) {
  if (!isThere)
    return;
  for (unsigned tries = 0; !(in8(kPort + 5) & kCanSend) && tries != 100000; ++tries)
    relax();
  out8(kPort, static_cast<uint8_t>(character));
}

} // namespace

Text::Text(const char *words) : address(words), bytes(0) {
  while (words[bytes])
    ++bytes;
}

void startConsole() {
  out8(kPort + 1, 0);    // no interrupts
  out8(kPort + 3, 0x80); // the divisor's turn: 115200 baud
  out8(kPort + 0, 1);
  out8(kPort + 1, 0);
  out8(kPort + 3, 3); // 8 bits, no parity
  out8(kPort + 2, 0xc7);
  out8(kPort + 4, 3);
  isThere = in8(kPort + 5) != 0xff;
}

void print(Text text) {
  for (uint64_t i = 0; i != text.bytes; ++i) {
    if (text.address[i] == '\n')
      send('\r');
    send(text.address[i]);
  }
}

void print(uint64_t number) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number);
  while (count)
    send(digits[--count]);
}

void print(Hex number) {
  print("0x");
  bool isBegun = false;
  for (int shift = 60; shift >= 0; shift -= 4) {
    unsigned digit = number.value >> shift & 15;
    isBegun |= digit != 0 || shift == 0;
    if (isBegun)
      send("0123456789abcdef"[digit]);
  }
}

ConsoleLine::ConsoleLine() { lock.lock(); }
ConsoleLine::~ConsoleLine() {
  print("\n");
  lock.unlock();
}

void endMachine(uint8_t status) {
  out8(kExitPort, status);
  stopForEver();
}

void panicAt(const char *file, unsigned line, const char *why, uint64_t saw) {
  // No lock: whoever holds it may be what broke.
  print("\nkernel panic: ", why, " (", Hex{saw}, "), at ", file, ":", uint64_t{line}, "\n");
  endMachine(0x7f);
}

} // namespace cleave
