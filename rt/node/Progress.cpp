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

ProgressFigures progressOf(const cleave_control &constControl, uint32_t running) {
  auto *control = const_cast<cleave_control *>(&constControl);
  ProgressFigures figures;
  for (uint32_t i = 0; i != control->kind_count; ++i) {
    const cleave_kind_control &kind = *cleave_control_kind(control, i);
    figures.tasks += read(kind.count);
    figures.bytesIn += read(kind.bytes_in);
    figures.bytesOut += read(kind.bytes_out);
  }
  for (uint32_t i = 0; i != control->slot_count; ++i)
    figures.workers +=
        __atomic_load_n(&cleave_control_slot(control, i)->state, __ATOMIC_RELAXED) == CLEAVE_SLOT_RUNNING;
  figures.workers += __atomic_load_n(&control->local_workers, __ATOMIC_RELAXED);
  figures.running = running;
  for (const uint8_t &isRunning : control->local_running)
    figures.running += __atomic_load_n(&isRunning, __ATOMIC_RELAXED) != 0;
  return figures;
}

Progress::Progress(bool isWanted)
    : isWanted(isWanted && isTerminalForLines()), startNs(monotonicNs()), nextNs(startNs + firstNs) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (isOnScreen && isInForeground())
    writeToTerminal("\r\x1b[K");
  isOnScreen = false;
}

int Progress::waitMs() const {
  if (!isWanted)
    return -1;
  uint64_t now = monotonicNs();
  return now >= nextNs ? 0 : static_cast<int>((nextNs - now) / 1'000'000 + 1);
}

bool Progress::isDue() const { return isWanted && monotonicNs() >= nextNs; }

void Progress::write(const ProgressFigures &figures) {
  uint64_t now = monotonicNs();
  nextNs = now + intervalNs;
  if (!isInForeground())
    return;
  std::string line =
      fmt::format("cleave: {} done, {} of {} busy, {} there, {} back, {} s", counted(figures.tasks, "task"),
                  std::min(figures.running, figures.workers), counted(figures.workers, "worker"), readableBytes(figures.bytesIn),
                  readableBytes(figures.bytesOut), (now - startNs) / 1'000'000'000);
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) // a line that wraps cannot be taken back
    line.resize(std::min<size_t>(line.size(), size.ws_col - 1u));
  writeToTerminal("\r" + line + "\x1b[K\r");
  isOnScreen = true;
}

} // namespace cleave
