// OutputFile.cpp - see OutputFile.h. A file is written beside its place under another name and renamed. What is there
// and not a regular file (/dev/stderr, a pipe) is written to directly.
#include "OutputFile.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace cleave {

static Problem cannotWrite(const std::string &path) {
  return fmt::format("cannot write {}: {}", path, std::strerror(errno));
}

static bool isSpecial(const std::string &path) {
  struct stat status;
  return !stat(path.c_str(), &status) && !S_ISREG(status.st_mode);
}

static std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Problem checkWritable(const std::string &path) {
  struct stat status;
  bool isThere = !stat(path.c_str(), &status);
  if (isThere && S_ISDIR(status.st_mode))
    errno = EISDIR;
  // A file that may not be written is not replaced either, even where its folder would allow it.
  else if ((!isThere || !access(path.c_str(), W_OK)) && (isSpecial(path) || !access(folderOf(path).c_str(), W_OK)))
    return std::nullopt;
  return cannotWrite(path);
}

static bool writeAll(int file, std::string_view content) {
  size_t done = 0;
  while (done != content.size()) {
    ssize_t written = write(file, content.data() + done, content.size() - done);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

static bool writePieces(int file, const PieceSource &source) {
  for (std::string piece; source(piece); piece.clear())
    if (!writeAll(file, piece))
      return false;
  return true;
}

Problem writeOutputFile(const std::string &path, std::string_view content) {
  bool isDone = false;
  return writeOutputFile(path, [&](std::string &piece) {
    piece = content;
    return !std::exchange(isDone, true);
  });
}

Problem writeOutputFile(const std::string &path, const PieceSource &source) {
  if (isSpecial(path)) {
    Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file && writePieces(file.get(), source) ? Problem() : cannotWrite(path);
  }
  std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
  Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file)
    return cannotWrite(path);
  // Some file systems find out that there is no room only here.
  if (writePieces(file.get(), source) && !fsync(file.get()) && !rename(temporary.c_str(), path.c_str()))
    return std::nullopt;
  Problem problem = cannotWrite(path);
  unlink(temporary.c_str());
  return problem;
}

} // namespace cleave
