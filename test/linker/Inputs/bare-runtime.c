/* bare-runtime.c - as much of the run time inside the program as the link asks for, and nothing that it does. */
#include <stddef.h>

int cleave_is_splitting;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_memalign(size_t alignment, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
size_t __real_malloc_usable_size(void *block);
void *__real_memset(void *to, int byte, size_t bytes);

void *__wrap_malloc(size_t size) { return __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return __real_calloc(count, size); }
void *__wrap_realloc(void *block, size_t size) { return __real_realloc(block, size); }
void __wrap_free(void *block) { __real_free(block); }
void *__wrap_aligned_alloc(size_t alignment, size_t size) { return __real_aligned_alloc(alignment, size); }
void *__wrap_memalign(size_t alignment, size_t size) { return __real_memalign(alignment, size); }
int __wrap_posix_memalign(void **block, size_t alignment, size_t size) {
  return __real_posix_memalign(block, alignment, size);
}
size_t __wrap_malloc_usable_size(void *block) { return __real_malloc_usable_size(block); }
void *__wrap_memset(void *to, int byte, size_t bytes) { return __real_memset(to, byte, bytes); }

/* Those that take a path: arguments that were not given are handed on as what happens to be there, and not looked at. */
#define HAND_ON_OPEN(name) \
  int __real_##name(const char *path, int flags, unsigned mode); \
  int __wrap_##name(const char *path, int flags, unsigned mode) { return __real_##name(path, flags, mode); }
HAND_ON_OPEN(open)
HAND_ON_OPEN(open64)
HAND_ON_OPEN(__open)
HAND_ON_OPEN(__open64)
#define HAND_ON_OPENAT(name) \
  int __real_##name(int folder, const char *path, int flags, unsigned mode); \
  int __wrap_##name(int folder, const char *path, int flags, unsigned mode) { return __real_##name(folder, path, flags, mode); }
HAND_ON_OPENAT(openat)
HAND_ON_OPENAT(openat64)
#define HAND_ON_STAT(name) \
  int __real_##name(const char *path, void *status); \
  int __wrap_##name(const char *path, void *status) { return __real_##name(path, status); }
HAND_ON_STAT(stat)
HAND_ON_STAT(stat64)
HAND_ON_STAT(lstat)
HAND_ON_STAT(lstat64)
int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode) { return __real_access(path, mode); }

/* Streams, and the end. */
HAND_ON_OPEN(__open_nocancel)
HAND_ON_OPEN(__open64_nocancel)
#define HAND_ON(name, result, second, third) \
  result __real_##name(int descriptor, second a, third b); \
  result __wrap_##name(int descriptor, second a, third b) { return __real_##name(descriptor, a, b); }
HAND_ON(read, long, void *, size_t)
HAND_ON(__read, long, void *, size_t)
HAND_ON(write, long, const void *, size_t)
HAND_ON(__write, long, const void *, size_t)
HAND_ON(writev, long, const void *, int)
HAND_ON(__writev, long, const void *, int)
HAND_ON(lseek, long, long, int)
HAND_ON(lseek64, long, long, int)
HAND_ON(__lseek, long, long, int)
HAND_ON(__lseek64, long, long, int)
void __real__exit(int status);
void __wrap__exit(int status) { __real__exit(status); }
