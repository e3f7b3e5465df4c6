// KernelRun.cpp - see KernelRun.h. This process is what lies outside for the kernel: it prints what the program prints,
// reads its input for it, and resolves names that the machine does not hold, which here are files. The messages are
// described in rt/kernel/RootInterface.h.
#include "KernelRun.h"
#include "../kernel/RootInterface.h"
#include "KernelMachine.h"
#include "Progress.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

extern char **environ;

namespace cleave {

namespace {

/// An emulator that cannot run a guest under KVM ends at once or hangs; one that can has the kernel up long before.
constexpr int kHelloMilliseconds = 3000, kEmulatedHelloMilliseconds = 60000;
constexpr int kLookMilliseconds = 500;

class Session {
public:
  /// `store`: the folder of a store, whose files are used when they are read; or empty.
  Session(KernelMachine &machine, Progress &progress, std::string store, KernelRun &run)
      : machine(machine), progress(progress), store(std::move(store)), run(run) {}

  /// False: the machine ended, or kept silent for too long.
  bool waitForHello(int milliseconds);
  /// Serves messages until the last one; false: the machine ended before it.
  bool serve();

private:
  bool receive(void *to, size_t bytes);
  void send(const void *bytes, size_t count);
  void answer(uint32_t error, uint32_t number = 0, std::string_view content = {});
  bool handle(const MessageHeader &header, std::string_view content);
  void readInput(std::string_view content);
  void openObject(std::string_view path);
  void createObject(std::string_view content);
  void append(std::string_view content);
  void closeObject(std::string_view content);
  void change(std::string_view content);
  void takeProgress(std::string_view content);
  void takeCore(std::string_view content);
  void end(std::string_view content);

