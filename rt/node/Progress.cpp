// Progress.cpp - see Progress.h.
//
// Nothing is shown where it could be mistaken for the program's output, or get in its way: if stderr is no terminal, if
// stdout is one (then the program writes there itself; --progress says that it does not matter), if this process is in
// the terminal's background, in the first second, and more often than five times a second. The cursor is left at the
// line's start, so what the program writes to the terminal takes the line's place.
//
// HOW LONG IT STILL TAKES is said of a loop alone, since a program finds its work as it goes. The rate is that of all
// the time in which the loop was watched, a second at least and a hundredth of the loop. Where iterations differ it is
// off by as much as they do.
//
// The numbers are the root's, read while it counts; each is one aligned word, so none is torn.
#include "Progress.h"
#include "Memory.h"
#include "Readable.h"
#include "Run.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cleave {

static constexpr uint64_t firstNs = 1'000'000'000, intervalNs = 200'000'000;

static bool isTerminalForLines(bool isApart) {
  const char *kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) && !(isApart && isatty(STDOUT_FILENO)) && kind && std::string_view(kind) != "dumb";
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
    figures.found += read(kind.found);
    figures.bytesIn += read(kind.bytes_in);
    figures.bytesOut += read(kind.bytes_out);
  }
  for (uint32_t i = 0; i != control->slot_count; ++i)
    figures.workers +=
        __atomic_load_n(&cleave_control_slot(control, i)->state, __ATOMIC_RELAXED) == CLEAVE_SLOT_RUNNING;
  figures.workers += __atomic_load_n(&control->local_workers, __ATOMIC_RELAXED);
  figures.loop = read(control->counters.loop);
  figures.running = running;
  for (const uint8_t &isRunning : control->local_running)
    figures.running += __atomic_load_n(&isRunning, __ATOMIC_RELAXED) != 0;
  return figures;
}

ProgressWish progressWish(const RunOptions &options) {
  return options.isQuiet ? ProgressWish::No : options.wantsProgress ? ProgressWish::Always : ProgressWish::IfApart;
}

/// For the eye, which reads it again a fifth of a second later.
static std::string roughTime(double seconds) {
  if (seconds < 99.5)
    return fmt::format("{:.0f} s", seconds);
  if (seconds < 99.5 * 60)
    return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.0f} h", seconds / 3600);
}

std::string LoopWatch::look(uint64_t loop, uint64_t nowNs) {
  constexpr double kLeastSeconds = 1, kLeastPart = 0.01;
  double part = static_cast<double>(loop & UINT32_MAX) / double{CLEAVE_LOOP_WHOLE};
  if (loop >> 32 != number) {
    number = static_cast<uint32_t>(loop >> 32);
    firstNs = nowNs;
    firstPart = part;
  }
  double seconds = static_cast<double>(nowNs - firstNs) / 1e9, gained = part - firstPart;
  if (!number || seconds < kLeastSeconds)
    return {};
  std::string text = fmt::format("loop {:.0f} %", part * 100);
  if (gained >= kLeastPart && part < 1)
    text += fmt::format(", about {} left", roughTime((1 - part) * seconds / gained));
  return text;
}

Progress::Progress(ProgressWish wish)
    : isWanted(wish != ProgressWish::No && isTerminalForLines(wish != ProgressWish::Always)), startNs(monotonicNs()),
      nextNs(startNs + firstNs) {}

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
  std::string line = fmt::format("cleave: {}, {} done", roughTime(static_cast<double>(now - startNs) / 1e9),
                                 counted(figures.tasks, "task"));
  auto add = [&](const std::string &part) { line += ", " + part; };
  if (figures.found)
    add(fmt::format("{} found", figures.found));
  add(fmt::format("{} of {} busy", std::min(figures.running, figures.workers), figures.workers));
  if (std::string text = watch.look(figures.loop, now); !text.empty())
    add(text);
  if (figures.bytesIn || figures.bytesOut)
    add(fmt::format("{} there, {} back", readableBytes(figures.bytesIn), readableBytes(figures.bytesOut)));
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) // a line that wraps cannot be taken back
    line.resize(std::min<size_t>(line.size(), size.ws_col - 1u));
  writeToTerminal("\r" + line + "\x1b[K\r");
  isOnScreen = true;
}

} // namespace cleave
