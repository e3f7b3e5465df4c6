/* Files.cpp - a path that is the label of an input is opened as that input; all others are the C library's affair.
 *
 * The program is linked so that calls of the functions in cleave/files.h, its own and those of the libraries in it, come here
 * (as Heap.h's do). In a run without labels that costs a load and a branch.
 *
 * Only what reads is redirected: a path that is opened for writing is a file, whatever its name. A label is compared as it
 * is spelt: `photo` is one, `./photo` is not. What a program starts by exec sees files and no labels.
 *
 * Weak, because a program may be linked with wrappers of its own; `open` and its like are weak in the C library too, so that
 * a program which brings one has it called. */
#include "Agent.h"
#include "WholeRun.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

using namespace cleave;

extern "C" {
int __real_open(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);
int __real___open(const char *path, int flags, ...);
int __real___open64(const char *path, int flags, ...);
int __real___open_nocancel(const char *path, int flags, ...);
int __real___open64_nocancel(const char *path, int flags, ...);
int __real_openat(int folder, const char *path, int flags, ...);
int __real_openat64(int folder, const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *status);
int __real_stat64(const char *path, struct stat64 *status);
int __real_lstat(const char *path, struct stat *status);
int __real_lstat64(const char *path, struct stat64 *status);
int __real_access(const char *path, int mode);
}

namespace {

int inputOf(const char *path, int flags) {
  bool isReading = (flags & O_ACCMODE) == O_RDONLY && !(flags & (O_CREAT | O_TRUNC | O_PATH | O_DIRECTORY));
  return agent::hasLabels && isReading ? agent::findLabel(path) : agent::kNoLabel;
}

int openInput(int label, int flags) {
  int descriptor = agent::openInput(label);
  if (descriptor >= 0 && !(flags & O_CLOEXEC))
    fcntl(descriptor, F_SETFD, 0);
  return descriptor;
}

mode_t modeOf(int flags, va_list arguments) {
  bool isMaking = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
  return isMaking ? va_arg(arguments, mode_t) : 0;
}

/* What a stream opens a run as a whole depends on; programs that call open() themselves are not remembered, and the run time,
 * which does, is not the program. */
int noted(const char *path, int flags, int descriptor) {
  if (whole::isWatching)
    whole::noteOpened(path, flags, descriptor, descriptor < 0 ? errno : 0);
  return descriptor;
}

int asItIs(const char *, int, int descriptor) { return descriptor; }

template <class Status> int statInput(int label, Status *status, int (*of)(int, Status *)) {
  int descriptor = agent::openInput(label);
  if (descriptor < 0)
    return -1;
  int result = of(descriptor, status);
  close(descriptor);
  return result;
}

} // namespace

extern "C" {

#define CLEAVE_OPEN(name, note) \
  [[gnu::weak]] int __wrap_##name(const char *path, int flags, ...) { \
    va_list arguments; \
    va_start(arguments, flags); \
    mode_t mode = modeOf(flags, arguments); \
    va_end(arguments); \
    int label = inputOf(path, flags); \
    return note(path, flags, label == agent::kNoLabel ? __real_##name(path, flags, mode) : openInput(label, flags)); \
  }
CLEAVE_OPEN(open, asItIs)
CLEAVE_OPEN(open64, asItIs)
CLEAVE_OPEN(__open, noted)
CLEAVE_OPEN(__open64, noted)
CLEAVE_OPEN(__open_nocancel, noted)
CLEAVE_OPEN(__open64_nocancel, noted)

#define CLEAVE_OPENAT(name) \
  [[gnu::weak]] int __wrap_##name(int folder, const char *path, int flags, ...) { \
    va_list arguments; \
    va_start(arguments, flags); \
    mode_t mode = modeOf(flags, arguments); \
    va_end(arguments); \
    int label = folder == AT_FDCWD ? inputOf(path, flags) : agent::kNoLabel; \
    return label == agent::kNoLabel ? __real_##name(folder, path, flags, mode) : openInput(label, flags); \
  }
CLEAVE_OPENAT(openat)
CLEAVE_OPENAT(openat64)

#define CLEAVE_STAT(name, type, of) \
  [[gnu::weak]] int __wrap_##name(const char *path, struct type *status) { \
    int label = inputOf(path, O_RDONLY); \
    return label == agent::kNoLabel ? __real_##name(path, status) : statInput<struct type>(label, status, of); \
  }
CLEAVE_STAT(stat, stat, fstat)
CLEAVE_STAT(stat64, stat64, fstat64)
CLEAVE_STAT(lstat, stat, fstat)
CLEAVE_STAT(lstat64, stat64, fstat64)

[[gnu::weak]] int __wrap_access(const char *path, int mode) {
  int label = inputOf(path, O_RDONLY);
  if (label == agent::kNoLabel)
    return __real_access(path, mode);
  if (mode & (W_OK | X_OK)) {
    errno = EACCES;
    return -1;
  }
  int descriptor = agent::openInput(label);
  if (descriptor < 0)
    return -1;
  close(descriptor);
  return 0;
}
}
