// RootProcess.h - the user's program as a process: its start, the signals that are its own, and its end.
#ifndef CLEAVE_NODE_ROOT_PROCESS_H
#define CLEAVE_NODE_ROOT_PROCESS_H

#include "Descriptor.h"

#include <csignal>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace cleave {

struct RootCommand {
  std::string_view elf;
  std::vector<std::string> arguments; ///< argv, the bundle's path as given first
  int agent = -1;                     ///< the program's end of its agent's socket (Agent.h); -1: there is none
};

/// Descriptors of the node that the program's run time finds through CLEAVE_NODE.
struct RootDescriptors {
  int control, exchange, arena, event;
};

/// What the program inherits although the node itself needs it otherwise.
struct InheritedSignals {
  sigset_t mask;
  struct sigaction onChildEnd; ///< a parent that ignored SIGCHLD handed that down; the node must wait for children
};

struct RootEnd {
  int status = 0; ///< as wait gives it
  double cpuSeconds = 0;
};

/// Becomes the program: there is nothing to supervise. Returns only if it cannot.
Problem executeRoot(const RootCommand &command);

/// Starts the program as a child that dies with this process. Null descriptors: no CLEAVE_NODE. Errors: -1 and errno;
/// a child that cannot exec says so and ends with status 126, as a shell's would.
pid_t startRoot(const RootCommand &command, const RootDescriptors *descriptors, const InheritedSignals &signals);

/// Takes the ended program's status and times.
RootEnd reapRoot(pid_t pid);

/// Ends this process as the program ended: the same status, or the same signal.
[[noreturn]] void endAs(int status);

} // namespace cleave

#endif
