// InputOptions.h - inputs by label, as they stand on the command line (Inputs.h).
#ifndef CLEAVE_NODE_INPUT_OPTIONS_H
#define CLEAVE_NODE_INPUT_OPTIONS_H

#include <string>
#include <vector>

namespace cleave {

struct InputOptions {
  std::vector<std::string> inputs;      ///< LABEL=@FILE, or LABEL
  std::vector<std::string> consistency; ///< relaxed or strong, with LABEL= in front for one of them
  std::string index;                    ///< etcd:HOST:PORT; empty: the store's own
};

} // namespace cleave

#endif
