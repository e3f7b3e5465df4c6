/* files.h - the C library's functions through which a program comes to its files and streams, for its linker
 * (linker/RootLink.cpp, option --wrap) and for who stands in for them: rt/root/Files.cpp, where a path may be the label of an
 * input, and rt/root/Streams.cpp, where a run as a whole is watched (both: docs/store.md).
 *
 * Names that begin with `__` are what the library itself calls: fopen(), and with it std::ifstream, ends in `__open`, with
 * the letter `c` in its mode in `__open_nocancel`. */
#ifndef CLEAVE_FILES_H
#define CLEAVE_FILES_H

#define CLEAVE_FILE_FUNCTIONS(f) \
  f(open) \
  f(open64) \
  f(__open) \
  f(__open64) \
  f(__open_nocancel) \
  f(__open64_nocancel) \
  f(openat) \
  f(openat64) \
  f(stat) \
  f(stat64) \
  f(lstat) \
  f(lstat64) \
  f(access)

#define CLEAVE_STREAM_FUNCTIONS(f) \
  f(read) \
  f(__read) \
  f(write) \
  f(__write) \
  f(writev) \
  f(__writev) \
  f(lseek) \
  f(lseek64) \
  f(__lseek) \
  f(__lseek64) \
  f(_exit)

#endif
