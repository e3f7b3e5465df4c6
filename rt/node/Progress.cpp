// Progress.cpp - see Progress.h.
//
// Nothing is shown where it could be mistaken for the program's output, or get in its way: if stderr is no terminal, if
// stdout is one (then the program writes there itself), if this process is in the terminal's background, in the first
// second, and more often than five times a second. The cursor is left at the line's start, so what the program writes
// to the terminal takes the line's place.
//
// The numbers are the root's, read while it counts; each is one aligned word, so none is torn.
#include "Progress.h"
#include "Memory.h"
#include "Readable.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cleave {

static constexpr uint64_t firstNs = 1'000'000'000, intervalNs = 200'000'000;

static bool isTerminalForLines() {
  const char *kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) && kind && std::string_view(kind) != "dumb";
}

static bool isInForeground() { return tcgetpgrp(STDERR_FILENO) == getpgrp(); }

static void writeToTerminal(std::string_view text) {
  // A line that is lost is no loss.
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

static uint64_t read(const uint64_t &counter) { return __atomic_load_n(&counter, __ATOMIC_RELAXED); }

Progress::Progress(const cleave_control *control, bool isWanted)
    : control(isWanted && isTerminalForLines() ? control : nullptr), startNs(monotonicNs()), nextNs(startNs + firstNs) {
}

Progress::~Progress() {
  if (isOnScreen && isInForeground())
    writeToTerminal("\r\x1b[K");
}

int Progress::waitMs() const {
  if (!control)
    return -1;
  uint64_t now = monotonicNs();
  return now >= nextNs ? 0 : static_cast<int>((nextNs - now) / 1'000'000 + 1);
}

void Progress::show() {
  uint64_t now = monotonicNs();
  if (!control || now < nextNs)
    return;
  nextNs = now + intervalNs;
  if (!isInForeground())
    return;
  uint64_t tasks = 0, bytesIn = 0, bytesOut = 0;
  uint32_t workers = 0;
  for (uint32_t i = 0; i != control->kind_count; ++i) {
    const cleave_kind_control &kind = *cleave_control_kind(const_cast<cleave_control *>(control), i);
    tasks += read(kind.count);
    bytesIn += read(kind.bytes_in);
    bytesOut += read(kind.bytes_out);
  }
  for (uint32_t i = 0; i != control->slot_count; ++i) {
    const cleave_slot &slot = *cleave_control_slot(const_cast<cleave_control *>(control), i);
    workers += __atomic_load_n(&slot.state, __ATOMIC_RELAXED) == CLEAVE_SLOT_RUNNING;
  }
  std::string line =
      fmt::format("cleave: {} done, {}, {} there, {} back, {} s", counted(tasks, "task"), counted(workers, "worker"),
                  readableBytes(bytesIn), readableBytes(bytesOut), (now - startNs) / 1'000'000'000);
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) // a line that wraps cannot be taken back
    line.resize(std::min<size_t>(line.size(), size.ws_col - 1u));
  writeToTerminal("\r" + line + "\x1b[K\r");
  isOnScreen = true;
}

} // namespace cleave
