/* heap.h - the C library's functions whose blocks the run time inside the program looks after: for its linker
 * (linker/RootLink.cpp, option --wrap) and for who stands in for them (rt/root/Malloc.cpp). Tests that link the run time by
 * themselves read the list from here, too (test/rt/root/CMakeLists.txt).
 *
 * All that hand out blocks, take them back or tell their size, but for the obsolete valloc() and pvalloc(), whose blocks
 * are the C library's own. */
#ifndef CLEAVE_HEAP_H
#define CLEAVE_HEAP_H

#define CLEAVE_HEAP_FUNCTIONS(f) \
  f(malloc) \
  f(calloc) \
  f(realloc) \
  f(free) \
  f(aligned_alloc) \
  f(memalign) \
  f(posix_memalign) \
  f(malloc_usable_size)

#endif
