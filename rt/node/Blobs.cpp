// Blobs.cpp - see Blobs.h.
#include "Blobs.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace cleave {

namespace {

constexpr int kAttempts = 3;
/// A file may be written twice within one tick of its clock.
constexpr int64_t kSettledNs = 2'000'000'000;

Problem failed(const std::string &what) { return fmt::format("{}: {}", what, std::strerror(errno)); }

int64_t nsOf(const timespec &time) { return time.tv_sec * int64_t{1000000000} + time.tv_nsec; }

BlobOrigin originOf(const std::string &path, const struct stat &status) {
  return {path, status.st_dev, status.st_ino, nsOf(status.st_mtim), nsOf(status.st_ctim)};
}

/// All of a file in memory, as it lies on the disk.
class MappedContent {
public:
  MappedContent(int file, uint64_t bytes) : bytes(bytes) {
    if (bytes)
      data = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  }
  MappedContent(const MappedContent &) = delete;
  ~MappedContent() {
    if (bytes && data != MAP_FAILED)
      munmap(data, bytes);
  }

  explicit operator bool() const { return data != MAP_FAILED; }

  void *data = nullptr;
  uint64_t bytes;
};

std::optional<cleave_name> nameOfContent(const StoreAccess &store, int file, uint64_t &bytes) {
  struct stat status;
  if (fstat(file, &status) || !S_ISREG(status.st_mode))
    return std::nullopt;
  bytes = static_cast<uint64_t>(status.st_size);
  MappedContent content(file, bytes);
  if (!content)
    return std::nullopt;
  return blobName(store.key.data(), store.keys, content.data, bytes);
}

/// The rest of `from`. An errno.
int copyAll(int from, int to) {
  bool isFast = true;
  char buffer[65536];
  for (;;) {
    ssize_t got = isFast ? copy_file_range(from, nullptr, to, nullptr, 1 << 30, 0) : read(from, buffer, sizeof buffer);
    if (isFast && got < 0 && errno != EINTR && errno != ENOSPC && errno != EDQUOT && errno != EIO) {
      isFast = false; // a pipe, another file system
      continue;
    }
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return errno;
    if (!got && isFast) { // what a file of /proc answers to the fast way
      isFast = false;
      continue;
    }
    if (!got)
      return 0;
    for (ssize_t at = 0; !isFast && at != got;) {
      ssize_t written = write(to, buffer + at, static_cast<size_t>(got - at));
      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return written < 0 ? errno : ENOSPC;
      at += written;
    }
  }
}

} // namespace

bool isSameOrigin(const BlobOrigin &a, const BlobOrigin &b) {
  return a.path == b.path && a.device == b.device && a.inode == b.inode && a.changedNs == b.changedNs &&
         a.statusChangedNs == b.statusChangedNs;
}

bool isSettled(const LabelEntry &entry) {
  return entry.boundS * 1000000000 - std::max(entry.origin.changedNs, entry.origin.statusChangedNs) > kSettledNs;
}

std::string blobPath(const std::string &store, const cleave_name &name) {
  NameText text = textOf(name);
  return fmt::format("{}/blobs/{:.2}/{}", store, text.digits, text.digits);
}

NewBlob::~NewBlob() {
  if (file)
    unlink(path.c_str());
}

Problem NewBlob::open() {
  path = store.path + "/new/blob.XXXXXX";
  file = Descriptor(mkostemp(path.data(), O_CLOEXEC)); // mode 0600
  return file ? Problem() : failed(fmt::format("the store '{}' cannot be written", store.path));
}

Problem NewBlob::keep(cleave_name &name, uint64_t &bytes) {
  std::optional<cleave_name> named = nameOfContent(store, file.get(), bytes);
  if (!named)
    return failed(fmt::format("the store '{}' cannot be read", store.path));
  name = *named;
  std::string place = blobPath(store.path, name), folder = place.substr(0, place.rfind('/'));
  bool isKept = !fchmod(file.get(), 0400) && (!mkdir(folder.c_str(), 0700) || errno == EEXIST) &&
                !rename(path.c_str(), place.c_str());
  if (!isKept)
    return failed(fmt::format("the store '{}' cannot be written", store.path));
  file.reset();
  return std::nullopt;
}

Problem keepFile(const StoreAccess &store, const std::string &path, LabelEntry &entry) {
  char resolved[PATH_MAX];
  std::string absolute = realpath(path.c_str(), resolved) ? resolved : path;
  for (int attempt = 0; attempt != kAttempts; ++attempt) {
    Descriptor from(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat before, after;
    if (!from || fstat(from.get(), &before))
      return failed(fmt::format("the input '{}' cannot be read", path));
    if (S_ISDIR(before.st_mode))
      return fmt::format("the input '{}' is a folder", path);
    BlobOrigin origin = originOf(absolute, before);
    if (S_ISREG(before.st_mode) && isSettled(entry) && isSameOrigin(origin, entry.origin) &&
        !access(blobPath(store.path, entry.blob).c_str(), R_OK))
      return std::nullopt;
    NewBlob blob(store);
    if (Problem problem = blob.open())
      return problem;
    if (int error = copyAll(from.get(), blob.get()))
      return fmt::format("the input '{}' cannot be copied into the store: {}", path, std::strerror(error));
    if (fstat(from.get(), &after) || !isSameOrigin(origin, originOf(absolute, after)))
      continue;
    entry.origin = origin;
    return blob.keep(entry.blob, entry.bytes);
  }
  return fmt::format("the input '{}' changes while it is read", path);
}

BlobState openBlob(const StoreAccess &store, const cleave_name &name, Descriptor &file) {
  std::string path = blobPath(store.path, name);
  file = Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file)
    return BlobState::Absent;
  uint64_t bytes;
  std::optional<cleave_name> found = nameOfContent(store, file.get(), bytes);
  if (found && isSameName(*found, name)) {
    utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
    return BlobState::Open;
  }
  file.reset();
  unlink(path.c_str());
  return BlobState::Damaged;
}

std::optional<CheckedBlobs::Seen> CheckedBlobs::look(const Descriptor &file) {
  struct stat status;
  if (!file || fstat(file.get(), &status))
    return std::nullopt;
  return Seen{status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size), nsOf(status.st_ctim)};
}

BlobState CheckedBlobs::open(const StoreAccess &store, const cleave_name &name, Descriptor &file) {
  std::string text = textOf(name).digits;
  file = Descriptor(::open(blobPath(store.path, name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  auto known = seen.find(text);
  if (known != seen.end() && look(file) == known->second)
    return BlobState::Open;
  BlobState state = openBlob(store, name, file);
  if (std::optional<Seen> now = state == BlobState::Open ? look(file) : std::nullopt)
    seen[text] = *now;
  return state;
}

BlobState checkBlob(const StoreAccess &store, const cleave_name &name) {
  Descriptor file(open(blobPath(store.path, name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file)
    return BlobState::Absent;
  uint64_t bytes;
  std::optional<cleave_name> found = nameOfContent(store, file.get(), bytes);
  return found && isSameName(*found, name) ? BlobState::Open : BlobState::Damaged;
}

} // namespace cleave
