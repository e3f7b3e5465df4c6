// opens.cpp - opens one path in every way that a program may, and says what it saw.
//
//     opens PATH
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

static std::uint64_t mixed(const std::string &text) {
  std::uint64_t state = 1469598103934665603u;
  for (const char c : text)
    state = (state ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return state;
}

static void say(const char *how, const std::string &text) {
  std::printf("%s %zu %llx\n", how, text.size(), static_cast<unsigned long long>(mixed(text)));
}

static std::string byStream(const char *path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

static std::string byFile(const char *path, const char *mode) {
  std::string text;
  std::FILE *file = std::fopen(path, mode);
  for (int c; file && (c = std::fgetc(file)) != EOF;)
    text += static_cast<char>(c);
  if (file)
    std::fclose(file);
  return text;
}

static std::string byMapping(int file) {
  struct stat status;
  if (file < 0 || fstat(file, &status) || !status.st_size)
    return "";
  void *data = mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  return std::string(static_cast<const char *>(data), static_cast<std::size_t>(status.st_size));
}

int main(int argc, char **argv) {
  if (argc < 2)
    return 2;
  const char *path = argv[1];
  const int first = open(path, O_RDONLY), second = open(path, O_RDONLY | O_CLOEXEC);
  std::printf("descriptors %d %d, close-on-exec %d %d\n", first, second, fcntl(first, F_GETFD), fcntl(second, F_GETFD));
  say("open", byMapping(first));
  say("openat", byMapping(openat(AT_FDCWD, path, O_RDONLY)));
  say("ifstream", byStream(path));
  say("fopen", byFile(path, "r"));
  say("fopen e", byFile(path, "re"));
  say("fopen c", byFile(path, "rc"));
  struct stat status;
  std::printf("stat %d", stat(path, &status));
  std::printf(" %lld, access %d\n", static_cast<long long>(status.st_size), access(path, R_OK));
  std::printf("file_size %ju, exists %d, regular %d\n", std::filesystem::file_size(path), std::filesystem::exists(path),
              std::filesystem::is_regular_file(path));
  std::printf("position %ld, write through it %zd\n", static_cast<long>(lseek(second, 0, SEEK_CUR)), write(second, "x", 1));
  std::thread([&] { say("thread", byStream(path)); }).join();
  std::fflush(stdout);
  if (const pid_t child = fork()) {
    int end = 0;
    waitpid(child, &end, 0);
  } else {
    say("child", byStream(path));
    std::fflush(stdout);
    _exit(0);
  }
  const std::string other = std::string(path) + ".not-there";
  std::printf("another %d, stat %d\n", open(other.c_str(), O_RDONLY), stat(other.c_str(), &status));
}
