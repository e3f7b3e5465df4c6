// Supervisor.cpp - see Supervisor.h.
//
// One thread, one epoll: the root's process descriptor, the eventfd on which its run time asks for something, signals,
// and what the worker pool watches.
//
// SIGNALS. The program is in this process's group, so what a terminal sends reaches both; it is the program's affair,
// and this process just does not die of it. What somebody sends to this process alone is passed on. How the program
// then ends is how this process ends.
#include "Supervisor.h"
#include "Progress.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

namespace cleave {

namespace {

constexpr int kPassedOn[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM};

enum class Source : uint32_t { Root, Event, Signal, Worker };

uint64_t tag(Source source, WorkerEvent event = {}, uint32_t slot = 0) {
  return static_cast<uint64_t>(source) << 48 | static_cast<uint64_t>(event) << 32 | slot;
}

class Supervisor {
public:
  Supervisor(const RootCommand &command, SharedMemory *memory, ProgressWish wish, bool logsMemory)
      : command(command), memory(memory), progress(memory ? wish : ProgressWish::No), memoryLog(logsMemory) {}

  Problem prepare(TaskSource tasks, MappingLimits limits);
  Problem start();
  SupervisedRun loop();

private:
  bool watch(int descriptor, uint64_t what);
  void passSignalOn();
  bool serveRoot(); ///< false: the run is to end, a task has failed
  void lookAround(); ///< what is to be done now and then
  int waitMs() const;

  const RootCommand &command;
  SharedMemory *memory;
  Progress progress;
  MemoryLog memoryLog;
  std::optional<WorkerPool> pool;
  Descriptor poll, event, signals, rootProcess;
  InheritedSignals inherited;
  pid_t root = -1;
};

bool Supervisor::watch(int descriptor, uint64_t what) {
  epoll_event wanted = {};
  wanted.events = EPOLLIN;
  wanted.data.u64 = what;
  return epoll_ctl(poll.get(), EPOLL_CTL_ADD, descriptor, &wanted) == 0;
}

Problem Supervisor::prepare(TaskSource tasks, MappingLimits limits) {
  poll = Descriptor(epoll_create1(EPOLL_CLOEXEC));
  event = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  sigset_t set;
  sigemptyset(&set);
  for (int signal : kPassedOn)
    sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, &inherited.mask);
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &standard, &inherited.onChildEnd);
  signals = Descriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!poll || !event || !signals || !watch(event.get(), tag(Source::Event)) ||
      !watch(signals.get(), tag(Source::Signal)))
    return fmt::format("the node cannot be set up: {}", std::strerror(errno));
  if (!memory)
    return std::nullopt;
  pool.emplace(*memory, std::move(tasks), limits, [this](int descriptor, WorkerEvent what, uint32_t slot) {
    watch(descriptor, tag(Source::Worker, what, slot));
  });
  return pool->prepare();
}

/// What was open before the node opened anything. The node keeps none of it but stderr: a reader of the program's
/// output must see its end when the program closes it.
std::vector<int> listInherited() {
  std::vector<int> inherited;
  DIR *folder = opendir("/proc/self/fd");
  if (!folder)
    return inherited;
  while (dirent *entry = readdir(folder)) {
    int number = std::atoi(entry->d_name);
    int flags = fcntl(number, F_GETFD);
    if (number > STDERR_FILENO && flags >= 0 && !(flags & FD_CLOEXEC))
      inherited.push_back(number);
  }
  closedir(folder);
  return inherited;
}

} // namespace

void letGoOfStreams() {
  for (int number : listInherited()) // all of the node's own are close-on-exec
    close(number);
  Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int number : {STDIN_FILENO, STDOUT_FILENO})
    if (!null || dup2(null.get(), number) < 0)
      close(number);
}

namespace {

Problem Supervisor::start() {
  RootDescriptors descriptors = {};
  if (memory)
    descriptors = {memory->control.get(), memory->exchange.get(), memory->arena.get(), event.get()};
  root = startRoot(command, memory ? &descriptors : nullptr, inherited);
  if (root < 0)
    return fmt::format("the program's process cannot be made: {}", std::strerror(errno));
  rootProcess = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, root, 0)));
  if (!rootProcess || !watch(rootProcess.get(), tag(Source::Root))) {
    Problem problem = fmt::format("the program cannot be watched: {}", std::strerror(errno));
    kill(root, SIGKILL);
    reapRoot(root);
    return problem;
  }
  letGoOfStreams();
  return std::nullopt;
}

void Supervisor::passSignalOn() {
  signalfd_siginfo info;
  while (read(signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    if (info.ssi_code != SI_KERNEL)
      kill(root, static_cast<int>(info.ssi_signo));
}

bool Supervisor::serveRoot() {
  uint64_t count;
  if (read(event.get(), &count, sizeof count) < 0 || !memory)
    return true;
  if (__atomic_load_n(&memory->header->failure.is_set, __ATOMIC_ACQUIRE))
    return false;
  pool->serveRequests();
  return true;
}

void Supervisor::lookAround() {
  progress.show([&] { return progressOf(*memory->header, pool->countRunning()); });
  int exchange = memory ? memory->exchange.get() : -1, arena = memory ? memory->arena.get() : -1;
  memoryLog.look(root, [&] { return pool ? pool->processes() : std::vector<pid_t>(); }, {exchange, arena});
}

int Supervisor::waitMs() const {
  int first = progress.waitMs(), second = memoryLog.waitMs();
  return first < 0 || second < 0 ? std::max(first, second) : std::min(first, second);
}

SupervisedRun Supervisor::loop() {
  SupervisedRun run;
  for (bool isRunning = true; isRunning;) {
    epoll_event events[32];
    int count = epoll_wait(poll.get(), events, 32, waitMs());
    lookAround();
    for (int i = 0; i < count && isRunning; ++i) {
      uint64_t what = events[i].data.u64;
      switch (static_cast<Source>(what >> 48)) {
      case Source::Root:
        isRunning = false;
        break;
      case Source::Signal:
        passSignalOn();
        break;
      case Source::Event:
        if (!serveRoot()) {
          run.hasFailed = true;
          kill(root, SIGKILL);
          isRunning = false;
        }
        break;
      case Source::Worker:
        pool->handle(static_cast<WorkerEvent>(what >> 32 & 0xffff), static_cast<uint32_t>(what));
        break;
      }
    }
  }
  run.root = reapRoot(root);
  run.memory = memoryLog.takeSamples();
  if (pool)
    pool->killAll();
  return run;
}

} // namespace

std::optional<std::string> supervise(const RootCommand &command, SharedMemory *memory, TaskSource tasks,
                                     MappingLimits limits, ProgressWish wish, bool logsMemory, SupervisedRun &run) {
  Supervisor supervisor(command, memory, wish, logsMemory);
  if (Problem problem = supervisor.prepare(std::move(tasks), limits))
    return problem;
  if (Problem problem = supervisor.start())
    return problem;
  run = supervisor.loop();
  return std::nullopt;
}

} // namespace cleave
