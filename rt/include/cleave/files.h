/* files.h - the C library's functions that take the path of a file which may be the label of an input (docs/store.md): for
 * the program's linker (linker/RootLink.cpp, option --wrap) and for who stands in for them (rt/root/Files.cpp).
 *
 * `__open` and `__open64` are what the library itself calls: fopen(), and with it std::ifstream, ends there. */
#ifndef CLEAVE_FILES_H
#define CLEAVE_FILES_H

#define CLEAVE_FILE_FUNCTIONS(f) \
  f(open) \
  f(open64) \
  f(__open) \
  f(__open64) \
  f(openat) \
  f(openat64) \
  f(stat) \
  f(stat64) \
  f(lstat) \
  f(lstat64) \
  f(access)

#endif
