// Serve.h - `cleave store serve`: a store whose objects other nodes may have.
//
//     GET /objects/<name>, GET /blobs/<name>     a part of it, as the Range header says; 404 for all else
//
// A name is all that access needs, and the only thing that gives it: nothing is listed, and what is not there, what is no name, and
// what nobody may have are one answer. Whoever serves needs no key and cannot tell what he serves.
//
// The index is told the locators of what is in the folder, and of what comes and goes (inotify), under a lease that ends when
// this process does.
#ifndef CLEAVE_NODE_SERVE_H
#define CLEAVE_NODE_SERVE_H

#include <string>

namespace cleave {

struct ServeOptions {
  std::string path;      ///< the store
  std::string listen;    ///< HOST:PORT; port 0: any that is free
  std::string advertise; ///< what others are to use; empty: the same
  std::string index;     ///< etcd:HOST:PORT
};

/// Until SIGINT or SIGTERM. 0, or 1 or 2 after a line on stderr.
int serveStoreCommand(const ServeOptions &options);

} // namespace cleave

#endif
