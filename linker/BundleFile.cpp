// BundleFile.cpp - a file that appears at its path whole, or not at all.
//
// Everything is written to a new file in the target's folder, flushed to the disk and renamed, so that whoever looks
// sees the old bundle or the new one, after a power cut too; a node that has the old one mapped keeps it. On any error,
// and on signals that end the compiler (Ctrl-C), the new file is removed. Only SIGKILL leaves it, under a name of its
// own. LLVM's TempFile was rejected: where the rename fails, it copies over the target.
//
// A target that is no regular file (/dev/null, a pipe) cannot be renamed over and is written directly.
#include "linker/BundleFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

namespace cleave {

BundleFile::~BundleFile() {
  if (descriptor >= 0)
    close(descriptor);
  if (temporary.empty())
    return;
  unlink(temporary.c_str());
  sys::DontRemoveFileOnSignal(temporary);
}

Error BundleFile::failure(const std::string &words) const {
  if (writeError)
    return systemFailure(writeError);
  return createStringError("cannot write '" + target + "': " + words);
}

Error BundleFile::systemFailure(int error) const {
  std::error_code code(error, std::generic_category());
  return createStringError(code, "cannot write '" + target + "': " + code.message());
}

Error BundleFile::open() {
  struct stat info;
  bool exists = stat(target.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    return systemFailure(EISDIR);
  if (exists && !S_ISREG(info.st_mode)) {
    descriptor = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
    return descriptor < 0 ? systemFailure(errno) : Error::success();
  }
  // A target that may not be written must not be replaced either.
  if (exists && access(target.c_str(), W_OK) != 0)
    return systemFailure(errno);
  // Not the target's name with a suffix: that may be too long where the target's own is not.
  SmallString<128> path = sys::path::parent_path(target);
  sys::path::append(path, ".cleave-XXXXXX");
  std::string name = path.str().str();
  descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0)
    return systemFailure(errno);
  temporary = std::move(name);
  sys::RemoveFileOnSignal(temporary);
  if (fchmod(descriptor, (isExecutable ? 0777 : 0666) & ~sys::fs::getUmask()) != 0)
    return systemFailure(errno);
  return Error::success();
}

bool BundleFile::write(const void *data, size_t bytes) {
  const char *at = static_cast<const char *>(data);
  while (bytes) {
    ssize_t done = ::write(descriptor, at, bytes);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0) {
      writeError = errno;
      return false;
    }
    at += done;
    bytes -= static_cast<size_t>(done);
  }
  return true;
}

Error BundleFile::finish() {
  if (!temporary.empty() && fsync(descriptor) != 0)
    return systemFailure(errno);
  int closed = close(descriptor);
  descriptor = -1;
  if (closed != 0)
    return systemFailure(errno);
  if (temporary.empty())
    return Error::success();
  if (rename(temporary.c_str(), target.c_str()) != 0)
    return systemFailure(errno);
  sys::DontRemoveFileOnSignal(temporary);
  temporary.clear();
  return Error::success();
}

} // namespace cleave