  KernelMachine &machine;
  Progress &progress;
  std::string store;
  ProgressFigures figures; ///< what the kernel has told last
  KernelRun &run;
  std::string controlBytes;
  std::vector<Descriptor> created;
  std::vector<int> errors; ///< of `created`: the first write that failed
};

/// An emulator whose guest does not run says so on its console, and then waits for a person.
bool hasStopped(const KernelMachine &machine) {
  return machine.isAccelerated() && machine.log().find("KVM internal error") != std::string::npos;
}

bool Session::receive(void *to, size_t bytes) {
  auto *at = static_cast<char *>(to);
  while (bytes) {
    pollfd ready = {machine.channel(), POLLIN, 0};
    auto waitMs = [&] { return progress.isOn() ? std::min(progress.waitMs(), kLookMilliseconds) : kLookMilliseconds; };
    while (poll(&ready, 1, waitMs()) == 0) {
      if (hasStopped(machine))
        return false;
      progress.show([&] { return figures; });
    }
    ssize_t count = recv(machine.channel(), at, bytes, 0);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    at += count;
    bytes -= static_cast<size_t>(count);
  }
  return true;
}

void Session::send(const void *bytes, size_t count) {
  auto *at = static_cast<const char *>(bytes);
  while (count) {
    ssize_t sent = ::send(machine.channel(), at, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent <= 0)
      return; // the machine has ended; receive() will say so
    at += sent;
    count -= static_cast<size_t>(sent);
  }
}

bool writeAll(int file, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void Session::answer(uint32_t error, uint32_t number, std::string_view content) {
  ObjectAnswer header = {error, number, content.size()};
  send(&header, sizeof header);
  send(content.data(), content.size());
}

template <typename T> bool take(std::string_view &content, T &value) {
  if (content.size() < sizeof value)
    return false;
  std::memcpy(&value, content.data(), sizeof value);
  content.remove_prefix(sizeof value);
  return true;
}

void Session::readInput(std::string_view content) {
  uint64_t most = 0;
  take(content, most);
  std::string buffer(std::min<uint64_t>(most, kMessageMax), '\0');
  ssize_t count;
  do
    count = read(STDIN_FILENO, buffer.data(), buffer.size());
  while (count < 0 && errno == EINTR);
  if (count < 0)
    return answer(static_cast<uint32_t>(errno));
  answer(0, 0, {buffer.data(), static_cast<size_t>(count)});
}

void Session::openObject(std::string_view path) {
  Descriptor file(open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status;
  if (!file || fstat(file.get(), &status))
    return answer(static_cast<uint32_t>(errno));
  // An object has an end: a folder is none, and a device might have none.
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
    return answer(S_ISDIR(status.st_mode) ? EISDIR : ENXIO);
  if (!store.empty() && path.starts_with(store + "/objects/"))
    futimens(file.get(), nullptr);
  std::string content;
  for (;;) {
    size_t before = content.size(), step = before ? before : static_cast<size_t>(status.st_size) + 1;
    content.resize(before + step);
    ssize_t count = read(file.get(), content.data() + before, step);
    content.resize(before + static_cast<size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno != EINTR)
      return answer(static_cast<uint32_t>(errno));
    if (count == 0)
      return answer(0, 0, content);
  }
}

void Session::createObject(std::string_view content) {
  CreateRequest request = {};
  take(content, request);
  Descriptor file(open(std::string(content).c_str(), static_cast<int>(request.flags) | O_CLOEXEC, request.mode));
  if (!file)
    return answer(static_cast<uint32_t>(errno));
  auto number = static_cast<uint32_t>(created.size());
  created.push_back(std::move(file));
  errors.push_back(0);
  answer(0, number);
}

void Session::append(std::string_view content) {
  uint32_t number = 0;
  if (take(content, number) && number < created.size() && !writeAll(created[number].get(), content) && !errors[number])
    errors[number] = errno;
}

void Session::closeObject(std::string_view content) {
  uint32_t number = 0;
  if (!take(content, number) || number >= created.size())
    return answer(EBADF);
  created[number].reset();
  answer(static_cast<uint32_t>(errors[number]));
}

void Session::change(std::string_view content) {
  ChangeRequest request = {};
  if (!take(content, request) || request.firstBytes > content.size())
    return answer(EINVAL);
  std::string path(content.substr(0, request.firstBytes)), other(content.substr(request.firstBytes));
  auto attempt = [&] {
    switch (request.kind) {
    case kChangeRename:
      return rename(path.c_str(), other.c_str());
    case kChangeLink:
      return link(path.c_str(), other.c_str());
    case kChangeUnlink:
      return unlink(path.c_str());
    case kChangeMakeFolder:
      return mkdir(path.c_str(), request.mode);
    default:
      errno = ENOSYS;
      return -1;
    }
  };
  answer(attempt() ? static_cast<uint32_t>(errno) : 0);
}

void Session::takeProgress(std::string_view content) {
  ProgressReport report;
  if (take(content, report))
    figures = {.tasks = report.tasks,
               .bytesIn = report.bytesIn,
               .bytesOut = report.bytesOut,
               .loop = report.loop,
               .running = report.running,
               .workers = report.workers};
}

void Session::takeCore(std::string_view content) {
  CoreReport report;
  if (take(content, report))
    run.figures.cores.push_back(report);
}

void Session::end(std::string_view content) {
  EndReport report = {};
  take(content, report);
  run.hasFailed = report.hasFailed;
  run.status = report.isSignal ? static_cast<int>(report.number & 0x7f) : static_cast<int>((report.number & 0xff) << 8);
  run.workers = report.workers;
  run.wallSeconds = static_cast<double>(report.wallNs) / 1e9;
  run.programSeconds = static_cast<double>(report.programNs) / 1e9;
  run.figures.startSeconds = static_cast<double>(report.startNs) / 1e9;
  run.figures.freeAtStart = report.freeAtStart;
  run.figures.freeAtEnd = report.freeAtEnd;
  run.controlWords.resize(controlBytes.size() / sizeof(uint64_t));
  std::memcpy(run.controlWords.data(), controlBytes.data(), run.controlWords.size() * sizeof(uint64_t));
  // Of the trace no more was sent than the program has filled.
  if (cleave_control *control = run.control(); controlBytes.size() >= sizeof *control) {
    uint64_t bytes = controlBytes.size() - std::min<uint64_t>(control->trace_offset, controlBytes.size());
    control->trace_capacity = std::min(control->trace_capacity, bytes / sizeof(cleave_trace_event));
  }
  controlBytes = {};
}

/// False: that was the last message.
bool Session::handle(const MessageHeader &header, std::string_view content) {
  switch (header.type) {
  case kMessageOutput:
    writeAll(STDOUT_FILENO, content);
    break;
  case kMessageError:
    progress.clear();
    writeAll(STDERR_FILENO, content);
    break;
  case kMessageInput:
    readInput(content);
    break;
  case kMessageOpen:
    openObject(content);
    break;
  case kMessageCreate:
    createObject(content);
    break;
  case kMessageAppend:
    append(content);
    break;
  case kMessageClose:
    closeObject(content);
    break;
  case kMessageChange:
    change(content);
    break;
  case kMessageControl:
    controlBytes += content;
    break;
  case kMessageProgress:
    takeProgress(content);
    break;
  case kMessageCore:
    takeCore(content);
    break;
  case kMessageEnd:
    end(content);
    return false;
  default:
    break;
  }
  return true;
}

bool Session::waitForHello(int milliseconds) {
  pollfd ready[2] = {{machine.channel(), POLLIN, 0}, {machine.processDescriptor(), POLLIN, 0}};
  int count = 0;
  constexpr int kStepMilliseconds = 20;
  for (int waited = 0; !count && waited < milliseconds; waited += kStepMilliseconds) {
    if (hasStopped(machine))
      return false;
    count = poll(ready, 2, kStepMilliseconds);
  }
  if (count <= 0 || !(ready[0].revents & POLLIN))
    return false;
  MessageHeader header;
  uint32_t version;
  return receive(&header, sizeof header) && header.type == kMessageHello && header.bytes == sizeof version &&
         receive(&version, sizeof version) && version == kChannelVersion;
}

bool Session::serve() {
  MessageHeader header;
  std::string content;
  do {
    if (!receive(&header, sizeof header) || header.bytes > (1 << 20))
      return false;
    content.resize(header.bytes);
    if (!receive(content.data(), content.size()))
      return false;
  } while (handle(header, content));
  return true;
}

bool mayUseKvm() {
  Descriptor device(open("/dev/kvm", O_RDWR | O_CLOEXEC));
  return static_cast<bool>(device);
}

/// One line for a person, of what may be many.
std::string lastWords(const KernelMachine &machine) {
  std::string text = machine.log();
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  size_t line = text.rfind('\n');
  return line == std::string::npos ? text : text.substr(line + 1);
}

KernelPlan planOf(const RunOptions &options, const cleave_store &store, const uint8_t *tenantKey, bool showsProgress) {
  constexpr uint64_t kProgressNs = 200'000'000;
  KernelPlan plan;
  plan.arguments = options.command;
  for (char **variable = environ; *variable; ++variable)
    if (std::strncmp(*variable, CLEAVE_NODE_VARIABLE "=", sizeof CLEAVE_NODE_VARIABLE))
      plan.environment.push_back(*variable);
  plan.isTraced = !options.tracePath.empty();
  plan.progressNs = showsProgress ? kProgressNs : 0;
  plan.taskMemoryBytes = options.taskMemory;
  plan.taskLimitNs = options.taskSeconds * 1000000000u;
  plan.store = store;
  plan.tenantKey = tenantKey;
  return plan;
}

uint64_t memoryFor(const RunOptions &options) {
  constexpr uint64_t kMiB = 1 << 20, kLeast = 256 * kMiB, kMost = uint64_t{64} << 30;
  uint64_t wanted = options.kernelMemory ? options.kernelMemory : readMachineMemory().ramBytes / 2;
  return std::clamp(wanted, kLeast, kMost) & ~(kMiB - 1);
}

Problem writeLog(const std::string &path, const KernelMachine &machine) {
  if (path.empty())
    return std::nullopt;
  Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file || !writeAll(file.get(), machine.log()))
    return fmt::format("cannot write {}: {}", path, std::strerror(errno));
  return std::nullopt;
}

} // namespace

uint64_t kernelKeptBytes(const RunOptions &options) { return memoryFor(options) / 8; }

Problem runUnderKernel(const RunOptions &options, const Bundle &bundle, const cleave_store &store, const uint8_t *tenantKey,
                       KernelRun &run) {
  MachinePlan plan;
  uint32_t workers = options.workers ? options.workers : countCpus();
  plan.cpus = std::min<uint32_t>(workers, 120) + 1;
  plan.memoryBytes = memoryFor(options);
  Progress progress(progressWish(options));
  plan.module = makeKernelModule(bundle, planOf(options, store, tenantKey, progress.isOn()));
  plan.isAccelerated = !options.isEmulated && mayUseKvm();
  KernelMachine machine;
  Session session(machine, progress, store.kind == CLEAVE_STORE_FOLDER ? store.path : "", run);
  if (Problem problem = machine.start(plan))
    return problem;
  if (plan.isAccelerated && !session.waitForHello(kHelloMilliseconds)) {
    fmt::print(stderr, "cleave: KVM does not run the node kernel here; it is emulated, which is slower\n");
    plan.isAccelerated = false;
    if (Problem problem = machine.start(plan))
      return problem;
  }
  if (!plan.isAccelerated && !session.waitForHello(kEmulatedHelloMilliseconds)) {
    machine.waitForEnd(1000);
    std::string words = lastWords(machine);
    return fmt::format("the node kernel does not start{}",
                       words.empty() ? " (is qemu-system-x86 installed?)" : ": " + words);
  }
  bool hasEnded = session.serve();
  machine.waitForEnd(hasEnded ? 2000 : 1000);
  if (Problem problem = writeLog(options.kernelLogPath, machine))
    return problem;
  if (!hasEnded)
    return fmt::format("the node kernel ended early: {}", lastWords(machine));
  return std::nullopt;
}

} // namespace cleave
