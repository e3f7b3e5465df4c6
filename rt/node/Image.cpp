// Image.cpp - see Image.h. The disk holds GRUB, the kernel's image (the same as `cleave run --mode=kernel` starts) and
// a boot module; grub-mkrescue makes it startable from a CD and from a USB stick. On such a machine there is no
// launcher: the program's output goes to the first serial port, and it has no input and no environment.
#include "Image.h"
#include "Bundle.h"
#include "Descriptor.h"
#include "KernelMachine.h"
#include "KernelModule.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace cleave {

namespace {

constexpr const char *kMaker = "grub-mkrescue";
constexpr const char *kMenu = "set timeout=0\nset default=0\n"
                              "menuentry \"cleave\" {\n  multiboot2 /boot/kernel\n  module2 /boot/module\n  boot\n}\n";

/// A folder that is gone with this object.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::error_code ignored;
    std::string pattern = (std::filesystem::temp_directory_path(ignored) / "cleave-image-XXXXXX").string();
    if (mkdtemp(pattern.data()))
      path = pattern;
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path.empty())
      std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

bool writeFile(const std::filesystem::path &path, std::string_view content) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  return file.good();
}

/// What the maker says is shown only if it fails.
Problem makeDisk(const std::string &folder, const std::string &output, const std::string &log) {
  pid_t pid = fork();
  if (pid == 0) {
    int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    execlp(kMaker, kMaker, "-o", output.c_str(), folder.c_str(), static_cast<char *>(nullptr));
    _exit(127);
  }
  int status = 0;
  if (pid < 0 || (waitpid(pid, &status, 0) < 0))
    return fmt::format("{} cannot be run: {}", kMaker, std::strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return std::nullopt;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    return fmt::format("{} is not there; Debian has it in grub-common, and it needs grub-pc-bin, xorriso and mtools",
                       kMaker);
  std::ifstream said(log);
  std::string last;
  for (std::string line; std::getline(said, line);)
    last = line.empty() ? last : line;
  return fmt::format("{} fails: {}", kMaker, last);
}

Problem makeImage(const ImageOptions &options, const Bundle &bundle) {
  KernelPlan plan;
  plan.arguments = options.command;
  plan.hasClock = false;
  TemporaryFolder folder;
  auto boot = folder.path / "disk" / "boot";
  if (folder.path.empty() || !writeFile(boot / "kernel", kernelImage()) ||
      !writeFile(boot / "module", makeKernelModule(bundle, plan)) || !writeFile(boot / "grub" / "grub.cfg", kMenu))
    return fmt::format("the disk's files cannot be written: {}", std::strerror(errno));
  return makeDisk((folder.path / "disk").string(), options.output, (folder.path / "log").string());
}

} // namespace

int imageCommand(const ImageOptions &options) {
  auto complain = [](int status, const std::string &message) {
    fmt::print(stderr, "cleave: {}\n", message);
    return status;
  };
  auto opened = openBundle(options.command[0]);
  if (auto *error = std::get_if<BundleError>(&opened))
    return complain(2, error->message);
  if (Problem problem = makeImage(options, std::get<Bundle>(opened)))
    return complain(1, *problem);
  return 0;
}

} // namespace cleave
