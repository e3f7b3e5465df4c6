#include "Folder.h"

#include "KeptErrno.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

namespace cleave {

namespace {

constexpr unsigned kPathMax = kStorePathMax + 128;

void objectPath(char *path, const char *folder, const cleave_name &name) {
  NameText text = textOf(name);
  snprintf(path, kPathMax, "%s/objects/%.2s/%s", folder, text.digits, text.digits);
}

/* All of it, or an errno. */
int writeParts(int file, const FilePart *parts, unsigned partCount) {
  for (unsigned i = 0; i != partCount; ++i) {
    auto *from = static_cast<const uint8_t *>(parts[i].data);
    for (uint64_t left = parts[i].bytes; left;) {
      ssize_t written = write(file, from, left);
      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return written < 0 ? errno : ENOSPC;
      from += written;
      left -= static_cast<uint64_t>(written);
    }
  }
  return 0;
}

/* A write beyond this limit would end in a signal that is meant for the program's own writing. */
bool isWithinLimits(const FilePart *parts, unsigned partCount) {
  rlimit limit;
  uint64_t bytes = 0;
  for (unsigned i = 0; i != partCount; ++i)
    bytes += parts[i].bytes;
  return getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY || bytes < limit.rlim_cur;
}

/* rename or link; the folder of `to` is made if there is none. */
int moveInto(int (*move)(const char *, const char *), const char *from, const char *to) {
  if (!move(from, to))
    return 0;
  if (errno != ENOENT)
    return errno;
  char folder[kPathMax];
  snprintf(folder, sizeof folder, "%s", to);
  *strrchr(folder, '/') = 0;
  if (mkdir(folder, 0700) && errno != EEXIST)
    return errno;
  return move(from, to) ? errno : 0;
}

} // namespace

NameText textOf(const cleave_name &name) {
  NameText text;
  for (unsigned i = 0; i != 16; ++i)
    snprintf(text.digits + 2 * i, 3, "%02x", name.bytes[i]);
  return text;
}

bool parseName(const char *text, cleave_name &name) {
  auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  unsigned count = 0;
  for (; *text; ++text) {
    if (*text == '-')
      continue;
    int value = digit(*text);
    if (value < 0 || count == 32)
      return false;
    uint8_t &byte = name.bytes[count / 2];
    byte = static_cast<uint8_t>(count % 2 ? byte << 4 | value : value);
    ++count;
  }
  return count == 32;
}

uint8_t *readObject(const char *folder, const cleave_name &name, uint64_t *bytes) {
  KeptErrno kept;
  char path[kPathMax];
  objectPath(path, folder, name);
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0)
    return nullptr;
  struct stat status;
  uint8_t *memory = nullptr;
  if (!fstat(file, &status) && S_ISREG(status.st_mode) && status.st_size > 0)
    memory = static_cast<uint8_t *>(malloc(static_cast<size_t>(status.st_size)));
  uint64_t size = memory ? static_cast<uint64_t>(status.st_size) : 0, at = 0;
  while (at != size) {
    ssize_t got = read(file, memory + at, size - at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    at += static_cast<uint64_t>(got);
  }
  if (memory)
    futimens(file, nullptr);
  close(file);
  *bytes = at; /* less than the file has: its digest will not be right */
  return memory;
}

int writeObject(const char *folder, const cleave_name &name, const FilePart *parts, unsigned partCount, uint64_t serial) {
  char path[kPathMax];
  objectPath(path, folder, name);
  return writeWhole(folder, path, parts, partCount, serial);
}

int writeWhole(const char *folder, const char *path, const FilePart *parts, unsigned partCount, uint64_t serial) {
  KeptErrno kept;
  if (!isWithinLimits(parts, partCount))
    return EFBIG;
  char made[kPathMax];
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  snprintf(made, sizeof made, "%s/new/%d-%llx-%llx", folder, getpid(),
           static_cast<unsigned long long>(now.tv_sec) * 1000000000ull + static_cast<unsigned long long>(now.tv_nsec),
           static_cast<unsigned long long>(serial));
  int file = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return errno;
  int error = fchmod(file, 0600) ? errno : writeParts(file, parts, partCount); /* whatever the program's umask is */
  if (close(file) && !error)
    error = errno;
  if (!error)
    error = moveInto(rename, made, path);
  if (error)
    unlink(made);
  return error;
}

void linkObject(const char *folder, const cleave_name &name, const cleave_name &other) {
  KeptErrno kept;
  char path[kPathMax], further[kPathMax];
  objectPath(path, folder, name);
  objectPath(further, folder, other);
  moveInto(link, path, further);
}

void removeObject(const char *folder, const cleave_name &name) {
  KeptErrno kept;
  char path[kPathMax];
  objectPath(path, folder, name);
  unlink(path);
}

} // namespace cleave
