// Failure.cpp - see Failure.h.
#include "Failure.h"
#include "../worker/Setup.h"
#include "Bundle.h"

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstring>
#include <fmt/format.h>

namespace cleave {

std::string readableSize(uint64_t bytes) {
  static constexpr const char *units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  unsigned unit = 0;
  for (; value >= 1024 && unit != 4; ++unit)
    value /= 1024;
  return unit ? fmt::format("{:.1f} {}", value, units[unit]) : fmt::format("{} bytes", bytes);
}

/// What a person may do next. A bug of the program is met again there, where its tools are.
static constexpr const char *kInTheProgram =
    "; with --mode=serial the program does it itself, and a debugger stops there";
static constexpr const char *kWithoutTasks = "; --mode=check tells more, --mode=serial does without tasks";

static std::string describeSignal(uint32_t signal) {
  const char *text = sigdescr_np(static_cast<int>(signal));
  if (!text)
    return fmt::format("signal {}", signal);
  std::string name = text;
  name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return signal == SIGKILL ? name + "; the machine may be short of memory: try fewer --workers" : name + kInTheProgram;
}

static const char *describeStep(uint32_t step) {
  switch (static_cast<SetupStep>(step)) {
  case SetupStep::None:
    return "its process could not be made";
  case SetupStep::Elf:
    return "its binary is not one that a node can load; compile the program again";
  case SetupStep::Heap:
  case SetupStep::Stack:
  case SetupStep::Partition:
    return "its memory could not be reserved; a smaller --task-memory may help";
  case SetupStep::Listener:
    return "its jail could not be set up; another seccomp supervisor may be around this process, and --mode=workers "
           "needs no jail";
  default:
    return "its jail could not be set up; --mode=workers needs none";
  }
}

static std::string describeSetup(uint32_t detail) {
  std::string text = describeStep(detail >> 16);
  if (int error = static_cast<int>(detail & 0xffff))
    text += fmt::format(" ({})", std::strerror(error));
  return text;
}

/// A task's own words: one line, printable.
static std::string ownWords(const cleave_failure &failure) {
  std::string text(failure.text, std::min<uint64_t>(failure.text_bytes, sizeof failure.text));
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  for (char &character : text)
    if (static_cast<unsigned char>(character) < 0x20)
      character = ' ';
  return text.empty() ? "" : ": " + text;
}

std::string describeFailure(const cleave_failure &failure, const BundledTask *task, uint64_t memoryBytes) {
  std::string who = task ? fmt::format("task '{}' ({}:{})", task->name, task->file, task->line) : "a task";
  switch (failure.cause) {
  case CLEAVE_CAUSE_SIGNAL:
    return fmt::format("{} was killed: {}", who, describeSignal(failure.detail));
  case CLEAVE_CAUSE_JAIL:
    return fmt::format("{} was killed: it made a system call that its jail forbids{}", who, kWithoutTasks);
  case CLEAVE_CAUSE_MEMORY:
    return fmt::format("{} asked for {} with a limit of {}; raise it with --task-memory", who,
                       readableSize(failure.bytes), readableSize(memoryBytes));
  case CLEAVE_CAUSE_SETUP:
    return fmt::format("{} could not be started: {}", who, describeSetup(failure.detail));
  case CLEAVE_CAUSE_PANIC:
    return fmt::format("{} gave up{}{}", who, ownWords(failure), kWithoutTasks);
  case CLEAVE_CAUSE_OUTPUT:
    return fmt::format("{} gave a result that cannot be read{}{}", who, ownWords(failure), kWithoutTasks);
  case CLEAVE_CAUSE_EXIT:
    return fmt::format("{} ended its process with status {}{}", who, failure.detail, kWithoutTasks);
  default:
    return fmt::format("{} failed{}{}", who, ownWords(failure), kWithoutTasks);
  }
}

} // namespace cleave
