// RootProcess.cpp - see RootProcess.h.
//
// The program must not be able to tell that it was cut. It is executed from memory with the arguments, the environment,
// the descriptors and the signal dispositions that a plain build would have been started with; what its run time needs
// from the node has high descriptor numbers, so that its own first open() still answers 3, and one environment
// variable at the end, which the run time takes out before main.
#include "RootProcess.h"
#include "Memory.h"

#include "cleave/agent.h"
#include "cleave/exchange.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char **environ;

namespace cleave {

/// First of the numbers that the program's run time finds its descriptors at, if the limit admits it.
static constexpr int kHighDescriptor = 900;

static int highDescriptor() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > static_cast<rlim_t>(kHighDescriptor + 64))
    return kHighDescriptor;
  return static_cast<int>(limit.rlim_cur / 2);
}

static std::vector<char *> pointersTo(const std::vector<std::string> &texts) {
  std::vector<char *> pointers;
  for (const std::string &text : texts)
    pointers.push_back(const_cast<char *>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

static void executeMemory(int program, char *const *arguments, char *const *environment) {
  syscall(SYS_execveat, program, "", arguments, environment, AT_EMPTY_PATH);
}

Problem executeRoot(const RootCommand &command) {
  Descriptor program = makeMemoryFile("cleave-program", command.elf);
  if (program)
    executeMemory(program.get(), pointersTo(command.arguments).data(), environ);
  return fmt::format("the program cannot be executed: {}", std::strerror(errno));
}

/// What is the node's own of the environment, and was meant for a program before this one.
static bool isOurs(const char *variable) {
  return !std::strncmp(variable, CLEAVE_NODE_VARIABLE "=", sizeof CLEAVE_NODE_VARIABLE) ||
         !std::strncmp(variable, CLEAVE_AGENT_VARIABLE "=", sizeof CLEAVE_AGENT_VARIABLE);
}

/// In the child.
[[noreturn]] static void failToStart(const char *what) {
  dprintf(STDERR_FILENO, "cleave: the program cannot be executed: %s: %s\n", what, std::strerror(errno));
  _exit(126);
}

/// A copy with a high number, which the program inherits.
static int highCopy(int descriptor) {
  int copy = fcntl(descriptor, F_DUPFD, highDescriptor());
  if (copy < 0)
    failToStart("no free descriptor");
  return copy;
}

[[noreturn]] static void becomeRoot(const RootCommand &command, const RootDescriptors *descriptors,
                                    const InheritedSignals &signals, pid_t node) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != node)
    _exit(126);
  std::vector<std::string> variables;
  for (char **variable = environ; *variable; ++variable)
    if (!isOurs(*variable))
      variables.push_back(*variable);
  if (descriptors) {
    std::string value = fmt::format(CLEAVE_NODE_VARIABLE "={}", CLEAVE_EXCHANGE_VERSION);
    for (int number : {descriptors->control, descriptors->exchange, descriptors->arena, descriptors->event})
      value += fmt::format(":{}", highCopy(number));
    variables.push_back(value);
  }
  if (command.agent >= 0)
    variables.push_back(fmt::format(CLEAVE_AGENT_VARIABLE "={}:{}", CLEAVE_AGENT_VERSION, highCopy(command.agent)));
  Descriptor program = makeMemoryFile("cleave-program", command.elf);
  if (!program)
    failToStart("no memory for it");
  sigaction(SIGCHLD, &signals.onChildEnd, nullptr);
  sigprocmask(SIG_SETMASK, &signals.mask, nullptr);
  executeMemory(program.get(), pointersTo(command.arguments).data(), pointersTo(variables).data());
  failToStart("exec");
}

pid_t startRoot(const RootCommand &command, const RootDescriptors *descriptors, const InheritedSignals &signals) {
  pid_t node = getpid();
  pid_t pid = fork();
  if (pid == 0)
    becomeRoot(command, descriptors, signals, node);
  return pid;
}

static double seconds(const timeval &time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

RootEnd reapRoot(pid_t pid) {
  RootEnd end;
  rusage usage = {};
  while (wait4(pid, &end.status, 0, &usage) < 0 && errno == EINTR) {
  }
  end.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return end;
}

void endAs(int status) {
  if (!WIFSIGNALED(status))
    _exit(WEXITSTATUS(status));
  // The program has dumped its core, if it was to; this process is not worth another.
  rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  int signal = WTERMSIG(status);
  std::signal(signal, SIG_DFL);
  sigset_t all;
  sigemptyset(&all);
  sigaddset(&all, signal);
  kill(getpid(), signal);
  sigprocmask(SIG_UNBLOCK, &all, nullptr);
  _exit(128 + signal);
}

} // namespace cleave
