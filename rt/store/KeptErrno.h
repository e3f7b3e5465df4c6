/* KeptErrno.h - the program's errno is the program's: it is at the end of a scope what it was at its beginning. */
#ifndef CLEAVE_STORE_KEPTERRNO_H
#define CLEAVE_STORE_KEPTERRNO_H

#include <errno.h>

namespace cleave {

class KeptErrno {
public:
  ~KeptErrno() { errno = kept; }

private:
  int kept = errno;
};

} // namespace cleave
#endif
