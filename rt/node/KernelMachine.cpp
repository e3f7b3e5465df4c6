// KernelMachine.cpp - see KernelMachine.h.
//
// The machine is QEMU's microvm: no PCI, no firmware to speak of, the kernel is entered directly (PVH). Its devices: a
// serial line for the kernel's own words, a virtio console for the channel, a port that ends it. Image, module and log
// are memory files that QEMU opens as /dev/fd/N, so nothing is left on a disk. The child dies with this process.
#include "KernelMachine.h"
#include "Memory.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern "C" const char cleave_kernel_begin[], cleave_kernel_end[];

namespace cleave {

namespace {

constexpr const char *kEmulator = "qemu-system-x86_64";

/// Where microvm has places for virtio devices, in the words in which it would tell Linux if there were no ACPI. The
/// kernel looks which of them holds one.
std::string transports() {
  constexpr uint64_t kBase = 0xfeb00000, kBytes = 512, kPlaces = 24;
  std::string words;
  for (uint64_t i = 0; i != kPlaces; ++i)
    words += fmt::format("virtio_mmio.device={}@{:#x}:0 ", kBytes, kBase + i * kBytes);
  return words;
}

std::vector<std::string> commandLine(const MachinePlan &plan, int socket, int kernel, int module, int log) {
  auto file = [](int number) { return fmt::format("/dev/fd/{}", number); };
  std::vector<std::string> words = {kEmulator,     "-M",         "microvm",  "-no-user-config",
                                    "-nodefaults", "-no-reboot", "-display", "none"};
  auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  // The CPU that the emulator can do most with; under KVM this machine's own, less what guests cannot be given
  // everywhere.
  if (plan.isAccelerated)
    add({"-accel", "kvm", "-cpu", "host,-arch-capabilities"});
  else
    add({"-accel", "tcg,thread=multi", "-cpu", "max"});
  add({"-smp", fmt::format("{}", plan.cpus), "-m", fmt::format("{}M", plan.memoryBytes >> 20)});
  add({"-chardev", fmt::format("file,id=log,path={}", file(log)), "-serial", "chardev:log"});
  add({"-global", "virtio-mmio.force-legacy=false", "-device", "virtio-serial-device", "-chardev",
       fmt::format("socket,id=channel,fd={}", socket), "-device", "virtserialport,chardev=channel,nr=1"});
  add({"-device", "isa-debug-exit,iobase=0x501,iosize=2", "-kernel", file(kernel), "-initrd", file(module)});
  add({"-append", transports()});
  return words;
}

void keepOpen(int number) { fcntl(number, F_SETFD, 0); }

/// In the child.
[[noreturn]] void becomeEmulator(const std::vector<std::string> &words, std::initializer_list<int> kept, int log,
                                 pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(127);
  // A terminal's signals are this command's affair, which ends the machine if it ends itself.
  setpgid(0, 0);
  int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  for (int number : kept)
    keepOpen(number);
  std::vector<char *> pointers;
  for (const std::string &word : words)
    pointers.push_back(const_cast<char *>(word.c_str()));
  pointers.push_back(nullptr);
  execvp(kEmulator, pointers.data());
  _exit(127);
}

} // namespace

std::string_view kernelImage() {
  return {cleave_kernel_begin, static_cast<size_t>(cleave_kernel_end - cleave_kernel_begin)};
}

KernelMachine::~KernelMachine() { kill(); }

Problem KernelMachine::start(const MachinePlan &plan) {
  kill();
  isByKvm = plan.isAccelerated;
  kernelFile = makeMemoryFile("cleave-kernel", kernelImage());
  moduleFile = makeMemoryFile("cleave-module", plan.module);
  logFile = makeMemoryFile("cleave-kernel-log", "");
  int pair[2];
  if (!kernelFile || !moduleFile || !logFile || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
    return fmt::format("the machine cannot be set up: {}", std::strerror(errno));
  socket = Descriptor(pair[0]);
  Descriptor theirs(pair[1]);
  std::vector<std::string> words = commandLine(plan, theirs.get(), kernelFile.get(), moduleFile.get(), logFile.get());
  pid_t parent = getpid();
  pid = fork();
  if (pid < 0)
    return fmt::format("the machine's process cannot be made: {}", std::strerror(errno));
  if (pid == 0)
    becomeEmulator(words, {theirs.get(), kernelFile.get(), moduleFile.get(), logFile.get()}, logFile.get(), parent);
  process = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process)
    return fmt::format("the machine cannot be watched: {}", std::strerror(errno));
  return std::nullopt;
}

void KernelMachine::kill() {
  if (pid > 0) {
    ::kill(pid, SIGKILL);
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  pid = -1;
  process.reset();
  socket.reset();
}

bool KernelMachine::waitForEnd(int milliseconds) {
  pollfd ended = {process.get(), POLLIN, 0};
  return poll(&ended, 1, milliseconds) == 1;
}

std::string KernelMachine::log() const {
  std::string text;
  char part[4096];
  ssize_t bytes;
  while ((bytes = pread(logFile.get(), part, sizeof part, static_cast<off_t>(text.size()))) > 0)
    text.append(part, static_cast<size_t>(bytes));
  std::erase(text, '\r');
  return text;
}

} // namespace cleave
